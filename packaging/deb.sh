#!/bin/sh
# Make the .deb and the tarball of a built program: deb.sh, after PyInstaller and share.py.
# Both hold the same build: below /usr/lib for everyone, or anywhere for one person without root.
set -eu
cd "$(dirname "$0")/.."
name=dataset-inspector
# 2 gives 300 MB in minutes; LEVEL=0 is for trying.
level=${LEVEL:-2}
version=$(dist/$name/inspector --version | cut -d' ' -f2)
arch=$(dpkg --print-architecture)
root=build/deb
rm -rf "$root"
mkdir -p "$root/DEBIAN" "$root/usr/lib" "$root/usr/bin" "$root/usr/share/doc/$name"
cp -a "dist/$name" "$root/usr/lib/$name"
# Wheels and resources carry the modes of their makers.
find "$root/usr/lib/$name" -type f ! -name inspector -exec chmod 644 {} +
find "$root/usr/lib/$name" -type d -exec chmod 755 {} +
cp -a build/share/share/. "$root/usr/share/"
ln -s "../lib/$name/inspector" "$root/usr/bin/inspector"
mkdir -p "$root/usr/share/lintian/overrides"
cp packaging/lintian-overrides "$root/usr/share/lintian/overrides/$name"
cp packaging/copyright "$root/usr/share/doc/$name/copyright"
gzip -9nc CHANGELOG.md >"$root/usr/share/doc/$name/changelog.gz"
# The oldest C library that the bundled ones can run on is taken to be this machine's.
libc=$(ldd --version | sed -n "1s/.* //p")
size=$(du -sk "$root/usr" | cut -f1)
cat >"$root/DEBIAN/control" <<CONTROL
Package: $name
Version: $version
Architecture: $arch
Maintainer: The Dataset Inspector developers <developers@dataset-inspector.invalid>
Installed-Size: $size
Depends: libc6 (>= $libc), libegl1, libgl1, libxcb1, libx11-6, fontconfig-config, fonts-dejavu-core | fonts-liberation, xkb-data
Recommends: xdg-utils, xdg-desktop-portal, libnotify-bin, libwayland-cursor0, libwayland-egl1
Section: science
Priority: optional
Description: find out why the validation accuracy of an image classifier lies
 Dataset Inspector opens a folder of images and shows which pictures stand in
 training and in validation at once, what such copies are worth, whether the
 folders differ, and how lucky the seed was. Look-alikes are curated by
 keyboard, with an undo that survives a restart, and a cleaned copy is
 exported; the dataset itself is never written to.
 .
 TensorFlow is inside: training works without anything else.
CONTROL
chmod -R u=rwX,go=rX "$root"
dpkg-deb --root-owner-group -Zxz "-z$level" --threads-max="$(nproc)" --build "$root" dist >/dev/null
tar -C dist --owner=0 --group=0 -cf - "$name" | xz -T0 "-$level" >"dist/$name-$version-linux-$(uname -m).tar.xz"
rm -rf "$root"
ls -l dist/*.deb dist/*.tar.xz
