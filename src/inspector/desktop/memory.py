"""How the C library of this process holds freed memory."""

import ctypes
import sys

# Source: malloc.h of glibc.
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
LARGE_BYTES = 1 << 20
HEAPS = 2


def return_freed_memory() -> None:
    """Let freed blocks of `LARGE_BYTES` and more go back to the system, and share the heaps.

    glibc raises that size, to 32 MB, each time such a block is freed, and gives each thread a heap
    of its own. Columns of a million rows then come from heaps with holes that never shrink: half a
    gigabyte in a window of a million images. Other C libraries are left as they are.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)
            mallopt(_M_ARENA_MAX, HEAPS)
