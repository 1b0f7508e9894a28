"""What is measured of a pair of images, as columns.

Compiled code holds these numbers, and numba's cache does not see that this file changed: after a
change here, delete the .nbi and .nbc files of `agreement` and `content`.
"""

from enum import IntEnum


class PairMeasure(IntEnum):
    """Columns of what `measure` fills.

    Content is the energy of detail: what a 5x5 mean leaves. A block is an eighth of a side. The
    overlay is a text or logo over one of the images: blocks that disagree and may be left out.
    """

    STAGE = 0
    """1 when light agrees, 2 when fine light and colour do, 3 when blocks were compared."""
    SCORE = 1
    """The fused score at 32x32."""
    DIFFERENT = 2
    """Share of the content that is not in the other image."""
    BLOCKS = 3
    """How many blocks hold the content: the inverse of the sum of squared shares."""
    EVEN = 4
    """Mean agreement of all blocks, nearly regardless of their content."""
    DIFFERENT_APART = 5
    """As DIFFERENT, without the overlay; likewise the next two."""
    BLOCKS_APART = 6
    EVEN_APART = 7
    OVERLAY_A = 8
    """What is stronger in this image in the blocks of the overlay, as a share of its content."""
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
    """The block that disagrees most, row * 8 + column in the first image."""


MEASURES = len(PairMeasure)
