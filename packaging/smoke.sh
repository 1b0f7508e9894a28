#!/bin/sh
# Try a built program as a person would: smoke.sh PROGRAM [PICTURE.png]
# Makes the sample, scans it, trains two epochs, and opens it in a window on a screen of its own.
# Needs Xvfb, xdotool and ImageMagick; writes only to a folder of its own, and the picture.
set -eu
program=$1 picture=${2:-}
folder=$(mktemp -d)
screen=""
finish() {
  if [ -n "$screen" ]; then kill "$screen" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap finish EXIT
export XDG_DATA_HOME="$folder/data" XDG_CACHE_HOME="$folder/cache"
export XDG_CONFIG_HOME="$folder/config" XDG_STATE_HOME="$folder/state"
say() { echo "smoke: $*"; }
fail() { echo "smoke: FAILED: $*" >&2; exit 1; }
expect() { grep -q -- "$1" "$2" || { cat "$2" >&2; fail "no $1 in $2"; }; }

"$program" --version
[ "$("$program" doctor)" = "nothing is missing" ] || { "$program" doctor; fail "doctor"; }
"$program" demo "$folder/shapes" --images 120 --seed 1 >/dev/null
"$program" scan "$folder/shapes" --json --quiet >"$folder/scan.json"
expect '"images": 120' "$folder/scan.json"
expect '"clusters": [1-9]' "$folder/scan.json"
say "scanned"
"$program" train "$folder/shapes" --epochs 2 --image-size 32 --json-lines >"$folder/train.jsonl"
expect '"event": "done"' "$folder/train.jsonl"
[ "$(grep -c '"event": "epoch"' "$folder/train.jsonl")" = 2 ] || fail "not two epochs"
say "trained two epochs"

mkfifo "$folder/display"
Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp 3>"$folder/display" 2>/dev/null &
screen=$!
read -r number <"$folder/display"
export DISPLAY=":$number"
# A person's desktop sets the scale and the theme; here nothing does.
"$program" open "$folder/shapes" 2>"$folder/window.txt" &
window=$!
# A busy machine takes its time to start, and to read the sample.
title=""
for _ in $(seq 180); do
  id=$(xdotool search --onlyvisible --class '^inspector$' 2>/dev/null | tail -1) || true
  [ -z "$id" ] || title=$(xdotool getwindowname "$id" 2>/dev/null) || true
  case "$title" in shapes*) break ;; esac
  kill -0 "$window" 2>/dev/null || { cat "$folder/window.txt" >&2; fail "the window ended"; }
  sleep 1
done
[ -n "$id" ] || fail "no window of class inspector"
case "$title" in shapes*) ;; *) fail "the window is called $title" ;; esac
sleep 15
import -window root "$folder/window.png"
[ "$(identify -format %k "$folder/window.png")" -gt 100 ] || fail "the window is empty"
kill "$window"
wait "$window" || fail "the window ended with $?"
! grep -q Traceback "$folder/window.txt" || { cat "$folder/window.txt" >&2; fail "a traceback"; }
[ -z "$picture" ] || cp "$folder/window.png" "$picture"
say "opened and closed a window called '$title'"
