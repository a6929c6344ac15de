#!/bin/sh
# Makes .venv from the hashed requirements: `sh ops/setup.sh runtime`, or `dev` for tests and checks too.
set -eu
cd "$(dirname "$0")/.."

fits() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if fits "$name"; then
            echo "$name"
            return 0
        fi
    done
    return 1
}

install_python() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 0
    echo "Installing python3 and python3-venv …"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get -qq update && apt-get -qq install -y --no-install-recommends python3 python3-venv; } >/dev/null 2>&1 ||
        echo "Debian's packages could not be reached."
}

if ! fits .venv/bin/python; then
    python=$(find_python) || { install_python; python=$(find_python); } || {
        echo "Python 3.11 or later, with its venv module, was not found." >&2
        echo "On Debian and Ubuntu: sudo apt-get install python3 python3-venv. On macOS: brew install python." >&2
        exit 1
    }
    echo "Making .venv with $("$python" --version) …"
    "$python" -m venv --clear .venv
fi

echo "Installing what requirements/$1.txt names …"
.venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r "requirements/$1.txt"
.venv/bin/python ops/link.py
touch .venv/.runtime ".venv/.$1"
