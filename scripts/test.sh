#!/bin/sh
# Run every test, three processes on two cores, since many wait for a browser; arguments go to pytest
# (`scripts/test.sh -k settings`). Without a Chromium the browser tests are left out, aloud.
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

cores=$(.venv/bin/python -c 'import os; print(min(os.cpu_count() or 1, 4))')
exec .venv/bin/python -m pytest --numprocesses $((cores * 3 / 2)) --dist worksteal "$@" tests e2e
