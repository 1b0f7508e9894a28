"""A memory limit for workers, so that no file can exhaust the machine."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from inspector.dataset.decoding import MAX_MEMORY_BYTES


@contextmanager
def limited_memory() -> Iterator[None]:
    """Limit the address space while the body runs; exceeding it raises `MemoryError`.

    Comparing images maps the whole file of fingerprints and is not limited. Windows has no such
    limit.
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
        # Some systems refuse the limit; read the file anyway.
        yield
        return
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, most))
