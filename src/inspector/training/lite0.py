"""EfficientNet-Lite0 in Keras, with the weights of the bundled ONNX file: no download.

The file has batch normalisation folded into the convolutions, so the network has no such layers.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from inspector.similarity.embedding import model_file

_MEAN, _SCALE = 127.0, 128.0


class _Stage(NamedTuple):
    repeat: int
    kernel: int
    stride: int
    expand: int
    out: int


# Source: Tan 2020, EfficientNet-Lite. packaging/embedding_model.py has the same table.
_STAGES = (
    _Stage(1, 3, 1, 1, 16),
    _Stage(2, 3, 2, 6, 24),
    _Stage(2, 5, 2, 6, 40),
    _Stage(3, 3, 2, 6, 80),
    _Stage(3, 5, 1, 6, 112),
    _Stage(4, 5, 2, 6, 192),
    _Stage(1, 3, 1, 6, 320),
)


def lite0(pixels: Any) -> Any:
    """Return 1,280 features of pixels of 0..255, averaged over the image."""
    backbone = _backbone(tuple(pixels.shape[1:]))
    return layers.GlobalAveragePooling2D(name="features")(backbone(pixels))


def _backbone(shape: tuple[int, ...]) -> Any:
    inputs = keras.Input(shape)
    x = layers.Rescaling(1 / _SCALE, offset=-_MEAN / _SCALE)(inputs)
    x = _conv(x, 32, 3, "conv_stem", strides=2)
    number = 0
    for stage in _STAGES:
        for repeat in range(stage.repeat):
            x = _block(x, stage, f"blocks_{number}", first=repeat == 0)
            number += 1
    x = _conv(x, 1_280, 1, "conv_head")
    model = keras.Model(inputs, x, name="efficientnet_lite0")
    for name, (weight, bias) in _weights(model_file()).items():
        layer = model.get_layer(name)
        order = (2, 3, 0, 1) if isinstance(layer, layers.DepthwiseConv2D) else (2, 3, 1, 0)
        layer.set_weights([weight.transpose(order), bias])
    return model


def _block(x: Any, stage: _Stage, name: str, *, first: bool) -> Any:
    inside = x
    if stage.expand != 1:
        inside = _conv(x, x.shape[-1] * stage.expand, 1, f"{name}_expand_conv")
    strides = stage.stride if first else 1
    inside = layers.DepthwiseConv2D(
        stage.kernel, strides, padding="same", name=f"{name}_depthwise_conv"
    )(inside)
    inside = layers.ReLU(6.0)(inside)
    inside = _conv(inside, stage.out, 1, f"{name}_project_conv", relu=False)
    return inside if first else layers.Add()([x, inside])


def _conv(x: Any, filters: int, kernel: int, name: str, *, strides: int = 1,
          relu: bool = True) -> Any:  # fmt: skip
    x = layers.Conv2D(filters, kernel, strides, padding="same", name=name)(x)
    return layers.ReLU(6.0)(x) if relu else x


def _weights(file: Path) -> dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Return the weight and bias of each convolution by layer name."""
    tensors = dict(_tensors(file.read_bytes()))
    return {
        _layer_name(name): (value, tensors[name.replace(".weight.", ".bias.")])
        for name, value in tensors.items()
        if name.endswith(".weight.half")
    }


def _layer_name(tensor: str) -> str:
    """Turn "_blocks.3._expand_conv.weight.half" into "blocks_3_expand_conv"."""
    name = tensor.removesuffix(".weight.half").removeprefix("_")
    return name.replace(".", "_").replace("__", "_")


def _tensors(model: bytes) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Yield the float16 tensors of an ONNX file, without the package `onnx`.

    Source: onnx.proto3: ModelProto.graph is field 7, GraphProto.initializer 5; of TensorProto, dims
    is 1, data_type 2, name 8 and raw_data 9.
    """
    for field, graph in _fields(model):
        if field != 7 or not isinstance(graph, bytes):
            continue
        for inner, tensor in _fields(graph):
            if inner == 5 and isinstance(tensor, bytes):
                name, shape, raw = _tensor(tensor)
                if name.endswith(".half"):
                    yield name, np.frombuffer(raw, "<f2").reshape(shape).astype(np.float32)


def _tensor(message: bytes) -> tuple[str, list[int], bytes]:
    name, shape, raw = "", list[int](), b""
    for field, value in _fields(message):
        match field, value:
            case 1, int():
                shape.append(value)
            case 1, bytes():
                shape += _varints(value)
            case 8, bytes():
                name = value.decode()
            case 9, bytes():
                raw = value
            case _:
                pass
    return name, shape, raw


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield the fields of a protobuf message as (number, integer or bytes)."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        match key & 7:
            case 0:
                value, at = _varint(data, at)
                yield key >> 3, value
            case 2:
                length, at = _varint(data, at)
                yield key >> 3, data[at : at + length]
                at += length
            case 1:
                at += 8
            case 5:
                at += 4
            case kind:
                raise ValueError(f"a protobuf field of the unknown kind {kind}")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def _varints(data: bytes) -> list[int]:
    at, values = 0, []
    while at < len(data):
        value, at = _varint(data, at)
        values.append(value)
    return values
