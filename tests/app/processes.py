"""The child processes of this one, as the system lists them."""

import os
import subprocess


def children(name: str) -> list[int]:
    """Return the ids of living children that were started by this name."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    )
    lines = [line.split(None, 2) for line in listed.stdout.splitlines()]
    parent = str(os.getpid())
    return [int(pid) for pid, ppid, *args in lines if ppid == parent and name in "".join(args)]


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended, and its parent has taken notice."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
