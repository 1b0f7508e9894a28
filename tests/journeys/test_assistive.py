"""A whole session through AT-SPI, as a screen reader: everything is found by role and name."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

WAIT_SECONDS = 240
DRIVER = Path(__file__).with_name("assistive.py")
SCRIPT = """
/usr/libexec/at-spi-bus-launcher --launch-immediately & launcher=$!
"$1" -m inspector open "$2" --project "$3" & window=$!
/usr/bin/python3 -W ignore "$4" "$5"; said=$?
kill $window; wait $window
kill $launcher
exit $said
"""


def test_a_walk_by_names_alone(demo: Path, tmp_path: Path) -> None:
    for tool in ("xvfb-run", "dbus-run-session", "/usr/libexec/at-spi-bus-launcher"):
        assert shutil.which(tool), "the set-up installs what a screen reader needs"
    target = tmp_path / "out"
    words = [
        "xvfb-run", "-a", "-s", "-screen 0 1280x800x24", "dbus-run-session", "--", "sh", "-c",
        SCRIPT, "sh", sys.executable, str(demo), str(tmp_path / "p.inspector"), str(DRIVER),
        str(target),
    ]  # fmt: skip
    environment = os.environ | {
        "QT_QPA_PLATFORM": "xcb", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1", "NO_AT_BRIDGE": "0",
    }  # fmt: skip
    said = subprocess.run(
        words, env=environment, capture_output=True, text=True, timeout=WAIT_SECONDS, check=False
    )
    assert said.returncode == 0, said.stdout + said.stderr[-2_000:]
    heard = json.loads(said.stdout.strip().splitlines()[-1])
    assert heard["finding"]
    assert all(", open" in name for name in heard["clusters"])
    split = ("training", "validation")
    assert all(any(f", {s}" in name for s in split) for name in heard["items"])
    assert any("near-duplicate" in name for name in heard["items"]), heard["items"][:5]
    assert "verified by hash" in heard["done"][0]
    assert (target / "manifest.csv").exists()
    kept = sum(1 for f in target.rglob("*.*") if f.name != "manifest.csv")
    assert kept < sum(1 for f in demo.rglob("*.*"))
