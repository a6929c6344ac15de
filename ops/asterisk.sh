#!/bin/sh
# Puts an Asterisk of its own into var/asterisk, for the lab's tests: `sh ops/asterisk.sh`.
# Debian 12 has none, and installing one from a newer Debian would replace the system's libc. So its packages are
# unpacked, not installed, and it runs on its own loader: nothing of the system changes, and root is not needed.
# The mirror is the one that this machine's apt uses. It never fails: the tests say what is missing.
cd "$(dirname "$0")/.." || exit 0

suite=${ASTERISK_SUITE:-forky}
home=$PWD/var/asterisk

newest_on_path() {
    command -v asterisk >/dev/null 2>&1 && asterisk -V 2>/dev/null | grep -Eq '^Asterisk (2[2-9]|[3-9][0-9])'
}

[ -x "$home/bin/asterisk" ] && exit 0
newest_on_path && exit 0
command -v apt-get >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1 || exit 0

mirror() {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' |
        grep -v -e security -e '^cdrom' | head -n 1
}

keyring() {
    ls /usr/share/keyrings/debian-archive-keyring.gpg /usr/share/keyrings/debian-archive-keyring.pgp 2>/dev/null |
        head -n 1
}

# What only installation scripts need counts as there, so that it is not fetched.
pretend() {
    for name in adduser base-passwd debconf dirmngr gnupg gpg gpg-agent gpgconf gpgsm libpam-modules \
        libpam-modules-bin libpam0g libsnmp-base login.defs passwd pci.ids perl perl-base pinentry-curses \
        readline-common tzdata; do
        printf 'Package: %s\nStatus: install ok installed\nArchitecture: %s\nMulti-Arch: foreign\n' "$name" "$1"
        printf 'Version: 9:999\nMaintainer: nobody\nDescription: not needed here\n\n'
    done
}

fetch() {
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/parts" "$work/packages"
    from=$(mirror) signed=$(keyring)
    [ -n "$from" ] && [ -n "$signed" ] || return 1
    echo "deb [signed-by=$signed] $from $suite main" >"$work/sources.list"
    pretend "$(dpkg --print-architecture)" >"$work/status"
    cat >"$work/apt.conf" <<EOF
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "$work/parts";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "$work/parts";
Dir::State::lists "$work/lists";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
APT::Install-Recommends "false";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "1";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
Debug::NoLocking "true";
EOF
    export APT_CONFIG="$work/apt.conf"
    apt-get -qq update || return 1
    apt-get -s install asterisk >"$work/plan" || return 1
    wanted=$(awk '/^Inst/ { gsub(/[()]/, "", $3); print $2 "=" $3 }' "$work/plan")
    [ -n "$wanted" ] || return 1
    (cd "$work/packages" && apt-get -qq download $wanted)
}

unpack() {
    mkdir -p "$work/home/bin"
    for package in "$work"/packages/*.deb; do
        dpkg-deb --fsys-tarfile "$package" | tar -x -C "$work/home" --no-same-owner --keep-directory-symlink \
            --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale \
            --exclude=./usr/share/i18n --exclude='./usr/share/perl*' --exclude='./usr/lib/*/perl*' \
            --exclude=./var/cache || return 1
    done
    loader=$(cd "$work/home" && find usr/lib -name 'ld-linux*.so.*' | head -n 1)
    folders=$(cd "$work/home" && find usr/lib -name 'lib*.so*' | sed 's,/[^/]*$,,' | sort -u |
        grep -v -e /asterisk -e /gconv -e ossl-modules -e engines -e /security | sed 's,^,$home/,' | paste -sd: -)
    [ -n "$loader" ] || return 1
    cat >"$work/home/bin/asterisk" <<EOF
#!/bin/sh
home=\$(cd "\$(dirname "\$(readlink -f "\$0")")/.." && pwd)
exec "\$home/$loader" --argv0 asterisk --library-path "$folders" "\$home/usr/sbin/asterisk" "\$@"
EOF
    chmod +x "$work/home/bin/asterisk"
    "$work/home/bin/asterisk" -V
}

echo "Fetching an Asterisk for the tests …"
mkdir -p var
work=$(mktemp -d "$PWD/var/asterisk-XXXXXX")
trap 'rm -rf "$work"' EXIT
if fetch >"$work/log" 2>&1 && unpack >>"$work/log" 2>&1; then
    rm -rf "$home" && mv "$work/home" "$home"
else
    echo "Asterisk could not be fetched; the tests that need it will say so."
    tail -n 3 "$work/log"
fi
exit 0
