#!/usr/bin/env bash
# apart.sh COMMAND…: in namespaces of its own, with an /etc in which Kueue finds its certificates:
# it looks for those of its metrics in that one place.
set -euo pipefail
ip link set lo up
copy=$(mktemp -d)
trap 'umount -l /etc; rm -rf "$copy"' EXIT
cp -a /etc "$copy/etc"
mkdir -p "$copy/etc/kueue/metrics/certs"
openssl req -x509 -nodes -newkey rsa:2048 -subj /CN=kueue \
  -keyout "$copy/etc/kueue/metrics/certs/tls.key" -out "$copy/etc/kueue/metrics/certs/tls.crt" 2>/dev/null
mount --bind "$copy/etc" /etc
"$@"
