"""The kernel of a small CNN that is trained from scratch: inner products of its first gradients.

Training moves a network's answers along its gradients. As long as these change little, what it
answers in the end is kernel regression with the inner products of the gradients of two images at
the weights that it starts from (Jacot, Gabriel and Hongler 2018, "Neural tangent kernel"), each
weight's over its root mean square, since Adam makes steps of a like size for all. Images that are
alike pixel by pixel have a large one, whatever they show: such a network remembers.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Mask = NDArray[np.bool_]

WIDTHS, HIDDEN = (16, 32, 64), 64
FEWEST_DRAWS, MOST_DRAWS = 4, 16
_PASSES = 14_000
_BLOCK = 32
_TINY = np.float32(1e-20)
_CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))


@dataclass(frozen=True, slots=True)
class SmallNetwork:
    """Hold weights of convolutions of 3x3 with pooling and ReLU, a hidden layer and one output.

    Attributes:
        convolutions: Each (9 x channels, width): the pixels above left first, channels last.
        hidden: (flat, units), followed by ReLU.
        out: (units,).
    """

    convolutions: tuple[Floats, ...]
    hidden: Floats
    out: Floats


def network_kernel(
    colour: Bytes, *, draws: int = 0, seed: int = 0,
    progress: Callable[[int], None] = lambda done: None,
) -> Floats:  # fmt: skip
    """Return the kernel of all pairs of images, (n, n), its mean on the diagonal 1.

    Args:
        colour: (n, 32, 32, 3) YCrCb, as fingerprints hold it; other even sides will do, too.
        draws: How many networks are drawn; their kernels are averaged. 0 for `draws_for`.
        seed: Of the weights.
        progress: Called with images that went through a network, all networks together.
    """
    pixels = np.stack([cv2.cvtColor(one, cv2.COLOR_YCrCb2RGB) for one in colour])
    kernel = np.zeros((len(pixels), len(pixels)), np.float32)
    for number in range(draws or draws_for(len(pixels))):
        network = drawn(pixels.shape[1], np.random.default_rng((seed, number)))
        blocks = []
        for at in range(0, len(pixels), _BLOCK):
            x = pixels[at : at + _BLOCK].astype(np.float32) / np.float32(255)
            blocks.append(gradients_of(network, x))
            progress(number * len(pixels) + at + len(x))
        one = np.ones_like(kernel)
        for layer in range(len(WIDTHS)):
            one += _steps([block.convolutions[layer] for block in blocks])
        flat, back, hidden = (
            _steps([getattr(block, name) for block in blocks])
            for name in ("flat", "back", "hidden")
        )
        one += (flat + 1) * back + hidden
        # Each network counts alike, whatever the size of its gradients.
        kernel += one / np.diagonal(one).mean()
    kernel /= np.diagonal(kernel).mean()
    return kernel


def _steps(blocks: list[Floats]) -> Floats:
    """Return the inner products of gradients, (n, n), each weight's over its root mean square.

    Adam divides the step of each weight by that (Kingma and Ba 2015), so that weights with small
    gradients move as far as others.

    Args:
        blocks: (b, weights) gradients, n rows together.
    """
    rows = np.concatenate(blocks)
    size = np.sqrt(np.einsum("ij,ij->j", rows, rows) / np.float32(len(rows)))
    rows /= np.sqrt(np.maximum(size, _TINY))
    products: Floats = rows @ rows.T
    return products


def draws_for(images: int) -> int:
    """Return how many networks are drawn for so many images: the more, the less it is chance."""
    return min(MOST_DRAWS, max(FEWEST_DRAWS, _PASSES // max(1, images)))


@dataclass(frozen=True, slots=True)
class Gradients:
    """Hold the gradients of the output of some images.

    Attributes:
        convolutions: Each (b, 9 x channels x width), by the weights of a convolution.
        flat, back: (b, flat), (b, units): their outer product is that by the hidden layer.
        hidden: (b, units), by the output's weights.
    """

    convolutions: tuple[Floats, ...]
    flat: Floats
    back: Floats
    hidden: Floats


def drawn(side_px: int, draw: np.random.Generator) -> SmallNetwork:
    """Draw weights as Keras does (Glorot and Bengio 2010)."""

    def glorot(rows: int, columns: int, fans: int) -> Floats:
        limit = np.sqrt(6 / fans)
        return draw.uniform(-limit, limit, (rows, columns)).astype(np.float32)

    channels, convolutions = 3, []
    for width in WIDTHS:
        convolutions.append(glorot(9 * channels, width, 9 * (channels + width)))
        channels = width
    flat = (side_px >> len(WIDTHS)) ** 2 * channels
    hidden = glorot(flat, HIDDEN, flat + HIDDEN)
    return SmallNetwork(tuple(convolutions), hidden, glorot(HIDDEN, 1, HIDDEN + 1)[:, 0])


def gradients_of(network: SmallNetwork, x: Floats) -> Gradients:
    """Go forward and back through the network, (b, side, side, 3) at a time."""
    passed = []
    for weights in network.convolutions:
        columns = _columns(x)
        x, at = _pooled(columns @ weights)
        passed.append((columns, x > 0, at))
        x = np.maximum(x, 0)
    flat = x.reshape(len(x), -1)
    before = flat @ network.hidden
    back = (before > 0) * network.out
    slope = (back @ network.hidden.T).reshape(x.shape)
    convolutions = []
    for number in reversed(range(len(passed))):
        columns, alive, at = passed[number]
        spread = _unpooled(slope * alive, at)
        rows = columns.reshape(len(x), -1, columns.shape[3]).transpose(0, 2, 1)
        gradient = rows @ spread.reshape(len(x), -1, spread.shape[3])
        convolutions.append(gradient.reshape(len(x), -1))
        if number:
            slope = _summed(spread @ network.convolutions[number].T)
    return Gradients(tuple(reversed(convolutions)), flat, back, np.maximum(before, 0))


def _columns(x: Floats) -> Floats:
    """Return the 3x3 pixels around each pixel, (b, side, side, 9 x channels)."""
    side = x.shape[1]
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    parts = [padded[:, i : i + side, j : j + side] for i in range(3) for j in range(3)]
    return np.concatenate(parts, axis=3)


def _summed(columns: Floats) -> Floats:
    """Return the sum of what each pixel is part of: the transpose of `_columns`."""
    count, side, channels = len(columns), columns.shape[1], columns.shape[3] // 9
    padded = np.zeros((count, side + 2, side + 2, channels), np.float32)
    for number in range(9):
        i, j = divmod(number, 3)
        part = columns[..., number * channels : (number + 1) * channels]
        padded[:, i : i + side, j : j + side] += part
    return padded[:, 1:-1, 1:-1]


def _pooled(x: Floats) -> tuple[Floats, list[Mask]]:
    """Return the largest of each 2x2 pixels, and for each of the four where it is the first."""
    four = [x[:, i::2, j::2] for i, j in _CORNERS]
    largest = np.maximum(np.maximum(four[0], four[1]), np.maximum(four[2], four[3]))
    first, open_ = [], np.ones(largest.shape, np.bool_)
    for corner in four:
        first.append((corner == largest) & open_)
        open_ &= ~first[-1]
    return largest, first


def _unpooled(x: Floats, first: list[Mask]) -> Floats:
    """Return each value at the place that it was pooled from, zeros elsewhere."""
    count, side, _, channels = x.shape
    spread = np.empty((count, 2 * side, 2 * side, channels), np.float32)
    for (i, j), mask in zip(_CORNERS, first, strict=True):
        spread[:, i::2, j::2] = x * mask
    return spread
