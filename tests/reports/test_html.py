"""The report: its whole input is on the page, escaped, and nothing is loaded from elsewhere."""

import base64
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from inspector.code_reading.finding import HIGH, LOW
from inspector.reports.html import (
    Card,
    ImagePair,
    OverSeeds,
    ReportPage,
    ReportTable,
    SeparatedHistogram,
    render,
)

HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>{{ 7 * 7 }}{% raw %}"
JPEG = b"\xff\xd8\xff picture"


class Reader(HTMLParser):
    """Collects tags with their attributes, and the text outside styles."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = tag

    def handle_data(self, data: str) -> None:
        if self._open != "style" and data.strip():
            self.words.append(data.strip())


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    return reader


def full_page(name: str = "a.jpg") -> ReportPage:
    pair = ImagePair(JPEG, JPEG[::-1], (f"near {name}", f"training: {name}"))
    return ReportPage(
        title=f"Report {name}",
        subtitle=f"split {name}",
        verdict=f"Verdict {name}",
        summary=(f"Summary {name}",),
        cards=(
            Card(HIGH, f"Finding {name}", tuple(f"{i} {name}" for i in range(1_234))),
            Card(LOW, "No list"),
        ),
        tables=(ReportTable(f"Caption {name}", (f"head {name}", "n"), ((f"cell {name}", 12.5),)),
                ReportTable("Empty table", ("head",), ())),
        pairs=(pair,),
        apart=(SeparatedHistogram(
            f"Brightness {name}", (0.1, 0.5, 0.4), (0.2, 0.3, 0.5), (name, "bright"),
                     (pair,)),),
        seeds=(OverSeeds(f"Leak rate {name}", tuple(i / 100 for i in range(50)), 0.3),),
        evidence=(f"Evidence {name}",),
        caveats=(f"Caveat {name}",),
        lists={f"List {name}": [f"one {name}", f"two {name}"], "Nothing": []},
        methods=(f"Method {name}",),
    )  # fmt: skip


def test_everything_is_on_the_page() -> None:
    page = read(render(full_page()))
    text = "\n".join(page.words)
    for expected in (
        "Report a.jpg", "split a.jpg", "Verdict a.jpg", "Summary a.jpg", "Finding a.jpg", "No list",
        "Caption a.jpg", "head a.jpg", "cell a.jpg", "12.5", "near a.jpg", "training: a.jpg",
        "Brightness a.jpg", "bright", "Leak rate a.jpg, over 50 seeds.", "your seed 30.0%",
        "0.0%", "49.0%", "Evidence a.jpg", "Caveat a.jpg", "Method a.jpg",
        "1,234 files (1,234)", "List a.jpg (2)", "one a.jpg\ntwo a.jpg",
    ):  # fmt: skip
        assert expected in text
    # Complete, never a sample.
    assert [line for line in text.split("\n") if re.fullmatch(r"\d+ a\.jpg", line)] == [
        f"{i} a.jpg" for i in range(1_234)
    ]
    assert "Empty table" not in text
    assert "Nothing" not in text


def test_charts_have_a_bar_per_bin() -> None:
    page = read(render(full_page()))
    bars = [attributes for tag, attributes in page.tags if tag == "rect"]
    assert len(bars) == 2 * 3 + 20
    # The highest share of both folders fills the height.
    assert max(float(b["height"] or 0) for b in bars[:6]) == 70.0
    assert [float(b["height"] or 0) for b in bars[:2]] == [14.0, 70.0]
    (mark,) = (attributes for tag, attributes in page.tags if tag == "line")
    assert float(mark["x1"] or 0) == pytest.approx(10 + 0.3 / 0.49 * 560, abs=0.1)


def test_hostile_names_are_text_and_nothing_else() -> None:
    harmless, hostile = read(render(full_page())), read(render(full_page(HOSTILE)))
    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in harmless.tags]
    allowed = [sorted(attributes) for _, attributes in harmless.tags]
    assert [sorted(attributes) for _, attributes in hostile.tags] == allowed
    text = "\n".join(hostile.words)
    for place in ("Report", "split", "Verdict", "Summary", "Finding", "Caption", "head", "cell",
                  "near", "training:", "Brightness", "Leak rate", "Evidence", "Caveat", "List",
                  "one", "two", "Method", "1233"):  # fmt: skip
        assert f"{place} {HOSTILE}" in text


def test_nothing_is_loaded_and_nothing_runs() -> None:
    text = render(full_page(HOSTILE))
    page = read(text)
    policy = next(a for t, a in page.tags if t == "meta" and a.get("http-equiv"))
    assert policy["http-equiv"] == "Content-Security-Policy"
    assert policy["content"] == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    sources = [a["src"] for t, a in page.tags if t == "img"]
    assert sources[0] == f"data:image/jpeg;base64,{base64.b64encode(JPEG).decode()}"
    assert all(str(source).startswith("data:image/jpeg;base64,") for source in sources)
    assert not {"script", "link", "iframe", "object", "form"} & {tag for tag, _ in page.tags}
    assert "url(" not in text
    # The page is said to be UTF-8 before anything that needs it.
    assert text.index("charset=utf-8") < 1_024
    assert text.startswith("<!doctype html>")


def test_an_empty_page_has_no_empty_sections() -> None:
    page = read(render(ReportPage("Title", "Subtitle", "", (), (), (), ())))
    assert page.words == ["Title", "Title", "Subtitle"]
    assert "h2" not in [tag for tag, _ in page.tags]


def test_one_seed_is_no_histogram() -> None:
    page = read(
        render(ReportPage("T", "S", "", (), (), (), (), seeds=(OverSeeds("x", (0.5,), None),)))
    )
    assert "svg" not in [tag for tag, _ in page.tags]
    equal = OverSeeds("x", (0.5, 0.5), None)
    page = read(render(ReportPage("T", "S", "", (), (), (), (), seeds=(equal,))))
    assert "x, over 2 seeds." in page.words
    assert "line" not in [tag for tag, _ in page.tags]


def test_the_program_as_a_folder_brings_the_templates() -> None:
    root = Path(__file__).resolve().parents[2]
    spec = (root / "packaging" / "inspector.spec").read_text("utf-8")
    assert '"src/inspector/reports/templates"), "inspector/reports/templates")' in spec
