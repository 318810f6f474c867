#!/usr/bin/env bash
# Install Debian packages as root or with a sudo that asks nothing; otherwise say the command and exit 2.
set -euo pipefail

become=()
if [ "$(id -u)" -ne 0 ]; then become=(sudo -n); fi
if ! command -v apt-get >/dev/null || ! "${become[@]}" true 2>/dev/null; then
    echo "Falta instalar: $*. Ejecute: sudo apt-get install $*" >&2
    exit 2
fi
echo "Instalando $* ..."
quiet=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120)
"${become[@]}" "${quiet[@]}" update >/dev/null
"${become[@]}" "${quiet[@]}" install -y --no-install-recommends "$@" >/dev/null
