"""One scale of similarity for all kinds and sizes of pictures.

A pair of pictures of 64 px or more has as similarity the correlation of their fine detail on
64x64 after alignment; .85 is the same picture or the same fixed scene, .65 is for the eye.
Smaller pictures have a score z instead, mapped so that its sure and possible levels fall on the
same two values. A turned or mirrored pair needs .05 more to count as much.

Source: judged by eye on clothing photos and MRI slices, and on the ciFAIR annotation of CIFAR-10.
"""

SURE = 0.85
POSSIBLE = 0.65
TURNED_COSTS = 0.05
SMALL_PX = 64
SURE_SCORE = -2.5
POSSIBLE_SCORE = -6.0
