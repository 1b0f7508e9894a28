"""Measures of a pair of images, as columns.

Compiled code contains these numbers, and numba's cache does not notice changes of this file: delete
the .nbi and .nbc files of `agreement` and `content` after a change here.
"""

from enum import IntEnum


class PairMeasure(IntEnum):
    """Columns that `measure` fills.

    Content is the energy of detail: the image minus its 5x5 mean. A block is an eighth of a side.
    The overlay is a text or logo on one of the images: disagreeing blocks that may be left out.
    """

    STAGE = 0
    """1 if light agrees, 2 if fine light and colour do, 3 if blocks were compared."""
    SCORE = 1
    """The fused score at 32x32."""
    DIFFERENT = 2
    """Share of the content that is not in the other image."""
    BLOCKS = 3
    """Effective number of blocks with content: the inverse of the sum of squared shares."""
    EVEN = 4
    """Mean agreement of all blocks, almost regardless of their content."""
    DIFFERENT_APART = 5
    """As DIFFERENT, without the overlay; likewise the next two."""
    BLOCKS_APART = 6
    EVEN_APART = 7
    OVERLAY_A = 8
    """What is stronger in this image in the overlay's blocks, as a share of its content."""
    OVERLAY_B = 9
    CONTENT_A = 10
    """Share of an image's content in the overlap."""
    CONTENT_B = 11
    HUE = 12
    """Correlation of both colour planes."""
    COLOUR_A = 13
    """Variance of the colour planes."""
    COLOUR_B = 14
    COLOUR_APART = 15
    """Largest difference of a block's mean colour, in levels."""
    WORST = 16
    """The block that disagrees most: row * 8 + column in the first image."""


MEASURES = len(PairMeasure)
