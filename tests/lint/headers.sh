#!/bin/sh
# headers - every header compiles by itself.
#
# A header that its own source file includes first has been shown to by the build; the others are compiled here. ccache
# makes that quick the second time.
set -eu
work=build/headers
mkdir -p $work
doors=
for door in build/debug/rooms/*; do doors="$doors -I$door"; done
definitions='-DBOOST_ASIO_SEPARATE_COMPILATION -DBOOST_ASIO_NO_DEPRECATED'
launcher=$(command -v ccache || true)

find . \( -path ./build -o -path ./.git \) -prune -o -name '*.hpp' -print | sed 's/^..//' | sort | while read -r header; do
    source=${header%.hpp}.cpp
    first=
    if [ -f "$source" ]; then first=$(sed -n 's/^ *# *include "\(.*\)".*/\1/p' "$source" | head -n 1); fi
    case $header in
    */"$first") continue ;;
    esac
    stub=$work/$(echo "$header" | tr / _).cpp
    echo "#include \"$PWD/$header\"" | cmp -s - "$stub" || echo "#include \"$PWD/$header\"" >"$stub"
    echo "$stub"
done >$work/stubs

compile="$launcher c++ -std=c++20 -fcoroutines $definitions $doors -Wall -Wextra -Wpedantic -Werror -c"
export compile
# shellcheck disable=SC2016 # the inner shell expands them
xargs -P "$(nproc)" -n 1 sh -c '$compile -o "$0.o" "$0"' <$work/stubs
