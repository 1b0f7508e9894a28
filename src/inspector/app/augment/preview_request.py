"""A request of the preview grid, and the rows that answer it."""

from dataclasses import dataclass

from inspector.app.augment.preview_grid import GridRow
from inspector.app.threads.images import from_pixels
from inspector.augmentation.apply import augment
from inspector.augmentation.policy import Policy
from inspector.project.augment.previews import PreviewImage


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """What the grid should show.

    Attributes:
        columns: Number of samples per image, of both policies together.
        most_px: Side of a cell of the grid in screen pixels; 0 for no limit.
    """

    policy: Policy
    beside: Policy | None
    pictures: tuple[PreviewImage, ...]
    pinned: frozenset[int]
    seed: int
    epoch: int
    columns: int
    most_px: int = 0


def make_rows(request: PreviewRequest) -> list[GridRow]:
    """Return the rows of the grid, with exactly the pixels that training would read."""
    half = -(-request.columns // 2) if request.beside else request.columns
    rows = []
    for picture in request.pictures:
        shown = []
        for policy in (request.policy, request.beside):
            count = half if policy is not None else 0
            shown.append(tuple(
                from_pixels(augment(
                    picture.pixels, policy or request.policy,
                    seed=request.seed, epoch=request.epoch + k,
                    image_id=picture.identity,
                ), request.most_px)
                for k in range(count)
            ))  # fmt: skip
        pinned = picture.sample in request.pinned
        original = from_pixels(picture.pixels, request.most_px)
        rows.append(GridRow(picture.label, pinned, original, *shown))
    return rows
