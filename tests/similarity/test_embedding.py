"""The embedding: the expected model file, and the same vectors by every backend."""

import io
import pickle
import runpy
import sys
import types
from collections import OrderedDict
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inspector.similarity.embedding import (
    BATCH,
    DIMENSIONS,
    SIDE_PX,
    blob,
    by_onnxruntime,
    by_opencv,
    embed,
    model_digest,
    model_file,
    square,
)

SHA256 = "ea0b41c2806ee9c2e083da9ed999e7c7cd1bed9a2e3074f0594df8da12561738"
WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
PACKAGING = Path(__file__).resolve().parents[2] / "packaging"


class Pickled:
    """Pickles like a torch tensor or storage, without torch."""

    def __init__(self, shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
        self.shape, self.strides = shape, strides


def legacy_file(shape: tuple[int, ...], strides: tuple[int, ...]) -> bytes:
    """Return a .pth file in the format before zip, with one tensor over the numbers 0 to 5."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")

    def rebuild() -> None:
        raise AssertionError("never called here")

    rebuild.__module__, rebuild.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    storage = type("FloatStorage", (), {"__module__": "torch"})
    utils._rebuild_tensor_v2, torch.FloatStorage = rebuild, storage  # type: ignore[attr-defined]
    key = storage()

    class Pickler(pickle.Pickler):
        def persistent_id(self, value: object) -> object:
            return ("storage", storage, "7", "cpu", 6, None) if value is key else None

        def reducer_override(self, value: object) -> object:
            if isinstance(value, Pickled):
                return rebuild, (key, 0, value.shape, value.strides, False, OrderedDict())
            return NotImplemented

    out = io.BytesIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "torch", torch)
        patch.setitem(sys.modules, "torch._utils", utils)
        for part in (0x1950A86A20F9469CFC6C, 1001, {}):
            pickle.dump(part, out, protocol=2)
        Pickler(out, 2).dump(OrderedDict(w=Pickled(shape, strides)))
        pickle.dump(["7"], out, protocol=2)
    return out.getvalue() + (6).to_bytes(8, "little") + np.arange(6, dtype="<f4").tobytes()


def images(count: int, seed: int = 0) -> list[NDArray[np.uint8]]:
    """Return smooth images of several sizes, of no recognisable class."""
    rng = np.random.default_rng(seed)
    coarse = [rng.integers(0, 256, (6, 6, 3)).astype(np.uint8) for _ in range(count)]
    sizes = rng.integers(20, 400, (count, 2)).tolist()
    return [
        np.asarray(cv2.resize(one, (w, h), interpolation=cv2.INTER_CUBIC), np.uint8)
        for one, (w, h) in zip(coarse, sizes, strict=True)
    ]


def test_the_network_is_the_file_that_was_converted() -> None:
    assert model_digest() == SHA256
    assert model_file().stat().st_size == 6_726_916
    assert WEIGHTS_SHA256 in (PACKAGING / "embedding_model.py").read_text("utf-8")


def test_its_licence_comes_with_it() -> None:
    folder = model_file().parent
    assert "TensorFlow Authors" in (folder / "NOTICE").read_text("utf-8")
    assert "Apache License" in (folder / "LICENSE").read_text("utf-8")


def test_vectors_have_length_one_and_differ() -> None:
    vectors = embed(images(5)).astype(np.float32)
    assert vectors.shape == (5, DIMENSIONS)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=2e-3)
    cosines = vectors @ vectors.T
    assert cosines[~np.eye(5, dtype=bool)].max() < 0.99


def test_an_image_alone_gets_the_vector_that_it_gets_in_a_batch() -> None:
    batch = images(BATCH)
    whole = embed(batch)
    for place in (0, 7, BATCH - 1):
        assert np.array_equal(embed([batch[place]])[0], whole[place])


def test_nothing_makes_no_vectors() -> None:
    assert embed([]).shape == (0, DIMENSIONS)


def test_a_black_image_has_a_vector() -> None:
    assert np.isfinite(embed([np.zeros((1, 1, 3), np.uint8)])).all()


def test_smaller_is_averaged_and_larger_is_smooth() -> None:
    fine = np.zeros((640, 640, 3), np.uint8)
    fine[::2] = 255
    assert np.ptp(square(fine)) <= 1
    assert square(np.zeros((8, 9, 3), np.uint8)).shape == (SIDE_PX, SIDE_PX, 3)


def test_the_input_is_rgb_around_zero() -> None:
    red = np.zeros((SIDE_PX, SIDE_PX, 3), np.uint8)
    red[..., 0] = 255
    made = blob([red])
    assert made.shape == (1, 3, SIDE_PX, SIDE_PX)
    assert made[0, :, 0, 0].tolist() == [1.0, -127 / 128, -127 / 128]
    by_cv = cv2.dnn.blobFromImages(
        [red[..., ::-1]], 1 / 128, (SIDE_PX, SIDE_PX), (127, 127, 127), swapRB=True
    )
    assert np.allclose(made, by_cv)


def test_onnxruntime_gives_the_vectors_of_opencv() -> None:
    model = model_file().read_bytes()
    other = by_onnxruntime(model)
    if other is None:
        pytest.skip("onnxruntime is not installed; tests/training compares with TensorFlow")
    batch = blob([square(image) for image in images(2, seed=1)])
    assert np.abs(other(batch) - by_opencv(model)(batch)).max() < 4e-5


def test_weights_are_read_by_allowed_names_and_no_other() -> None:
    read_weights = runpy.run_path(str(PACKAGING / "torch_weights.py"))["read_weights"]
    with pytest.raises(pickle.UnpicklingError, match=r"os\.system is not allowed"):
        read_weights(b"cos\nsystem\n(S'true'\ntR.")


def test_strided_tensors_are_read_from_a_legacy_file() -> None:
    read_weights = runpy.run_path(str(PACKAGING / "torch_weights.py"))["read_weights"]
    assert np.array_equal(
        read_weights(legacy_file(shape=(2, 3), strides=(1, 2)))["w"],
        np.arange(6, dtype=np.float32).reshape(3, 2).T,
    )
    with pytest.raises(pickle.UnpicklingError, match="larger than its storage"):
        read_weights(legacy_file(shape=(2, 4), strides=(1, 2)))
