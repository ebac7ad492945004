#!/bin/sh
# format - every C++ file is laid out as .clang-format says.
set -eu
find common postfix sendmail plugins tests docs \( -name '*.hpp' -o -name '*.cpp' \) \
    -exec clang-format-19 --dry-run -Werror {} +
