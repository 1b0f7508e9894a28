"""Read the tensors of a .pth file without torch, by an unpickler that knows four names."""

import io
import pickle
from collections import OrderedDict
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
Tensor = NDArray[Any]


class _Storage(NamedTuple):
    key: str
    dtype: str


class _View(NamedTuple):
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def _rebuild(storage: _Storage, offset: int, shape: Any, strides: Any, *_: Any) -> _View:
    return _View(storage, offset, tuple(shape), tuple(strides))


ALLOWED: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild,
    ("torch", "FloatStorage"): "<f4",
    ("torch", "LongStorage"): "<i8",
}


class _Unpickler(pickle.Unpickler):
    """Know four names and call no other."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what stands for an allowed name."""
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed")
        return ALLOWED[module, name]

    def persistent_load(self, pid: Any) -> _Storage:
        """Remember which storage a tensor views."""
        kind, dtype, key, _, _, view = pid
        if kind != "storage" or view is not None:
            raise pickle.UnpicklingError(f"a storage of an unknown kind: {pid!r}")
        return _Storage(key, dtype)


def read_weights(data: bytes) -> dict[str, Tensor]:
    """Return the tensors of a .pth of the format before zip, by name.

    Raises:
        pickle.UnpicklingError: The file is of another format, or names something else.
    """
    file = io.BytesIO(data)
    magic, _, _ = (_Unpickler(file).load() for _ in range(3))
    if magic != LEGACY_MAGIC:
        raise pickle.UnpicklingError("not a .pth of the format before zip")
    views: dict[str, _View] = _Unpickler(file).load()
    keys: list[str] = _Unpickler(file).load()
    dtypes = {view.storage.key: view.storage.dtype for view in views.values()}
    storages: dict[str, Tensor] = {}
    for key in keys:
        count = int(np.frombuffer(file.read(8), "<i8")[0])
        dtype = np.dtype(dtypes[key])
        storages[key] = np.frombuffer(file.read(count * dtype.itemsize), dtype)
    return {name: _tensor(view, storages[view.storage.key]) for name, view in views.items()}


def _tensor(view: _View, storage: Tensor) -> Tensor:
    """Return a contiguous copy of a strided view; one that leaves its storage raises."""
    last = view.offset + sum((n - 1) * s for n, s in zip(view.shape, view.strides, strict=True))
    if last >= len(storage):
        raise pickle.UnpicklingError("a tensor is larger than its storage")
    size = storage.itemsize
    seen = np.lib.stride_tricks.as_strided(
        storage[view.offset :], view.shape, [s * size for s in view.strides], writeable=False
    )
    return np.ascontiguousarray(seen)
