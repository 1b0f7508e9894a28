"""The facts that are remembered of a dataset that is not open."""

from collections.abc import Mapping
from typing import NamedTuple

ROW_PX = 78
THUMBNAIL_PX = 52
THUMBNAILS = 4
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


class RecentDataset(NamedTuple):
    """A dataset as it was when it was last open.

    Attributes:
        images: Number of images; 0 if unknown.
        decisions: Number of decisions.
        leak_rate: Share of the evaluation images with a near-duplicate in training; None without
            splits or before a scan has ended.
        scanned: Share of the files that were read.
        at: When it was open, in seconds since the epoch; 0 if unknown.
    """

    path: str
    name: str
    parent: str
    is_there: bool
    images: int = 0
    classes: int = 0
    decisions: int = 0
    leak_rate: float | None = None
    scanned: float = 1.0
    at: float = 0.0

    def lines(self) -> tuple[str, str]:
        """Return the two lines below the name."""
        if not self.is_there:
            return self.parent, "Folder not found"
        if not self.images:
            return self.parent, _day(self.at) if self.at else ""
        size = f"{self.images:,} image{'s' * (self.images != 1)}"
        size += f" · {self.classes:,} class{'es' * (self.classes != 1)}" if self.classes else ""
        count = self.decisions
        text = f"{count:,} decision{'s' * (count != 1)}" if count else "no decisions"
        return size, f"{_day(self.at)} · {text}" if self.at else text

    def state(self) -> tuple[str, str]:
        """Return the text of the chip, and its role: "problem", "ok" or ""."""
        if not self.images or not self.is_there:
            return "", ""
        if self.scanned < 1:
            return f"Scan stopped at {self.scanned:.0%}".replace("%", " %"), ""
        if self.leak_rate is None:
            return "", ""
        if self.leak_rate == 0:
            return "No leaks found", "ok"
        return f"Leak rate {self.leak_rate:.1%}".replace("%", " %"), "problem"


def recent_dataset(
    path: str, name: str, parent: str, *, is_there: bool, facts: Mapping[str, object]
) -> RecentDataset:
    """Return a recent dataset; facts of a wrong type are ignored."""

    def number(key: str, default: float) -> float:
        value = facts.get(key)
        return float(value) if isinstance(value, (int, float)) and value >= 0 else default

    rate = number("leak_rate", -1.0)
    return RecentDataset(
        path, name, parent, is_there, int(number("images", 0)), int(number("classes", 0)),
        int(number("decisions", 0)), None if rate < 0 else min(1.0, rate),
        min(1.0, number("scanned", 1.0)), number("at", 0.0),
    )  # fmt: skip


def _day(at: float) -> str:
    """Return a day as text, such as "yesterday"."""
    from datetime import datetime, timedelta  # not before the first paint without recent ones

    then, now = datetime.fromtimestamp(at), datetime.now()
    if then.date() == now.date():
        return f"Today, {then:%H:%M}"
    if then.date() == (now - timedelta(days=1)).date():
        return "Yesterday"
    day = f"{then.day} {_MONTHS[then.month - 1]}"
    return day if then.year == now.year else f"{day} {then.year}"
