#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prepare this checkout: missing Debian packages, then .venv from the hashed lock files.
# Usage: services/demo/bootstrap.sh run|test
# It never installs anything that is not in system-packages.txt or in a lock file, and it
# does nothing at all when everything is in place.
set -eu

group=${1:-}
case "$group" in run | test) ;; *)
    echo "usage: $0 run|test" >&2
    exit 2
    ;;
esac

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cd "$here/../.."
PYTHON=${PYTHON:-python3}
PATH="$PATH:/usr/sbin:/sbin" # nginx lives there; a plain user's PATH leaves it out
export PYTHON PATH

fail() {
    echo "placet: $1" >&2
    exit 2
}

missing_packages() { # prints the packages of this group whose probe fails
    while read -r for_group package probe; do
        case "$for_group" in '' | '#'*) continue ;; esac
        [ "$for_group" = run ] || [ "$for_group" = "$group" ] || continue
        sh -c "$probe" >/dev/null 2>&1 </dev/null || printf ' %s' "$package"
    done <"$here/system-packages.txt"
}

install_packages() {
    missing=$(missing_packages)
    [ -n "$missing" ] || return 0
    line="apt-get install -y --no-install-recommends$missing"
    if ! command -v apt-get >/dev/null; then
        fail "these packages are missing:$missing. On Debian: sudo $line"
    elif [ "$(id -u)" = 0 ]; then
        as_root=
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root="sudo -n"
    else
        fail "these packages are missing:$missing. Run: sudo $line"
    fi
    echo "placet: installing$missing"
    $as_root apt-get update -q
    # shellcheck disable=SC2086 # the line is a list of words on purpose
    $as_root env DEBIAN_FRONTEND=noninteractive $line || fail "this failed: $line"
    missing=$(missing_packages)
    [ -z "$missing" ] || fail "still missing after the installation:$missing"
}

use_the_same_index_as_pip() { # uv reads neither pip's variables nor its configuration file
    [ -z "${UV_DEFAULT_INDEX:-}" ] || return 0
    index=${PIP_INDEX_URL:-$(.venv/bin/python -m pip config get global.index-url 2>/dev/null || true)}
    [ -z "$index" ] || export UV_DEFAULT_INDEX="$index"
}

make_environment() {
    lock=requirements-$group.lock
    wanted=$(cat requirements-uv.lock "$lock" pyproject.toml | sha256sum | cut -d' ' -f1)
    stamp=.venv/.placet-$group
    [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return 0
    echo "placet: preparing .venv from requirements-uv.lock and $lock"
    [ -x .venv/bin/pip ] || "$PYTHON" -m venv .venv
    .venv/bin/python -m pip install -q --disable-pip-version-check \
        --require-hashes -r requirements-uv.lock
    use_the_same_index_as_pip
    .venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes -r "$lock"
    .venv/bin/uv pip install --quiet --python .venv/bin/python \
        --no-deps --no-build-isolation -e .
    echo "$wanted" >"$stamp"
}

"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    fail "Python 3.11 or newer is needed: install python3, or name one with PYTHON=/path/to/python3"
install_packages
mkdir -p .venv
exec 9>.venv/.placet-lock # two makes at once: the second waits, then finds the stamp (.venv/.lock is uv's own)
flock 9
make_environment
