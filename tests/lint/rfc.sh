#!/bin/sh
# rfc - docs/rfc.md tells the truth: each row's files exist and cite the RFC, its tests exist, and every RFC that the
# sources cite has a row.
set -eu
index=docs/rfc.md
work=build/rfc
mkdir -p $work

# All tests, as suite.name.
find tests -name '*_test.cpp' -exec sed -n 's/^TEST[_FP]*(\([A-Za-z0-9_]*\), *\([A-Za-z0-9_]*\).*/\1.\2/p' {} + \
    | sort -u >$work/tests

# One line for each name in backquotes: RFC number, "file" or "test", name.
awk -F'|' '
    function names(kind, cell,   parts, count, i) {
        count = split(cell, parts, "`")
        if (count < 3) print number, kind, "none"
        for (i = 2; i <= count; i += 2) print number, kind, parts[i]
    }
    /^\| RFC [0-9]/ {
        split($2, words, " ")
        number = words[2]
        names("file", $4)
        names("test", $5)
    }' $index >$work/rows

status=0
complain() {
    echo "$index: $*" >&2
    status=1
}

[ -s $work/rows ] || complain 'there are no rows'
while read -r number kind name; do
    if [ "$kind" = test ]; then
        grep -qxF "$name" $work/tests || complain "RFC $number: there is no test $name"
    elif [ ! -f "$name" ]; then
        complain "RFC $number: there is no file $name"
    else
        grep -q "RFC $number" "$name" || complain "RFC $number: $name does not cite it"
    fi
done <$work/rows

grep -rhoE 'RFC [0-9]+' common postfix plugins --include='*.?pp' | sed 's/RFC //' | sort -u >$work/cited
while read -r number; do
    grep -q "^$number " $work/rows || complain "RFC $number is cited in the sources but has no row"
done <$work/cited
exit $status
