"""Finds the command that the typed words mean."""

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

_PREFIX, _MEANING, _INSIDE, _LETTERS = 8, 5, 3, 1


class PaletteSection(Enum):
    """Section of a row; the value is the heading above its rows."""

    ACTIONS = "Actions"
    PAGES = "Pages"
    IMAGES = "Images"
    SETTINGS = "Settings"
    WORDS = "Words"


# A prefix limits the search to one section.
PREFIXES = {">": PaletteSection.ACTIONS, "#": PaletteSection.IMAGES, "?": PaletteSection.WORDS}
MAX_ROWS = 9


@dataclass(frozen=True, slots=True)
class PaletteCommand:
    """A command with the words that find it.

    Attributes:
        keys: The keys that run it; "" for none.
        words: Synonyms; never shown.
        detail: Its effect or meaning, in a few words.
        icon: Name of an icon.
    """

    text: str
    keys: str
    run: Callable[[], None]
    words: str = ""
    section: PaletteSection = PaletteSection.ACTIONS
    detail: str = ""
    icon: str = ""


def matching(typed: str, commands: Sequence[PaletteCommand]) -> list[PaletteCommand]:
    """Return the commands that match every typed word, the best first, ties in the given order.

    A word matches best as a prefix of a word of the text, then of a synonym, then inside a word,
    then as the initials of several words ("gtd" for "Go to Duplicates").
    """
    return [commands[position] for _, position in _ranked(typed, commands)]


def by_section(
    typed: str, commands: Sequence[PaletteCommand]
) -> list[tuple[PaletteSection, list[PaletteCommand]]]:
    """Return at most `MAX_ROWS` matching commands, grouped; the best section comes first."""
    only = PREFIXES.get(typed[:1])
    if only is not None:
        commands, typed = [c for c in commands if c.section is only], typed[1:]
    ranked = _ranked(typed, commands)
    if ranked and -ranked[0][0] > _LETTERS:
        # Initials count only if nothing better matches.
        ranked = [(score, position) for score, position in ranked if -score > _LETTERS]
    # Glossary rows only explain: they come last and never displace commands.
    ranked.sort(key=lambda r: commands[r[1]].section is PaletteSection.WORDS)
    groups: dict[PaletteSection, list[PaletteCommand]] = {}
    best: dict[PaletteSection, int] = {}
    for score, position in ranked[:MAX_ROWS]:
        section = commands[position].section
        groups.setdefault(section, []).append(commands[position])
        best[section] = min(score, best.get(section, score))
    order = list(PaletteSection)
    return sorted(
        groups.items(),
        key=lambda g: (g[0] is PaletteSection.WORDS, best[g[0]], order.index(g[0])),
    )


def did_you_mean(typed: str, commands: Sequence[PaletteCommand]) -> str:
    """Return a word of the commands that is spelt like the typed one, or ""."""
    known = {w.strip(".,:…").lower() for c in commands for w in f"{c.text} {c.words}".split()}
    words = typed.strip("".join(PREFIXES)).lower().split()
    close = [difflib.get_close_matches(w, sorted(known), 1, 0.7) for w in words]
    return " ".join(near[0] for near in close) if close and all(close) else ""


def _ranked(typed: str, commands: Sequence[PaletteCommand]) -> list[tuple[int, int]]:
    """Return a penalty and the position of each matching command, the best first."""
    words = typed.lower().split()
    scored = []
    for position, command in enumerate(commands):
        scores = [_score(word, command.text.lower(), command.words.lower()) for word in words]
        if all(scores):
            scored.append((-sum(scores), position))
    return sorted(scored)


def _score(word: str, text: str, words: str) -> int:
    """Return how well a word matches a text or its synonyms; 0 for not at all."""
    parts = text.replace(":", " ").split()
    if any(part.startswith(word) for part in parts):
        return _PREFIX
    if any(part.startswith(word) for part in words.split()):
        return _MEANING
    if word in text:
        return _INSIDE
    return _LETTERS if _abbreviates(word, parts) else 0


def _abbreviates(word: str, parts: Sequence[str]) -> bool:
    """Return whether a word consists of prefixes of some of the parts, in order."""
    if not word:
        return True
    return any(
        _abbreviates(word[length:], parts[number + 1 :])
        for number, part in enumerate(parts)
        for length in range(_common(word, part), 0, -1)
    )


def _common(word: str, part: str) -> int:
    """Return the length of the common prefix."""
    pairs = zip(word, part, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(word), len(part)))
