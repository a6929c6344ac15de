#!/bin/sh
# Installs what the lab tests need from Debian's packages: only as root, only what is missing.
# It never fails: the tests name what is still missing, and in CI that is a failure there.
cd "$(dirname "$0")/.." || exit 0
sh ops/asterisk.sh
sh ops/twilio_openapi.sh
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || exit 0

missing=$(.venv/bin/python -m tests.lab.components)
[ -n "$missing" ] || exit 0

echo "Installing for the tests:" $missing "…"
export DEBIAN_FRONTEND=noninteractive
quick="-o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 -o Acquire::Retries=1"
apt-get $quick -qq update >/dev/null 2>&1
for package in $missing; do
    apt-get $quick -qq install -y --no-install-recommends "$package" >/dev/null 2>&1 ||
        echo "$package could not be installed; the tests that need it will say so."
done
exit 0
