#!/bin/sh
# All checks, each of them, whatever the others say; exit 1 if one failed.
set -u
cd "$(dirname "$0")/.." || exit 1
failed=

check() {
    name=$1
    shift
    if output=$("$@" 2>&1); then
        echo "ok      $name"
    else
        printf '%s\n' "$output"
        echo "FAILED  $name"
        failed="$failed $name"
    fi
}

check format .venv/bin/ruff format --check .
check lint .venv/bin/ruff check .
check types .venv/bin/mypy
check imports .venv/bin/lint-imports
if .venv/bin/python -c 'import minify' 2>/dev/null; then
    check widget .venv/bin/python scripts/build_widget.py --check
else
    echo "Left out: the widget's build, because tdewolff-minify has no wheel for this platform; CI checks it."
fi
check docs .venv/bin/python -m pytest -q tests/test_docs.py

[ -z "$failed" ]
