#!/bin/sh
# All checks, side by side, each of them, whatever the others say; exit 1 if one failed.
set -u
cd "$(dirname "$0")/.." || exit 1
said=$(mktemp -d) || exit 1
trap 'rm -rf "$said"' EXIT
names=

check() {
    names="$names $1"
    begin "$@" &
}

begin() {
    name=$1
    shift
    "$@" >"$said/$name" 2>&1 && : >"$said/$name.ok"
}

check types .venv/bin/mypy
check format .venv/bin/ruff format --check .
check lint .venv/bin/ruff check .
check imports .venv/bin/lint-imports
if .venv/bin/python -c 'import minify' 2>/dev/null; then
    check widget .venv/bin/python scripts/build_widget.py --check
else
    echo "Left out: the widget's build, because tdewolff-minify has no wheel for this platform; CI checks it."
fi
check docs .venv/bin/python -m pytest -q tests/test_docs.py

wait
failed=0
for name in $names; do
    if [ -f "$said/$name.ok" ]; then
        echo "ok      $name"
    else
        cat "$said/$name"
        echo "FAILED  $name"
        failed=1
    fi
done
exit $failed
