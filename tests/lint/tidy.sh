#!/bin/sh
# tidy - clang-tidy over the programs and their libraries, as the debug build compiles them.
#
# A file that was found clean is left out until its contents, those of a header it includes, its flags or the checks
# change: the stamp of a clean run is named by the hash of all these. Like ccache's results, stamps outlive the build.
set -eu
build=build/debug
work=build/tidy
clean=${XDG_CACHE_HOME:-${HOME:-$PWD/$work}/.cache}/odmr/tidy
mkdir -p $work "$clean"

# clang does not know GCC's switches for coroutines and for a warning of its own, its precompiled headers, nor the
# launcher in front of the compiler.
sed 's/ -fcoroutines//g; s/ -Winvalid-pch -include [^ ]*//; s/ -Wno-restrict//g; s/"ccache /"/; s/"[^ ]*\/ccache /"/' $build/compile_commands.json >$work/compile_commands.json
{ clang-tidy-19 --version && cat .clang-tidy; } >$work/tool

# ninja knows what each file includes; one line "source header header ..." for each of our sources.
ninja -C $build -t deps | awk -v top="$PWD/" '
    function flush() { if (source != "") print line }
    /^[^ ]/ { flush(); source = ""; line = ""; next }
    /^    / {
        file = $1
        if (file ~ /^\/usr\//) next
        if (source == "" && substr(file, 1, length(top)) == top) {
            source = substr(file, length(top) + 1)
            if (source !~ /^(common|postfix|sendmail|plugins)\/.*\.cpp$/) source = ""
            line = source
            next
        }
        if (file !~ /^\//) file = "build/debug/" file
        line = line " " file
    }
    END { flush() }' | sort -u -k1,1 >$work/sources

: >$work/todo
while read -r source headers; do
    # shellcheck disable=SC2086 # one word for each header
    hash=$({ cat $work/tool "$source" $headers && grep -F -- "$source\"" $work/compile_commands.json; } | sha256sum)
    stamp=$clean/${hash%% *}
    [ -e "$stamp" ] || echo "$source $stamp" >>$work/todo
done <$work/sources

checked=$(wc -l <$work/todo)
echo "tidy: $checked of $(wc -l <$work/sources) files have changed" >&2
# shellcheck disable=SC2016 # the inner shell expands them
xargs -r -P "$(nproc)" -L 1 sh -c '
    if clang-tidy-19 --quiet -p build/tidy "$0" >"$1.log" 2>&1; then
        rm -f "$1.log" && touch "$1"
    else
        grep -v "warnings generated" "$1.log"
        rm -f "$1.log"
        exit 1
    fi' <$work/todo
