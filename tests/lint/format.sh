#!/bin/sh
# format - every C++ file is laid out as .clang-format says.
set -eu
find . \( -path ./build -o -path ./.git \) -prune -o \( -name '*.hpp' -o -name '*.cpp' \) \
    -exec clang-format-19 --dry-run -Werror {} +
