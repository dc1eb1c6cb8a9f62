#!/bin/sh
# Make or renew .venv. `setup.sh run` installs what the product needs, `setup.sh dev` the tools for tests and checks too.
# Does nothing, in a few milliseconds, while neither the locks nor the checkout's place have changed.
set -eu
cd "$(dirname "$0")/.."

case ${1:-run} in
run) lock=requirements.txt ;;
dev) lock=requirements-dev.txt ;;
*) echo "usage: scripts/setup.sh [run|dev]" >&2; exit 2 ;;
esac

key() { cat "$1" pyproject.toml | cksum; }

# A virtual environment is good for one place, since its scripts carry its absolute path, and for the PYTHON asked for.
fits() {
    [ -x .venv/bin/python ] && [ -f .venv/.made ] || return 1
    { read -r place && read -r python; } < .venv/.made
    [ "$place" = "$PWD" ] && [ "${PYTHON:-$python}" = "$python" ]
}

installed() { [ -f ".venv/.$1" ] && [ "$(cat ".venv/.$1")" = "$(key "$2")" ]; }

recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

complete() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

fail() { echo "LeadsBot: $*" >&2; exit 1; }

# Print the interpreter to use, or end with the one sentence that says what to install.
find_python() {
    bare=
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
        recent "$candidate" || continue
        if complete "$candidate"; then echo "$candidate"; return; fi
        bare=${bare:-$candidate}
    done
    if [ -n "$bare" ]; then
        version=$("$bare" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        fail "$bare lacks the venv module: install it (Debian, Ubuntu: apt-get install python$version-venv), then repeat."
    fi
    fail "needs Python 3.11 or newer, and ${PYTHON:-python3} is none: install one (python.org/downloads)," \
        "or name it: make setup PYTHON=/path/to/python3.12"
}

if fits; then
    # The development set holds the run-time set, so either stamp serves `run`.
    if installed dev requirements-dev.txt; then exit 0; fi
    if [ "$lock" = requirements.txt ] && installed run requirements.txt; then exit 0; fi
fi

if ! { fits && .venv/bin/python -m pip --version >/dev/null 2>&1; }; then
    python=$(find_python)
    echo "Making .venv with $("$python" --version) ..."
    "$python" -m venv --clear .venv
    printf '%s\n' "$PWD" "$python" > .venv/.made
fi
rm -f .venv/.run .venv/.dev

echo "Installing $lock ..."
pip() { .venv/bin/python -m pip --disable-pip-version-check --no-input -q "$@"; }
pip install --require-hashes -r "$lock"
pip install --no-deps --no-build-isolation --no-index -e .
key "$lock" > ".venv/.${1:-run}"
