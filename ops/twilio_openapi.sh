#!/bin/sh
# Puts Twilio's official OpenAPI files into var/twilio-openapi, for the lab's tests: `sh ops/twilio_openapi.sh`.
# They lie in Twilio's own npm package (MIT). It never fails: the tests say what is missing.
cd "$(dirname "$0")/.." || exit 0

package=@twilio/cli-core@8.3.2
digest=a914c0652d798bf9ec78a1eedb36486f5043efc58545539633ae620bd26a8d974da73e4a41a884235925b0b7160e2d69c171fd246ea96c55c9ac8898449c3f77
home=$PWD/var/twilio-openapi

[ -d "$home" ] && exit 0
if ! command -v npm >/dev/null 2>&1 && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get -qq install -y --no-install-recommends npm >/dev/null 2>&1
fi
command -v npm >/dev/null 2>&1 || exit 0

work=$(mktemp -d) || exit 0
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "$package" >/dev/null 2>&1) || exit 0
printf '%s  %s\n' "$digest" "$work/twilio-cli-core-8.3.2.tgz" | sha512sum -c --status || exit 0
tar -xzf "$work/twilio-cli-core-8.3.2.tgz" -C "$work" package/src/services/twilio-api || exit 0
mkdir -p "$PWD/var" && mv "$work/package/src/services/twilio-api" "$home"
