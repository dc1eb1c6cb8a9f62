#!/bin/sh
# Run every test, side by side on up to four cores; arguments go to pytest (`scripts/test.sh -k settings`). Without a Chromium the browser tests are left out, aloud.
set -eu
cd "$(dirname "$0")/.."

if [ -n "${LEADSBOT_NO_BROWSER:-}" ]; then
    echo "Left out: the browser tests, because LEADSBOT_NO_BROWSER is set."
elif chromium=$(sh scripts/chromium.sh); then
    export LEADSBOT_CHROMIUM="$chromium"
else
    export LEADSBOT_NO_BROWSER=1
    echo "Left out: the browser tests, because no Chromium starts here; install one (Debian: apt-get install chromium)" \
        "or name it in LEADSBOT_CHROMIUM, then repeat."
fi

exec .venv/bin/python -m pytest --numprocesses logical --maxprocesses 4 --dist worksteal "$@" tests e2e
