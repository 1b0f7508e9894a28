"""Result of an audit: images of one dataset that are in another, and how similar they are."""

from dataclasses import dataclass

from inspector.project.review.duplicates import Level, PairKind
from inspector.project.review.image_collection import CollectedImage
from inspector.similarity.fingerprint_file import Detail


@dataclass(frozen=True, slots=True)
class AuditPair:
    """Similar images of A and B; `transform` maps a to b.

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
    """Number of images with a confirmed near-duplicate in the other dataset.

    Attributes:
        name: Name of the dataset.
        images: Number of compared images.
        leaked: Number with a confirmed near-duplicate.
        by_kind: Leaked images, each under its strongest kind.
        by_split: (leaked, images) by split on disk.
        flat: Nearly constant images, compared for identical files only.
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
    """Result of an audit of A against B.

    Attributes:
        threshold: Similarity from which pairs are confirmed.
        detail: What was known about the images of B.
        from_file: True if B is a fingerprint file.
        pairs: Confirmed pairs and candidates, strongest first.
    """

    threshold: float
    detail: Detail
    from_file: bool
    a: LeakedImages
    b: LeakedImages
    pairs: tuple[AuditPair, ...]

    @property
    def compared(self) -> int:
        """Number of pairs of images between A and B."""
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
        rest = "more pair is a candidate" if candidates == 1 else "more pairs are candidates"
        return f"{first} {candidates:,} {rest}."
