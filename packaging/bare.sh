#!/bin/sh
# Run a command in a bare Debian 12: bare.sh FOLDER PACKAGES COMMAND   (as root, with mmdebstrap)
# FOLDER is made at its first use, of Debian's required packages and PACKAGES ("git,make" or "").
# The command sees FOLDER as its root, an empty environment and no process but its own.
set -eu
folder=$1 packages=$2 command=$3
if [ ! -d "$folder" ]; then
  # --include takes no empty list, and base-files is required anyway.
  mmdebstrap --quiet --variant=minbase --include="${packages:-base-files}" bookworm "$folder"
  # This machine's own certificates, where it has some: a proxy may need them.
  if [ -d "$folder/usr/local/share/ca-certificates" ]; then
    cp /usr/local/share/ca-certificates/*.crt "$folder/usr/local/share/ca-certificates/" 2>/dev/null || true
    chroot "$folder" update-ca-certificates >/dev/null 2>&1 || true
  fi
fi
cp /etc/resolv.conf "$folder/etc/resolv.conf"
export folder command
exec unshare --mount --pid --fork sh -euc '
  mount --bind "$folder" "$folder"
  cd "$folder"
  mount -t proc proc proc
  mkdir -p dev/shm
  mount -t tmpfs tmpfs dev/shm
  exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 chroot . sh -c "$command"'
