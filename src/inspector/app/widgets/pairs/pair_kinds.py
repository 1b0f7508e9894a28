"""What kinds of near-duplicates are called below a pair."""

from inspector.project.review.duplicates import PairKind

KIND_NAMES = {
    PairKind.BYTES: "Identical file",
    PairKind.PIXELS: "Identical pixels",
    PairKind.TRANSFORMED: "Flipped or rotated",
    PairKind.NEAR: "Near",
}
