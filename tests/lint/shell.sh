#!/bin/sh
# shell - every shell script is POSIX sh; where shellcheck is installed, it is asked too.
set -eu
find . -path ./build -prune -o -path ./.git -prune -o -type f -print | while read -r file; do
    case $(head -n 1 "$file" | tr -d '\0') in
    '#!/bin/sh'*) echo "$file" ;;
    esac
done >build/scripts

while read -r script; do
    sh -n "$script"
    if command -v dash >/dev/null; then dash -n "$script"; fi
    if command -v shellcheck >/dev/null; then shellcheck -s sh "$script"; fi
done <build/scripts
