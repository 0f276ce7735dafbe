#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs from Debian 12 what is missing, and nothing else: tools/install.sh [build] [run] [test]   (default: all).
# Each name stands in docs/dependencies.md with its reason; tools/lint.sh holds the two lists together.
# test also fills tools/face/node_modules, from the npm registry, with exactly what its lock file names.
# As root directly, otherwise through sudo, which is used for nothing but these packages.
set -euo pipefail

build=(gcc libc6-dev cmake ninja-build pkg-config libsodium-dev libssl-dev libp11-kit-dev libseccomp-dev
    libmicrohttpd-dev libgnutls28-dev libpq-dev libjansson-dev libconfuse-dev libqrencode-dev libutf8proc-dev
    libcurl4-openssl-dev libcmocka-dev)
run=(postgresql-15 softhsm2 openssl curl ca-certificates procps nodejs)
test=(python3 python3-pytest python3-pytest-xdist python3-cryptography python3-jsonschema python3-jwcrypto python3-yaml valgrind clang-format-14
    clang-14 lld-14 libclang-rt-14-dev zbar-tools npm libbcprov-java libbcpkix-java libbcutil-java openjdk-17-jdk-headless)

# A fresh postgresql-15 makes and starts a cluster of its own on port 5432; nobody here asked for one.
no_main_cluster=/etc/postgresql-common/createcluster.d/hufu-no-main-cluster.conf

is_installed() {
    # Node that came from elsewhere does as well, and Debian's beside it would only be in the way.
    [[ $1 != nodejs ]] || ! command -v node >/dev/null || return 0
    [[ $1 != npm ]] || ! command -v npm >/dev/null || return 0
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

as_root() {
    if ((EUID == 0)); then
        "$@"
    elif [[ -t 0 ]]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

check_may_install() {
    ((EUID == 0)) && return
    if ! command -v sudo >/dev/null; then
        echo "install: missing packages: $*" >&2
        echo "install: neither root nor sudo here; ask an administrator for: apt-get install --no-install-recommends $*" >&2
        exit 1
    fi
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 "$@" >>"$log" 2>&1 </dev/null
}

install_packages() {
    local keep_out=0
    log=$(mktemp "${TMPDIR:-/tmp}/hufu-install.XXXXXX")
    if [[ " $* " == *" postgresql-15 "* ]] && ! is_installed postgresql-common; then
        keep_out=1
        as_root mkdir -p "${no_main_cluster%/*}"
        echo 'create_main_cluster = false' | as_root tee "$no_main_cluster" >/dev/null
    fi
    local result=0
    apt update && apt install --no-install-recommends "$@" || result=$?
    if ((keep_out)); then
        as_root rm -f "$no_main_cluster"
    fi
    if ((result != 0)); then
        tail -n 20 "$log" >&2
        echo "install: apt-get failed; the whole output is in $log" >&2
        exit 1
    fi
    rm -f "$log"
}

# A tool in Node with dependencies: what its lock file names, and no script of any package is run. Nothing when that is there.
install_node_tool() {
    local tool=$1
    ! cmp -s "$tool/package-lock.json" "$tool/node_modules/.installed-lock.json" || return 0
    echo "Installing from npm for $tool: $(grep -c '"integrity"' "$tool/package-lock.json") packages"
    log=$(mktemp "${TMPDIR:-/tmp}/hufu-install.XXXXXX")
    if ! (cd "$tool" && npm ci --ignore-scripts --no-audit --no-fund) >"$log" 2>&1 </dev/null; then
        tail -n 20 "$log" >&2
        echo "install: npm failed; the whole output is in $log" >&2
        exit 1
    fi
    cp "$tool/package-lock.json" "$tool/node_modules/.installed-lock.json"
    rm -f "$log"
}

main() {
    local group wanted=() missing=() name
    (($# > 0)) || set -- build run test
    for group in "$@"; do
        case $group in
        build) wanted+=("${build[@]}") ;;
        run) wanted+=("${run[@]}") ;;
        test) wanted+=("${test[@]}") ;;
        list) printf '%s\n' "${build[@]}" "${run[@]}" "${test[@]}"; exit 0 ;;
        *) echo "usage: tools/install.sh [build] [run] [test] | list" >&2; exit 2 ;;
        esac
    done
    for name in "${wanted[@]}"; do
        is_installed "$name" || missing+=("$name")
    done
    if ((${#missing[@]} > 0)); then
        check_may_install "${missing[@]}"
        echo "Installing from Debian: ${missing[*]}"
        install_packages "${missing[@]}"
    fi
    if [[ " $* " == *" test "* ]]; then
        install_node_tool "$(dirname "${BASH_SOURCE[0]}")/face"
    fi
}

main "$@"
