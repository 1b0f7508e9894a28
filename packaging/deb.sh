#!/bin/sh
# Make the .deb and the tarball of a built program: deb.sh, after PyInstaller and share.py.
# Both hold the same build: below /usr/lib for everyone, or anywhere for one person without root.
set -eu
cd "$(dirname "$0")/.."
name=dataset-inspector
# Of xz: 2 gives some 400 MB in minutes; LEVEL=none, for trying, gives 1.6 GB at once.
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
maintainer="The Dataset Inspector developers <developers@dataset-inspector.invalid>"
gzip -9nc CHANGELOG.md >"$root/usr/share/doc/$name/CHANGELOG.md.gz"
gzip -9nc >"$root/usr/share/doc/$name/changelog.gz" <<CHANGES
$name ($version) unstable; urgency=medium

  * What has changed is in CHANGELOG.md, beside this file.

 -- $maintainer  $(git log -1 --format=%cD)
CHANGES
# The oldest C library that the bundled ones can run on is taken to be this machine's.
libc=$(ldd --version | sed -n "1s/.* //p")
size=$(du -sk "$root/usr" | cut -f1)
cat >"$root/DEBIAN/control" <<CONTROL
Package: $name
Version: $version
Architecture: $arch
Maintainer: $maintainer
Installed-Size: $size
Depends: libc6 (>= $libc), libegl1, libgl1, libxcb1, libx11-6, fontconfig-config, fonts-dejavu-core | fonts-liberation, xkb-data
Recommends: xdg-utils, xdg-desktop-portal, libnotify-bin, libwayland-cursor0, libwayland-egl1
Section: science
Priority: optional
Description: find out why the validation accuracy of an image classifier is misleading
 Dataset Inspector opens a folder of images and shows which pictures stand in
 training and in validation at once, what such copies are worth, whether the
 folders differ, and how lucky the seed was. Look-alikes are curated by
 keyboard, with an undo that survives a restart, and a cleaned copy is
 exported; the dataset itself is never written to.
 .
 TensorFlow is inside: training works without anything else.
CONTROL
chmod -R u=rwX,go=rX "$root"
tarball="dist/$name-$version-linux-$(uname -m).tar"
if [ "$level" = none ]; then
  dpkg-deb --root-owner-group -Znone --build "$root" dist >/dev/null
  tar -C dist --owner=0 --group=0 -cf "$tarball" "$name"
else
  dpkg-deb --root-owner-group -Zxz "-z$level" --threads-max="$(nproc)" --build "$root" dist >/dev/null
  tar -C dist --owner=0 --group=0 -cf - "$name" | xz -T0 "-$level" >"$tarball.xz"
fi
rm -rf "$root"
ls -l dist/*.deb dist/*.tar*
