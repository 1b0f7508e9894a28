"""Embeddings of images by EfficientNet-Lite0, trained on ImageNet.

The graph is an ONNX file among the resources (see docs/decisions). It runs in OpenCV, or in
onnxruntime if installed: the same vectors within 4e-5, twice as fast. No TensorFlow here.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.desktop.paths import resources_folder

DIMENSIONS = 1_280
SIDE_PX = 160
BATCH = 16
VERSION = f"efficientnet-lite0 {SIDE_PX}"
"""Name that embeddings are stored under: another network or size gives others."""

Pixels = NDArray[np.uint8]
Singles = NDArray[np.float32]
Halves = NDArray[np.float16]
Forward = Callable[[Singles], Singles]
_MEAN = 127.0
_SCALE = 1 / 128


def model_file() -> Path:
    """Return the network's file."""
    return resources_folder() / "models" / "efficientnet-lite0.onnx"


def model_digest() -> str:
    """Return the SHA-256 of the network's file, hex."""
    return hashlib.sha256(model_file().read_bytes()).hexdigest()


def embed(images: Sequence[Pixels]) -> Halves:
    """Return an embedding of length 1 per image; batches of `BATCH` are fastest.

    Args:
        images: RGB, (h, w, 3) uint8, upright, any size; the aspect ratio is not preserved.

    Returns:
        (n, 1280) float16; 0 for an image without any feature.
    """
    if not images:
        return np.zeros((0, DIMENSIONS), np.float16)
    features = _network()(blob([square(image) for image in images]))
    length = np.linalg.norm(features, axis=1, keepdims=True)
    scaled: Halves = (features / np.maximum(length, 1e-12)).astype(np.float16)
    return scaled


def square(image: Pixels) -> Pixels:
    """Return an image as the network reads it, (160, 160, 3)."""
    smaller = min(image.shape[:2]) >= SIDE_PX
    way = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    resized = cv2.resize(np.ascontiguousarray(image), (SIDE_PX, SIDE_PX), interpolation=way)
    return np.asarray(resized, np.uint8)


def blob(squares: Sequence[Pixels]) -> Singles:
    """Return RGB squares as network input, (n, 3, side, side) about -1..1."""
    stacked = np.stack(squares).astype(np.float32).transpose(0, 3, 1, 2)
    scaled: Singles = np.ascontiguousarray((stacked - np.float32(_MEAN)) * np.float32(_SCALE))
    return scaled


def by_opencv(model: bytes) -> Forward:
    """Return the network run by OpenCV on one thread: there are as many workers as cores."""
    cv2.setNumThreads(1)
    network = cv2.dnn.readNetFromONNX(np.frombuffer(model, np.uint8))

    def forward(batch: Singles) -> Singles:
        network.setInput(batch)
        return np.array(network.forward(), np.float32)

    return forward


def by_onnxruntime(model: bytes) -> Forward | None:
    """Return the network run by onnxruntime, None if not installed."""
    try:
        import onnxruntime
    except ImportError:
        return None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def forward(batch: Singles) -> Singles:
        (features,) = session.run(None, {"image": batch})
        return np.asarray(features, np.float32)

    return forward


@cache
def _network() -> Forward:
    model = model_file().read_bytes()
    return by_onnxruntime(model) or by_opencv(model)
