"""Child processes of the test process, as listed by the system."""

import os
import subprocess


def children(name: str) -> list[int]:
    """Return the ids of living children that were started under this name."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    )
    lines = [line.split(None, 2) for line in listed.stdout.splitlines()]
    parent = str(os.getpid())
    return [int(pid) for pid, ppid, *args in lines if ppid == parent and name in "".join(args)]


def is_gone(pid: int) -> bool:
    """Tell whether a process has exited and was waited for by its parent."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
