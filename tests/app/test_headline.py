"""The gallery's headline counts every class, whatever its name starts with."""

import numpy as np

from inspector.app.gallery.headline import headline
from inspector.project.review.gallery_query import NO_CLASS, NO_SPLIT, Facet, GalleryListing, Query


def test_classes_called_no_or_outwear_are_counted() -> None:
    ids = np.arange(4, dtype=np.int32)
    counts = {
        Facet.SPLIT: {"training": 3, NO_SPLIT: 1},
        Facet.CLASS: {"no": 1, "outwear": 1, "no entry": 1, NO_CLASS: 1},
    }
    listing = GalleryListing(ids, np.zeros(0, np.int32), (), 4, counts, 4)
    assert headline(Query(), listing, title="") == "4 images, 1 split, 3 classes."
