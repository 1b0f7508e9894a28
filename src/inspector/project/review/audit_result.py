"""Leakage between two datasets: which images of one are in the other, and how alike they are."""

from dataclasses import dataclass

from inspector.project.review.duplicates import Level, PairKind
from inspector.project.review.image_collection import CollectedImage
from inspector.similarity.fingerprint_file import Detail


@dataclass(frozen=True, slots=True)
class AuditPair:
    """An image of A and one of B that are alike; `transform` takes a to b.

    Attributes:
        similarity: None where only hashes were compared.
    """

    a: CollectedImage
    b: CollectedImage
    kind: PairKind
    level: Level
    transform: str
    similarity: float | None


@dataclass(frozen=True, slots=True)
class LeakedImages:
    """How many images have a confirmed near-duplicate on the other side.

    Attributes:
        name: Of the dataset.
        images: All that were compared.
        leaked: Those with a confirmed near-duplicate.
        by_kind: The leaked ones, each under its strongest kind.
        by_split: (leaked, images) by split as on disk.
        flat: Nearly constant ones, of which only identical files are found.
    """

    name: str
    images: int
    leaked: int
    by_kind: dict[PairKind, int]
    by_split: dict[str, tuple[int, int]]
    flat: int

    @property
    def share(self) -> float:
        """Share of the images that leaked."""
        return self.leaked / self.images if self.images else 0.0


@dataclass(frozen=True, slots=True)
class DatasetAudit:
    """What an audit of A against B found.

    Attributes:
        threshold: Similarity from which pairs are confirmed.
        detail: What was known of the images of B.
        from_file: Whether B is a fingerprint file.
        pairs: Confirmed ones and candidates, the strongest first.
    """

    threshold: float
    detail: Detail
    from_file: bool
    a: LeakedImages
    b: LeakedImages
    pairs: tuple[AuditPair, ...]

    @property
    def compared(self) -> int:
        """How many pairs of images there are between A and B."""
        return self.a.images * self.b.images

    @property
    def confirmed(self) -> tuple[AuditPair, ...]:
        """The pairs that count as leaks."""
        return tuple(pair for pair in self.pairs if pair.level is Level.SURE)

    @property
    def summary(self) -> str:
        """The answer in one or two sentences."""
        leaked, images = self.b.leaked, self.b.images
        if not leaked:
            first = (
                f"None of the {images:,} images of {self.b.name} has a confirmed near-duplicate"
                f" in {self.a.name}."
            )
        else:
            first = (
                f"{leaked:,} of {images:,} images of {self.b.name} ({self.b.share:.1%}) have a"
                f" near-duplicate in {self.a.name}."
            )
        candidates = len(self.pairs) - len(self.confirmed)
        if not candidates:
            return first
        return (
            f"{first} {candidates:,} more pair{'s are' if candidates > 1 else ' is'} a candidate."
        )
