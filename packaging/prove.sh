#!/bin/sh
# Prove the .deb of dist/ in a bare Debian 12: prove.sh FOLDER [PICTURE.png]  (as root)
# FOLDER becomes the bare system; nothing of the machine but its network gets in.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$1 picture=${2:-}
"$here/bare.sh" "$folder" "" "mkdir -p /srv/proof"
cp "$here"/../dist/dataset-inspector_*.deb "$folder/srv/proof/dataset-inspector.deb"
cp "$here/smoke.sh" "$folder/srv/proof/"
cat >"$folder/srv/proof/walk.sh" <<'WALK'
set -eu
cd /srv/proof
export DEBIAN_FRONTEND=noninteractive
files() { find / -xdev \( -path /proc -o -path /tmp -o -path /root -o -path /srv -o -path /run -o -path /var/cache \
  -o -path /var/log -o -path /var/lib/apt -o -path /var/lib/dpkg \) -prune -o -print | sort; }
step() { echo "== $*"; }
apt-get update -qq
files >bare.txt
step "install in a system without any library of a window"
apt-get install -y -qq --no-install-recommends ./dataset-inspector.deb >/dev/null
inspector --version
inspector doctor
here=/usr/lib/dataset-inspector/_internal
echo "libraries that neither the package nor its dependencies bring:"
find "$here" -name '*.so*' -type f -exec env LD_LIBRARY_PATH="$here" ldd {} + 2>/dev/null |
  grep 'not found' | sort | uniq -c
step "a window without a screen"
inspector || echo "exit $?"
QT_QPA_PLATFORM=offscreen timeout 10 inspector || test $? = 124 && echo "an offscreen window stayed open"
step "remove: what is left"
apt-get purge -y -qq --autoremove dataset-inspector >/dev/null
files >after.txt
diff bare.txt after.txt && echo "nothing"
step "a desktop's tools, then install again"
# What man and D-Bus write when they are installed is not ours to count.
apt-get install -y -qq --no-install-recommends xvfb xdotool imagemagick xdg-utils desktop-file-utils \
  shared-mime-info libglib2.0-bin hicolor-icon-theme man-db dbus >/dev/null
files >desktop.txt
apt-get install -y -qq --no-install-recommends ./dataset-inspector.deb >/dev/null
sh smoke.sh /usr/bin/inspector picture.png
step "the desktop knows it"
inspector demo /srv/proof/shapes --images 60 --quiet >/dev/null
inspector scan /srv/proof/shapes --project /srv/proof/shapes.inspector --quiet
gio info -a standard::content-type shapes.inspector | grep content-type
xdg-mime query default application/x-dataset-inspector
man -l /usr/share/man/man1/inspector.1.gz | head -4 | tail -1
export HOME=/srv/proof/home
mkdir -p "$HOME"
Xvfb :9 -screen 0 1280x800x24 -nolisten tcp 2>/dev/null & screen=$!
sleep 2
DISPLAY=:9 dbus-run-session -- sh -c '
  gio open /srv/proof/shapes.inspector
  for _ in $(seq 120); do
    xdotool search --onlyvisible --class "^inspector$" >/tmp/id 2>/dev/null || { sleep 1; continue; }
    case "$(xdotool getwindowname "$(tail -1 /tmp/id)")" in shapes*) break ;; esac
    sleep 1
  done
  echo "gio open shows: $(xdotool getwindowname "$(tail -1 /tmp/id)")"
  kill "$(xdotool getwindowpid "$(tail -1 /tmp/id)")"; sleep 3'
kill $screen
rm -rf "$HOME"
step "remove: what is left"
apt-get purge -y -qq --autoremove dataset-inspector >/dev/null
files >after.txt
diff desktop.txt after.txt && echo "nothing"
WALK
"$here/bare.sh" "$folder" "" "sh /srv/proof/walk.sh"
[ -z "$picture" ] || cp "$folder/srv/proof/picture.png" "$picture"
