"""The vocabulary: no word that docs/words.md replaces, in code, on screen or in the docs."""

import io
import re
import tokenize
from collections import Counter
from pathlib import Path

import pytest
from tests.house.user_text import sentences

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

EVERYWHERE = (
    r"borne[ _]out", r"\bin force\b", r"\bin_force\b", r"stands? on both sides", r"\bluck(y)?\b",
    r"make it right", r"\bmend(s|ed|ing)?\b", r"\brolls?\b", r"\btwins?\b", r"look-?alikes?",
    r"\blikeness\b", r"quick models?\b", r"\bin doubt\b", r"\bworst draws?\b", r"\bgo on with\b",
    r"\binvented\b", r"\bwishe?s?\b", r"\bthe rail\b", r"\bcrowd\b",
)  # fmt: skip
ON_SCREEN = (r"\bpictures?\b", r"\bterms? of the gap\b", r"\bsheet\b", r"\barms?\b")
IN_CODE = (r"\b(found|kept|made|wanted|said) = ",)


def _matches(patterns: tuple[str, ...], text: str) -> list[str]:
    return [m.group(0) for p in patterns for m in re.finditer(p, text, re.IGNORECASE)]


def test_no_sentence_on_screen_speaks_the_private_dialect() -> None:
    bad = [
        f"{s.file}:{s.line}: {words} in {s.text[:90]!r}"
        for s in sentences()
        if (words := _matches((*EVERYWHERE, *ON_SCREEN), s.text))
    ]
    assert bad == []


@pytest.mark.parametrize("file", SOURCES, ids=lambda f: f.relative_to(ROOT / "src").as_posix())
def test_no_module_speaks_the_private_dialect(file: Path) -> None:
    text = file.read_text("utf-8")
    bad = _matches(IN_CODE, text)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.COMMENT, tokenize.NAME, tokenize.STRING):
            spaced = token.string.replace("_", " ") if token.type == tokenize.NAME else token.string
            bad += [f"{token.start[0]}: {word}" for word in _matches(EVERYWHERE, spaced)]
    assert bad == []


@pytest.mark.parametrize("file", DOCS, ids=lambda f: f.relative_to(ROOT).as_posix())
def test_no_page_of_the_docs_speaks_the_private_dialect(file: Path) -> None:
    if file.name == "words.md":
        pytest.skip("the glossary names the words to avoid")
    assert _matches(EVERYWHERE, file.read_text("utf-8")) == []


def test_the_glossary_names_an_avoided_word_for_each_term() -> None:
    text = (ROOT / "docs" / "words.md").read_text("utf-8")
    rows = re.findall(r"^\| \*\*(.+?)\*\*", text, re.M)
    assert len(rows) > 40
    assert [term for term, count in Counter(rows).items() if count > 1] == []
