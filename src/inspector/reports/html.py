"""The report: one HTML page that needs nothing else, for people and for paper."""

import base64
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_STYLE = """
:root { color-scheme: light; --ink: #1c2126; --soft: #5c6670; --line: #dde2e6; --accent: #0b6bcb; }
* { box-sizing: border-box }
body { font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; color: var(--ink); margin: 0 auto;
  max-width: 62rem; padding: 2rem 1.5rem 4rem; font-variant-numeric: tabular-nums }
h1 { font-size: 1.6rem; margin: 0 } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem }
p { margin: .4rem 0 } .soft, caption { color: var(--soft) } .lead { font-size: 1.1rem }
table { border-collapse: collapse; margin: .5rem 0; } caption { text-align: left; padding: .2rem 0 }
th, td { text-align: right; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid var(--line) }
th:first-child, td:first-child, td.text { text-align: left }
.card { border-left: 4px solid var(--line); padding: .2rem .9rem; margin: .8rem 0;
  break-inside: avoid } .high { border-color: #D55E00 } .middle { border-color: #E69F00 }
.pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)); gap: 1rem }
.pair { break-inside: avoid; font-size: .8rem } .pair div { display: flex; gap: .3rem }
.pair img { width: 9.2rem; height: 9.2rem; object-fit: contain; background: #f2f4f5 }
.pair p { overflow-wrap: anywhere; color: var(--soft); margin: .15rem 0 }
details { margin: .5rem 0 } summary { cursor: pointer; color: var(--accent) }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .78rem; background: #f6f7f8;
  padding: .7rem; max-height: 30rem; overflow: auto }
@media print { body { padding: 0; max-width: none; font-size: 11px } pre { max-height: none }
  a, summary { color: inherit } table { break-inside: avoid } }
"""


@dataclass(frozen=True, slots=True)
class ImagePair:
    """Two JPEG thumbnails side by side, and the words below them."""

    one: bytes
    two: bytes
    text: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeparatedHistogram:
    """A property in which the folders differ: words, counts over bins, and pictures.

    Attributes:
        training: (bins,) shares of the training folder.
        folder: (bins,) shares of the other one.
        ends: What the first and the last bin stand for.
    """

    text: str
    training: tuple[float, ...]
    folder: tuple[float, ...]
    ends: tuple[str, str]
    pairs: tuple[ImagePair, ...]


@dataclass(frozen=True, slots=True)
class OverSeeds:
    """One figure over seeds, shares of 1, and that of your seed."""

    text: str
    values: tuple[float, ...]
    yours: float | None


@dataclass(frozen=True, slots=True)
class Card:
    """A finding with its list."""

    severity: str
    text: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads; the first column is text."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class ReportPage:
    """All that the report shows, in words and numbers that are ready."""

    title: str
    subtitle: str
    verdict: str
    summary: tuple[str, ...]
    cards: tuple[Card, ...]
    tables: tuple[Table, ...]
    pairs: tuple[ImagePair, ...]
    apart: tuple[SeparatedHistogram, ...] = ()
    luck: tuple[OverSeeds, ...] = ()
    evidence: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    made: tuple[str, ...] = ()


def render(page: ReportPage) -> str:
    """Return the page as HTML in UTF-8 that loads nothing from anywhere."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        "<meta name=viewport content='width=device-width'>",
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none';"
        " img-src data:; style-src 'unsafe-inline'\">",
        f"<title>{_safe(page.title)}</title><style>{_STYLE}</style>",
        f"<h1>{_safe(page.title)}</h1><p class=soft>{_safe(page.subtitle)}</p>",
        f"<p class=lead>{_safe(page.verdict)}</p>" if page.verdict else "",
        *(f"<p>{_safe(line)}</p>" for line in page.summary),
        _section("Findings", "".join(map(_card, page.cards))),
        *map(_table, page.tables),
        _section("Your folders differ in", "".join(map(_apart, page.apart))),
        _section("Luck of the draw", "".join(map(_luck, page.luck))),
        _section("The most alike on both sides", _pairs(page.pairs)),
        _section("How the verdict was reached", _list(page.evidence)),
        _section("What this can't tell", _list(page.caveats)),
        _section("File lists", "".join(_details(n, v) for n, v in page.lists.items() if v)),
        _section("How each number was made", _list(page.made)),
        "</html>",
    ]
    return "\n".join(part for part in parts if part)


def _section(title: str, body: str) -> str:
    return f"<h2>{_safe(title)}</h2>{body}" if body else ""


def _card(card: Card) -> str:
    files = _details(f"{len(card.files):,} files", card.files) if card.files else ""
    return f"<div class='card {_safe(card.severity)}'><p>{_safe(card.text)}</p>{files}</div>"


def _details(title: str, lines: Sequence[str]) -> str:
    text = "\n".join(_safe(line) for line in lines)
    return f"<details><summary>{_safe(title)} ({len(lines):,})</summary><pre>{text}</pre></details>"


def _table(table: Table) -> str:
    heads = "".join(f"<th>{_safe(h)}</th>" for h in table.heads)
    rows = "".join(f"<tr>{''.join(f'<td>{_safe(c)}</td>' for c in row)}</tr>" for row in table.rows)
    if not rows:
        return ""
    return (
        f"<h2>{_safe(table.caption)}</h2><table><thead><tr>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _pairs(pairs: Sequence[ImagePair]) -> str:
    if not pairs:
        return ""
    return f"<div class=pairs>{''.join(map(_pair, pairs))}</div>"


def _apart(one: SeparatedHistogram) -> str:
    """Draw both folders' shares beside each other, training blue."""
    highest = max(*one.training, *one.folder) or 1.0
    step = 320 / len(one.training)
    bars = "".join(
        f"<rect x={i * step + k * step * 0.45:.1f} y={74 - 70 * share / highest:.1f}"
        f" width={step * 0.42:.1f} height={70 * share / highest:.1f} fill='{colour}'/>"
        for k, (shares, colour) in enumerate(((one.training, "#0072B2"), (one.folder, "#E69F00")))
        for i, share in enumerate(shares)
    )
    first, last = (_safe(end) for end in one.ends)
    far = 320 - 7 * len(one.ends[1]) if len(one.training) > 2 else step
    return (
        f"<div class=card><p>{_safe(one.text)}</p><svg viewBox='0 0 330 92' width=330 role=img"
        f" aria-label='shares of both folders'>{bars}<text x=0 y=89 font-size=11>"
        f"{first}</text><text x={far:.0f} y=89 font-size=11>{last}</text>"
        f"</svg>{_pairs(one.pairs)}</div>"
    )


def _pair(pair: ImagePair) -> str:
    pictures = "".join(
        f"<img alt='' src='data:image/jpeg;base64,{base64.b64encode(data).decode()}'>"
        for data in (pair.one, pair.two)
    )
    words = "".join(f"<p>{_safe(line)}</p>" for line in pair.text)
    return f"<div class=pair><div>{pictures}</div>{words}</div>"


def _list(lines: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{_safe(line)}</li>' for line in lines)}</ul>" if lines else ""


def _luck(one: OverSeeds) -> str:
    """Draw the seeds as a histogram with the user's seed marked."""
    if len(one.values) < 2:
        return ""
    low, high = min(one.values), max(one.values)
    span = (high - low) or 1.0
    bins = [0] * 20
    for share in one.values:
        bins[min(19, int((share - low) / span * 20))] += 1
    top = max(bins)
    bars = "".join(
        f"<rect x={i * 28 + 10} y={110 - 90 * n / top:.1f} width=24 height={90 * n / top:.1f}"
        " fill='#0072B2'/>"
        for i, n in enumerate(bins)
    )
    mark = ""
    if one.yours is not None:
        x = 10 + min(1.0, max(0.0, (one.yours - low) / span)) * 560
        mark = (
            f"<line x1={x:.1f} x2={x:.1f} y1=8 y2=112 stroke='#D55E00' stroke-width=3 />"
            f"<text x={min(x + 6, 470):.1f} y=18 font-size=13>your seed {one.yours:.1%}</text>"
        )
    return (
        "<svg viewBox='0 0 580 132' width=580 role=img aria-label='shares over seeds'>"
        f"{bars}{mark}<text x=10 y=128 font-size=12>{low:.1%}</text>"
        f"<text x=530 y=128 font-size=12>{high:.1%}</text></svg>"
        f"<p class=soft>{_safe(one.text)}, over {len(one.values)} seeds.</p>"
    )


def _safe(value: Any) -> str:
    return html.escape(str(value), quote=True)
