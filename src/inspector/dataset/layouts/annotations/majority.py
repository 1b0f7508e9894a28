"""One class for an image with several objects: the most frequent, then the largest by area."""

from collections import defaultdict
from collections.abc import Iterable

NOTE = "{} of {} images hold objects of several classes: the commonest class counts."


class Objects:
    """Objects counted by image and class."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, tuple[int, float]]] = defaultdict(dict)

    def add(self, image: str, label: str, area: float = 0.0) -> None:
        """Count one object of an image."""
        count, covered = self._found[image].get(label, (0, 0.0))
        self._found[image][label] = (count + 1, covered + area)

    def label(self, image: str) -> str:
        """Return the class of an image, "" if it contains no object."""
        labels = self._found.get(image, {})
        return max(sorted(labels), key=lambda name: labels[name], default="")

    def notes(self, images: Iterable[str]) -> tuple[str, ...]:
        """Return how many images contain several classes, as a note."""
        every = list(images)
        several = sum(len(self._found.get(image, ())) > 1 for image in every)
        return (NOTE.format(f"{several:,}", f"{len(every):,}"),) if several else ()
