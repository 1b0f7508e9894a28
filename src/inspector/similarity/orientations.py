"""The eight flips and rotations of a square, as numbers 0..7."""

import numpy as np
from numpy.typing import NDArray

NAMES = (
    "none", "mirror", "turn 90", "turn 180", "turn 270", "flip", "transpose", "transverse"
)  # fmt: skip
# Transpose first, then reverse the rows, then reverse the columns.
STEPS = (
    (False, False, False), (False, False, True), (True, True, False), (False, True, True),
    (True, False, True), (False, True, False), (True, False, False), (True, True, True),
)  # fmt: skip
INVERSE = (0, 1, 4, 3, 2, 5, 6, 7)
# If a rotation by 90 degrees maps a to b, one by 270 maps b to a.
ONE_OF_EACH = tuple(t for t, inverse in enumerate(INVERSE) if t <= inverse)
MIRROR = 1
FAR = 8
"""Added to the number of a candidate's transform: beside it, an image may be turned by up to 30
degrees. What sees the content proposes those."""


def apply(picture: NDArray[np.generic], transform: int) -> NDArray[np.generic]:
    """Return an image (h, w) or (h, w, c) flipped or rotated; rotations are counter-clockwise."""
    transpose, rows, columns = STEPS[transform]
    if transpose:
        picture = np.swapaxes(picture, 0, 1)
    return picture[:: -1 if rows else 1, :: -1 if columns else 1]
