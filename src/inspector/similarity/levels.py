"""One scale of similarity for all kinds and sizes of images.

A similarity of `SURE` or more means the same photo: the content of either image, as far as 64x64
can tell, is in the other at the same place, up to the effects of JPEG, scaling, a crop, light or a
text overlay. Between `POSSIBLE` and `SURE` are pairs for the eye: neighbouring frames and slices,
an object that moved, another object on the same background.

For images of 64 px and more, the scale is that of the disagreeing content, as a multiple of what a
confirmed pair may have (`allowed`). For smaller ones it is the fused score at 32x32, never above
what the content allows. A flipped or rotated pair needs `TURNED_COSTS` more for the same
similarity.

Source: judged by eye on sheets of confirmed pairs, and on the ciFAIR annotation of CIFAR-10; see
docs/measurements/duplicates.md.
"""

SURE = 0.85
POSSIBLE = 0.65
TURNED_COSTS = 0.05
SMALL_PX = 64
SURE_SCORE = -2.5
POSSIBLE_SCORE = -6.0

# Share of the content that may disagree in a confirmed pair: the fewer blocks hold the content, the
# less their agreement proves.
FEW_BLOCKS, MANY_BLOCKS = 12.0, 35.0
ALLOWED_OF_FEW, ALLOWED_OF_MANY = 0.025, 0.08
# A candidate may have this multiple of it.
POSSIBLE_TIMES = 4.0
# Saving and scaling change much of what 32x32 shows: there the content only vetoes.
SMALL_ALLOWANCE = 0.2
# Smaller images have no print that their fingerprint lacks.
MIN_PAGE_PX = 192
# Smaller images show little more than their fingerprint does.
MIN_FULL_PX = 128
