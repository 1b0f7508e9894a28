#!/bin/sh
# Install the system libraries that are missing (as root), or print the one command that does.
# With the word "tests" also what the tests of the real window use; with "package" also what builds
# and checks the packages.
set -eu
packages="python3-venv libgl1 libegl1 libxkbcommon0 libdbus-1-3 libfontconfig1 libglib2.0-0
 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxcb-image0
 libxcb-render-util0 libxcb-randr0 libxcb-xinerama0 libxcb-xkb1 fonts-dejavu-core"
case "${1:-}" in
  tests)
    packages="$packages xvfb xauth xdotool imagemagick desktop-file-utils
     dbus at-spi2-core gir1.2-atspi-2.0 python3-gi strace" ;;
  package)
    # PyInstaller bundles Python's own library, which Debian keeps apart.
    python=$(python3 -c 'import sys; print("libpython%d.%d" % sys.version_info[:2])')
    apt-cache show "$python" >/dev/null 2>&1 || python=""
    packages="$packages xvfb xdotool imagemagick binutils $python xz-utils
     desktop-file-utils appstream lintian" ;;
esac
command -v dpkg-query >/dev/null 2>&1 || exit 0
missing=""
for package in $packages; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
command="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $command >/dev/null
else
  echo "These system libraries are missing. Install them with:" >&2
  echo "  sudo apt-get update && sudo $command" >&2
  exit 1
fi
