"""The headline of the gallery: what it lists, in one sentence."""

from inspector.project.review.gallery_query import (
    ANY_NEIGHBOUR,
    MARKS,
    NO_CLASS,
    NO_SPLIT,
    OTHER_SPLIT,
    SUSPECTED,
    Facet,
    GalleryListing,
    Query,
)

_FINDINGS = {
    (Facet.NEAR_DUPLICATES, ANY_NEIGHBOUR): ("has a near-duplicate", "have a near-duplicate"),
    (Facet.NEAR_DUPLICATES, OTHER_SPLIT): (
        "has a near-duplicate in another split", "have a near-duplicate in another split",
    ),
    (Facet.LABELS, SUSPECTED): (
        "has a suspected label error", "have a suspected label error",
    ),
    (Facet.DECISION, MARKS["drop"]): ("is excluded", "are excluded"),
}  # fmt: skip


def headline(query: Query, listing: GalleryListing, *, title: str) -> str:
    """Return a sentence on what a filter lists.

    Args:
        query: The filter.
        listing: What it lists.
        title: Title of a list that another page opened; "" for none.
    """
    shown, total = len(listing.ids), listing.images
    images = f"{total:,} image{'s' * (total != 1)}"
    if title:
        return f"{title}: {shown:,} image{'s' * (shown != 1)}."
    asked = {
        (facet, value)
        for facet, values in query.chosen.items()
        if facet is not Facet.FILE
        for value in values
    }
    other = bool(query.text) or any(query.excluded.values())
    if not asked and not other:
        return f"{', '.join([images, *_parts(listing)])}."
    if len(asked) == 1 and not other and (one := _FINDINGS.get(next(iter(asked)))):
        return f"{shown:,} of {images} {one[shown != 1]}."
    names = [value for _, value in sorted(asked, key=str)]
    names += [f"not {value}" for values in query.excluded.values() for value in sorted(values)]
    names += [f"“{query.text}”"] if query.text else []
    return f"{shown:,} of {images}: {', '.join(names)}."


def _parts(listing: GalleryListing) -> list[str]:
    """Return the counts of splits and classes, if there are any."""
    parts = []
    for facet, one, many in (
        (Facet.SPLIT, "split", "splits"), (Facet.CLASS, "class", "classes"),
    ):  # fmt: skip
        number = len(listing.counts.get(facet, {}).keys() - {NO_SPLIT, NO_CLASS})
        if number:
            parts.append(f"{number:,} {one if number == 1 else many}")
    return parts
