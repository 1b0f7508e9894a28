"""Full or read-only disks, and the program run on them in its own process."""

import errno
import os
import subprocess
import sys
from pathlib import Path

BALLAST = "ballast"


def mount(folder: Path, megabytes: int) -> str:
    """Mount a tmpfs at `folder`; return "" or why that fails."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "only root on Linux can mount a small disk"
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "inspector-test", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"no tmpfs can be mounted: {done.stderr.strip()}" if done.returncode else ""


def remount_read_only(folder: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)


def unmount(folder: Path) -> None:
    subprocess.run(["umount", "-l", str(folder)], check=False)


def fill(folder: Path) -> Path:
    """Write a file until the disk is full; return it."""
    ballast = folder / BALLAST
    with ballast.open("ab", buffering=0) as stream:
        for block in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    stream.write(b"x" * block)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
    return ballast


def inspector(
    *words: object, env: dict[str, str] | None = None, seconds: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run the program in the terminal."""
    return subprocess.run(
        [sys.executable, "-m", "inspector", *map(str, words)],
        capture_output=True, text=True, timeout=seconds, env=os.environ | (env or {}), check=False,
    )  # fmt: skip


def told(done: "subprocess.CompletedProcess[str]", code: int = 3) -> str:
    """Check that an error has the usual form; return its line."""
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    advice = [line for line in done.stderr.splitlines() if line.startswith("advice: ")]
    assert len(errors) == len(advice) == 1, done.stderr
    return errors[0]
