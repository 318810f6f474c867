#!/usr/bin/env bash
# What the tests use besides Python. Installs what is missing where it may; with CI=true nothing may be missing.
set -uo pipefail
cd "$(dirname "$0")"
PATH="$PATH:/usr/sbin:/usr/local/sbin"

has() { # a program, or a library by its .so name
    for name in "$@"; do
        case "$name" in
            *.so*) ldconfig -p | grep -q "$name" && return ;;
            *) command -v "$name" >/dev/null && return ;;
        esac
    done
    return 1
}

missing=0
need() { # what is skipped without it, the packages that may bring it, and its names as a program
    local skipped=$1 packages=$2
    shift 2
    has "$@" && return
    for package in $packages; do
        ./instalar.sh "$package" && has "$@" && return
        if [ $? -eq 2 ]; then break; fi
    done
    echo "Sin $1 no se prueba: $skipped." >&2
    missing=1
}

need 'el portal en un navegador real' 'chromium chromium-browser' chromium chromium-browser google-chrome
need 'el portal en un navegador real' libatomic1 libatomic.so.1
# Only the programs: the tests start a private server, the system needs none.
need 'el portal sobre MariaDB' 'mariadb-server-core mariadb-server' mariadbd
need 'el texto de la factura en PDF' poppler-utils pdftotext

if [ "${CI:-}" = true ]; then exit $missing; fi
