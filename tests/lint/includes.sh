#!/bin/sh
# includes - protocol/ and core/ are pure: they include the standard library and each other, and of the standard library
# nothing that does input or output, starts threads or reads a clock. (Which room may include which is what CMake's
# targets enforce; this is about the headers that are always within reach.)
set -eu
status=0
complain() {
    [ -z "$2" ] && return
    printf '%s\nincludes: %s\n' "$2" "$1" >&2
    status=1
}

pure='common/protocol common/core'
# shellcheck disable=SC2086 # two words
includes=$(grep -rnE '^ *# *include' $pure --include='*.hpp' --include='*.cpp')
impure='thread|jthread|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier|stop_token|atomic|fstream|iostream'
impure="$impure|filesystem|cstdio|syncstream|csignal|ctime|random"

complain 'only the standard library is within reach of protocol/ and core/' \
    "$(printf '%s\n' "$includes" | grep '<' | grep -vE '<[a-z0-9_]+>' || true)"
complain 'protocol/ and core/ do no input or output, have no threads and know no time' \
    "$(printf '%s\n' "$includes" | grep -E "<($impure)>" || true)"
complain 'protocol/ includes only protocol/' \
    "$(printf '%s\n' "$includes" | grep '^common/protocol/' | grep '"' | grep -v '"protocol/' || true)"
complain 'core/ includes only protocol/ and core/' \
    "$(printf '%s\n' "$includes" | grep '^common/core/' | grep '"' | grep -vE '"(protocol|core)/' || true)"
# shellcheck disable=SC2086
complain 'the time is an argument in protocol/ and core/' \
    "$(grep -rnE '_clock::now|[^a-z_]time\(|[^a-z_]getenv\(|[^a-z_]s?rand\(' $pure --include='*.hpp' --include='*.cpp' || true)"
exit $status
