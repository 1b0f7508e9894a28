"""Lists of images that the command palette opens in Gallery."""

from collections.abc import Callable
from functools import partial

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.page import PageAction, PageName, PageRequest
from inspector.app.window.palette.commands import PaletteCommand, PaletteSection
from inspector.project.review.gallery import Gallery
from inspector.project.review.gallery_query import (
    MARKS,
    OTHER_SPLIT,
    SUSPECTED,
    Facet,
    Query,
)

_LISTS = (
    ("Images with a near-duplicate in another split", Facet.NEAR_DUPLICATES, OTHER_SPLIT,
     "leak leakage leaked across splits duplicate"),
    ("Images with a suspected label error", Facet.LABELS, SUSPECTED, "wrong label mislabelled"),
    ("Excluded images", Facet.DECISION, MARKS["drop"], "dropped removed"),
)  # fmt: skip


def image_commands(
    gallery: Gallery, bridge: Bridge, open_page: Callable[[PageRequest], None]
) -> list[PaletteCommand]:
    """Return one row per list; its images are looked up when it is run."""

    def show(title: str, facet: Facet, value: str) -> None:
        query = Query({facet: frozenset({value})})
        bridge.call(
            lambda: PageRequest(
                PageName.GALLERY, PageAction.SHOW_LIST, title,
                tuple(gallery.listing(query).ids.tolist()),
            ),
            open_page,
            channel="image command",
        )  # fmt: skip

    return [
        PaletteCommand(
            title,
            "",
            partial(show, title, facet, value),
            words,
            PaletteSection.IMAGES,
            "open in Gallery",
            "gallery",
        )
        for title, facet, value, words in _LISTS
    ]
