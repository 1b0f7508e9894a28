"""How much memory a worker may take for files, so that none of them costs the machine its own."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from inspector.dataset.decoding import MAX_MEMORY_BYTES


@contextmanager
def limited_memory() -> Iterator[None]:
    """Limit the address space while the body runs; what exceeds it raises `MemoryError`.

    Comparing images maps a file of all fingerprints and is not limited. Windows has no such limit.
    """
    if sys.platform == "win32":
        yield
        return
    import resource

    before, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = MAX_MEMORY_BYTES if before == resource.RLIM_INFINITY else min(before, MAX_MEMORY_BYTES)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))
    except (OSError, ValueError):
        # Some systems refuse; the file is read all the same.
        yield
        return
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, most))
