#!/bin/sh
# Run the widget's cases in Firefox and in WebKit, and write what came of it to e2e/widget/results.json and widget/README.md.
# `browsers.sh firefox` runs one of them; arguments after it go to pytest. Exit 1 when a case failed. What is missing is
# installed where that may be done; a browser that can't be had is left out, aloud, and its column stays as it was.
set -eu
cd "$(dirname "$0")/.."
bridge=e2e/widget/firefox

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

has() { command -v "$1" >/dev/null 2>&1; }

# Install packages of the distribution, if this machine lets us; say nothing unless it fails.
install() {
    has apt-get && as_root true 2>/dev/null || return 1
    echo "Installing $* ..."
    as_root apt-get update -qq >/dev/null 2>&1 || true
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null
}

# Node 18 or newer with npm, a Firefox, and the pinned library that drives it.
has_node() { has npm && node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null; }
has_firefox() { has firefox-esr || has firefox; }
ready_firefox() {
    has_node || install nodejs npm && has_node || return 1
    has_firefox || install firefox-esr && has_firefox || return 1
    stamp=$bridge/node_modules/.made
    if [ -f $stamp ] && [ "$(cat $stamp)" = "$(cksum < $bridge/package.json)" ]; then return; fi
    npm install --prefix $bridge --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error || return 1
    cksum < $bridge/package.json > $stamp
}

# WebKitGTK's own browser and WebDriver, a display without a screen, and the pinned library that drives it.
has_webkit() { has WebKitWebDriver && has Xvfb && ls /usr/lib/*/webkit2gtk-4.*/MiniBrowser >/dev/null 2>&1; }
ready_webkit() {
    has_webkit || install webkit2gtk-driver libwebkit2gtk-4.1-0 xvfb && has_webkit || return 1
    stamp=.venv/.browsers
    if [ -f $stamp ] && [ "$(cat $stamp)" = "$(cksum < requirements-browsers.txt)" ]; then return; fi
    .venv/bin/python -m pip --disable-pip-version-check --no-input -q install --require-hashes \
        -r requirements-browsers.txt || return 1
    cksum < requirements-browsers.txt > $stamp
}

needs() {
    case $1 in
    firefox) echo "Node 18 or newer with npm, and Firefox (Debian: apt-get install nodejs npm firefox-esr)" ;;
    webkit) echo "WebKitGTK with its driver, and Xvfb (Debian: apt-get install webkit2gtk-driver libwebkit2gtk-4.1-0 xvfb)" ;;
    esac
}

case ${1:-} in
firefox | webkit) browsers=$1; shift ;;
*) browsers="firefox webkit" ;;
esac

failed=0
for browser in $browsers; do
    if "ready_$browser"; then
        .venv/bin/python -m e2e.widget.matrix "$browser" "$@" || failed=1
    else
        echo "Left out: $browser, because it can't be had here; it needs $(needs "$browser")."
    fi
done
exit $failed
