"""The vocabulary: words that docs/words.md replaces may only get fewer."""

import ast
import io
import re
import tokenize
from collections import Counter
from pathlib import Path

from tests.house.user_text import sentences

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))

EVERYWHERE = (
    r"borne[ _]out", r"\bin force\b", r"\bin_force\b", r"stands? on both sides", r"\bluck(y)?\b",
    r"make it right", r"\bmend(s|ed|ing)?\b", r"\brolls?\b(?! back)", r"\btwins?\b",
    r"look-?alikes?", r"\blikeness\b", r"quick models?\b", r"\bin doubt\b", r"\bworst draws?\b",
    r"\bgo on with\b", r"\binvented\b", r"\bwishe?s?\b", r"\bthe rail\b", r"\bcrowd\b",
)  # fmt: skip
ON_SCREEN = (r"\bpictures?\b", r"\bterms? of the gap\b", r"\bsheet\b", r"\barms?\b")
# Keys of JSON, of stored documents and of old sessions stay as they were published, and numpy has
# a `roll`.
PUBLISHED = {
    "luck", "seed_luck", "quick_models", "twin", "twins_across", "too-much-invented", "Look-alikes",
    "Clusters of look-alikes", "roll",
    "duplicate near-duplicate copies look-alike similar clusters same image",
}  # fmt: skip
# How many are left on screen. Lower it as sentences are rewritten; never raise it.
MAX_ON_SCREEN = 2
VAGUE = {"found", "kept", "made", "wanted", "said"}


def _matches(patterns: tuple[str, ...], text: str) -> list[str]:
    return [m.group(0) for p in patterns for m in re.finditer(p, text, re.IGNORECASE)]


def test_sentences_on_screen_lose_the_private_dialect() -> None:
    words = Counter(
        word.lower() for s in sentences() for word in _matches((*EVERYWHERE, *ON_SCREEN), s.text)
    )
    assert words.total() <= MAX_ON_SCREEN, words.most_common(10)


def test_modules_lose_the_private_dialect() -> None:
    words: Counter[str] = Counter()
    for file in SOURCES:
        for token in tokenize.generate_tokens(io.StringIO(file.read_text("utf-8")).readline):
            if token.string.strip("\"'") in PUBLISHED:
                continue
            if token.type in (tokenize.COMMENT, tokenize.NAME, tokenize.STRING):
                text = re.sub("|".join(f'"{key}"' for key in PUBLISHED), "", token.string)
                found = _matches(EVERYWHERE, text.replace("_", " "))
                words.update(f"{file.name}:{token.start[0]} {word}" for word in found)
    assert not words


def test_locals_say_what_they_hold() -> None:
    vague: Counter[tuple[str, str]] = Counter()
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) if name in VAGUE:
                    vague[file.relative_to(ROOT / "src").as_posix(), name] += 1
    assert not vague


def test_the_glossary_gives_each_term_once() -> None:
    text = (ROOT / "docs" / "words.md").read_text("utf-8")
    rows = re.findall(r"^\| \*\*(.+?)\*\*", text, re.M)
    assert len(rows) > 40
    assert [term for term, count in Counter(rows).items() if count > 1] == []
