"""The report: one self-contained HTML page, for the screen and for paper."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from inspector.code_reading.finding import FindingSeverity

if TYPE_CHECKING:
    from jinja2 import Environment

# From the palette by Okabe and Ito, which people with any colour vision can distinguish.
_BLUE, _ORANGE = "#0072B2", "#E69F00"


@dataclass(frozen=True, slots=True)
class ImagePair:
    """Two JPEG thumbnails side by side with a caption; `two` may be b""."""

    one: bytes
    two: bytes
    text: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeparatedHistogram:
    """A property that differs between two folders: text, histograms, and images.

    Attributes:
        training: (bins,) shares of the training folder.
        folder: (bins,) shares of the other folder.
        ends: Names of the first and the last bin.
    """

    text: str
    training: tuple[float, ...]
    folder: tuple[float, ...]
    ends: tuple[str, str]
    pairs: tuple[ImagePair, ...]


@dataclass(frozen=True, slots=True)
class OverSeeds:
    """One figure over seeds, shares of 1, and its value for the user's seed."""

    text: str
    values: tuple[float, ...]
    yours: float | None


@dataclass(frozen=True, slots=True)
class Card:
    """A finding with its list."""

    severity: FindingSeverity
    text: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportTable:
    """Rows below headers; the first column is text."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class ReportPage:
    """The content of the report, as formatted texts and numbers."""

    title: str
    subtitle: str
    verdict: str
    summary: tuple[str, ...]
    cards: tuple[Card, ...]
    tables: tuple[ReportTable, ...]
    pairs: tuple[ImagePair, ...]
    apart: tuple[SeparatedHistogram, ...] = ()
    seeds: tuple[OverSeeds, ...] = ()
    evidence: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    methods: tuple[str, ...] = ()
    pairs_title: str = "Closest pairs across splits"


@dataclass(frozen=True, slots=True)
class ChartBar:
    """A rectangle of a chart, in SVG units."""

    x: float
    y: float
    width: float
    height: float
    colour: str


@dataclass(frozen=True, slots=True)
class SharesChart:
    """Two histograms side by side; `last_x` is the position of the last bin's name."""

    bars: tuple[ChartBar, ...]
    last_x: float


@dataclass(frozen=True, slots=True)
class SeedsChart:
    """A histogram over seeds with the user's seed marked.

    Attributes:
        low: The smallest value.
        high: The largest value.
        mark_x: Position of the user's seed; None without one.
        mark_text_x: Position of its text.
    """

    bars: tuple[ChartBar, ...]
    low: float
    high: float
    mark_x: float | None
    mark_text_x: float


def render(page: ReportPage) -> str:
    """Return the page as UTF-8 HTML that loads no other file."""
    template = _environment().get_template("report.html.j2")
    return template.render(page=page, style=_template_text("report.css"))


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_template_text),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        thousands=lambda number: f"{number:,}",
        percent=lambda share: f"{share:.1%}",
        base64=lambda data: base64.b64encode(data).decode(),
        shares_chart=_shares_chart,
        seeds_chart=_seeds_chart,
    )
    return environment


def _template_text(name: str) -> str:
    return resources.files("inspector.reports").joinpath("templates", name).read_text("utf-8")


def _shares_chart(one: SeparatedHistogram) -> SharesChart:
    """Return both folders' shares side by side, training in blue."""
    highest = max(*one.training, *one.folder) or 1.0
    step = 320 / len(one.training)
    bars = tuple(
        ChartBar(
            i * step + k * step * 0.45, 74 - 70 * share / highest, step * 0.42,
            70 * share / highest, colour,
        )
        for k, (shares, colour) in enumerate(((one.training, _BLUE), (one.folder, _ORANGE)))
        for i, share in enumerate(shares)
    )  # fmt: skip
    return SharesChart(bars, 320 - 7 * len(one.ends[1]) if len(one.training) > 2 else step)


def _seeds_chart(one: OverSeeds) -> SeedsChart:
    """Count the seeds in 20 bins of equal width."""
    low, high = min(one.values), max(one.values)
    span = (high - low) or 1.0
    bins = [0] * 20
    for share in one.values:
        bins[min(19, int((share - low) / span * 20))] += 1
    top = max(bins)
    bars = tuple(
        ChartBar(i * 28 + 10, 110 - 90 * n / top, 24, 90 * n / top, _BLUE)
        for i, n in enumerate(bins)
    )
    mark = None
    if one.yours is not None:
        mark = 10 + min(1.0, max(0.0, (one.yours - low) / span)) * 560
    return SeedsChart(bars, low, high, mark, min((mark or 0.0) + 6, 470))
