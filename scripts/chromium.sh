#!/bin/sh
# Print the path of a Chromium that starts here, installing one if need be; exit 1 without one. Progress goes to stderr.
# Order: LEADSBOT_CHROMIUM, one that is installed, Playwright's own build, the distribution's package.
set -eu
cd "$(dirname "$0")/.."
python=.venv/bin/python

# Being there is not enough: a build whose system libraries are missing, or a snap's stub, ends at once.
starts() {
    [ -n "$1" ] && "$1" --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
        --disable-component-update --disable-sync --dump-dom about:blank >/dev/null 2>&1 </dev/null
}

found() {
    for name in ${LEADSBOT_CHROMIUM:-} chromium chromium-browser google-chrome google-chrome-stable; do
        path=$(command -v "$name" 2>/dev/null) || continue
        if starts "$path"; then echo "$path"; return; fi
    done
    return 1
}

playwrights() {
    path=$($python -c 'from playwright.sync_api import sync_playwright as p
with p() as it: print(it.chromium.executable_path)' 2>/dev/null) && [ -x "$path" ] && starts "$path" && echo "$path"
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# Say the first error of a command that failed, and nothing of one that went well.
quietly() { said=$("$@" 2>&1 </dev/null) || { printf '%s\n' "$said" | grep -m 1 -E '^(E:|Error)' >&2; return 1; }; }

may_install() { command -v apt-get >/dev/null 2>&1 && as_root true 2>/dev/null; }

found && exit
playwrights && exit
echo "Fetching Chromium for the browser tests ..." >&2
if quietly $python -m playwright install chromium; then
    playwrights && exit
    if may_install; then
        quietly as_root "$PWD/$python" -m playwright install-deps chromium && playwrights && exit
    fi
fi
if may_install; then
    quietly as_root apt-get update -qq || true
    quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium && found && exit
fi
exit 1
