"""The queue of a hash method: pairs by one of ImageHash's hashes, with the same decisions."""

from dataclasses import dataclass

from inspector.app.duplicates.queue import HashedPair
from inspector.project.project import Project
from inspector.project.review.duplicates import best_of
from inspector.similarity.image_hashes import HashMethod
from inspector.work.jobs import Progress, Stop

NAMES = {
    HashMethod.PHASH: "pHash", HashMethod.DHASH: "dHash", HashMethod.AHASH: "aHash",
    HashMethod.WHASH: "wHash", HashMethod.COLORHASH: "Colour hash",
    HashMethod.CROP_RESISTANT: "Crop-resistant hash",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class HashedPairs:
    """Pairs of a method, the closest first.

    Attributes:
        unverified: Number of pairs that are not verified near-duplicates.
        notes: What was left out, in sentences.
    """

    method: HashMethod
    distance: int
    pairs: tuple[HashedPair, ...]
    unverified: int
    notes: str

    @property
    def text(self) -> str:
        """The line above the queue."""
        count = len(self.pairs)
        return (
            f"{NAMES[self.method]}, distance up to {self.distance}: {count:,}"
            f" pair{'s' * (count != 1)}, {self.unverified:,} not verified. {self.notes}"
        ).strip()


def hashed_pairs(
    project: Project, method: HashMethod, distance: int, *, stop: Stop, progress: Progress
) -> HashedPairs | None:
    """Return the pairs of a method, without those marked as not duplicates; None if stopped."""
    compared = project.image_hashes.compare(method, distance, stop=stop, progress=progress)
    if compared is None:
        return None
    apart = project.decisions.not_alike_pairs()
    index = project.duplicates.index()
    pairs = []
    for pair in compared.pairs:
        one, two = min(pair.a.id, pair.b.id), max(pair.a.id, pair.b.id)
        if (one, two) not in apart:
            rows = (pair.a, pair.b)
            pairs.append(
                HashedPair(
                    -(one * 1_000_000_000 + two), rows, (), best_of(rows).id, 0, 0.0,
                    method.value, pair.distance,
                )
            )  # fmt: skip
    unverified = sum(
        (facts := index.pair(p.members[0].id, p.members[1].id)) is None
        or facts.similarity < index.threshold
        for p in pairs
    )
    notes = []
    if compared.crowded:
        images = sum(map(len, compared.crowded))
        notes.append(f"{images:,} images share a hash with too many others to be paired.")
    if compared.unhashed:
        notes.append(f"{len(compared.unhashed):,} images can't be decoded by Pillow.")
    return HashedPairs(method, distance, tuple(pairs), unverified, " ".join(notes))
