#!/bin/sh
# Installs what the tests need and the machine lacks, on Debian or Ubuntu: a
# PostgreSQL server (for `initdb`), Node with npm, a Chromium, libfaketime (to make
# clocks jump), nginx (as a shared cache), xmllint (for the IPTC's schema), Go with
# the packages of its checksum database (to judge the log of statements), and
# Python with venv (for readers of feeds). Does nothing, and asks for no rights,
# when all are there.
set -eu

NODE_AT_LEAST=18.17 # fetch, URL.canParse; what Debian 12 and Ubuntu 24.04 ship

have() { command -v "$1" >/dev/null 2>&1; }

have_initdb() {
    have initdb && return 0
    for file in /usr/lib/postgresql/*/bin/initdb; do
        [ -x "$file" ] && return 0
    done
    return 1
}

have_node() {
    have node && have npm || return 1
    version=$(node --version | sed 's/^v//')
    [ "$(printf '%s\n' "$NODE_AT_LEAST" "$version" | sort -V | head -n 1)" = "$NODE_AT_LEAST" ]
}

have_browser() {
    [ -n "${CHROMIUM:-}" ] && [ -x "$CHROMIUM" ] && return 0
    have chromium || have chromium-browser || have google-chrome
}

have_faketime() {
    [ -n "${GRIOT_TEST_LIBFAKETIME:-}" ] && return 0
    for file in /usr/lib/*/faketime/libfaketime.so.1 /usr/lib*/faketime/libfaketime.so.1 /usr/local/lib/faketime/libfaketime.so.1; do
        [ -f "$file" ] && return 0
    done
    return 1
}

# Debian keeps it where only root looks.
have_nginx() { have nginx || [ -x /usr/sbin/nginx ]; }

have_venv() { python3 -c 'import ensurepip, venv' >/dev/null 2>&1; }

have_go() { have go && [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog ]; }

# The packages for what is missing, on one line.
missing_packages() {
    have_initdb || printf 'postgresql '
    have_node || printf 'nodejs npm '
    have_browser || printf '%s ' "$(browser_package)"
    have_faketime || printf 'faketime '
    have_nginx || printf 'nginx-light '
    have_venv || printf 'python3-venv '
    have xmllint || printf 'libxml2-utils '
    have_go || printf 'golang-go golang-golang-x-mod-dev '
}

browser_package() {
    if grep -q '^ID=ubuntu' /etc/os-release 2>/dev/null; then echo chromium-browser; else echo chromium; fi
}

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

packages=$(missing_packages)
[ -n "$packages" ] || exit 0

command="apt-get update && apt-get install -y --no-install-recommends ${packages% }"
have apt-get || fail "The tests need packages that are missing here, named in Debian: ${packages% }" \
    "There is no apt-get; please install them with this system's own tool."
if [ "$(id -u)" -eq 0 ]; then
    as_root=env
elif have sudo; then
    as_root="sudo env"
else
    fail "The tests need packages that are missing: ${packages% }" "As root, run: $command"
fi

echo "Installing for the tests: ${packages% }"
# shellcheck disable=SC2086 # Both are lists of words.
{ $as_root apt-get update -q && $as_root DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $packages; } ||
    fail "Could not install: ${packages% }" "As root, run: $command"

have_initdb || fail "No initdb in PATH or /usr/lib/postgresql/*/bin after installing postgresql."
have_node || fail "The distribution's Node is older than $NODE_AT_LEAST: install a newer one, with npm, and put it first in PATH."
have_browser || fail "No Chromium after installing $(browser_package): set CHROMIUM to a Chromium or Chrome program."
have_faketime || fail "No libfaketime in /usr/lib/*/faketime after installing faketime: set GRIOT_TEST_LIBFAKETIME to libfaketime.so.1."
have_nginx || fail "No nginx in PATH or /usr/sbin after installing nginx-light."
have xmllint || fail "No xmllint in PATH after installing libxml2-utils."
have_go || fail "No go in PATH, or no golang.org/x/mod in /usr/share/gocode, after installing golang-go and golang-golang-x-mod-dev."
have_venv || fail "Python makes no environments after installing python3-venv."
