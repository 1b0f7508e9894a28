"""The visible names of the kinds of near-duplicates."""

from inspector.project.review.duplicates import PairKind

KIND_NAMES = {
    PairKind.BYTES: "Identical file",
    PairKind.PIXELS: "Identical pixels",
    PairKind.TRANSFORMED: "Flipped or rotated",
    PairKind.NEAR: "Near",
}
