"""Commands by their words: what a person types, and which of all commands it means."""

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

_PREFIX, _MEANING, _INSIDE, _LETTERS = 8, 5, 3, 1


class PaletteSection(Enum):
    """What kind of thing a row is; the value is the heading above such rows."""

    ACTIONS = "Actions"
    PAGES = "Pages"
    IMAGES = "Images"
    SETTINGS = "Settings"
    WORDS = "Words"


# What is typed first to look in one section only.
PREFIXES = {">": PaletteSection.ACTIONS, "#": PaletteSection.IMAGES, "?": PaletteSection.WORDS}
MAX_ROWS = 9


@dataclass(frozen=True, slots=True)
class PaletteCommand:
    """Something that can be done now, in words.

    Attributes:
        keys: They do it too, where it is not "".
        words: What else a person may call it; never shown.
        detail: What it does or means, in a few words.
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
    """Return the commands that every typed word fits, the best first, else as they stand.

    A word fits best as the beginning of one of the command's words, then of one that means the
    same, then inside of one, then by the first letters of several ("gtd" for "Go to Duplicates").
    """
    return [commands[place] for _, place in _ranked(typed, commands)]


def by_section(
    typed: str, commands: Sequence[PaletteCommand]
) -> list[tuple[PaletteSection, list[PaletteCommand]]]:
    """Return at most `MAX_ROWS` commands that fit, by section: that with the best one first."""
    only = PREFIXES.get(typed[:1])
    if only is not None:
        commands, typed = [c for c in commands if c.section is only], typed[1:]
    ranked = _ranked(typed, commands)
    if ranked and -ranked[0][0] > _LETTERS:
        # First letters count only where nothing better fits.
        ranked = [(score, place) for score, place in ranked if -score > _LETTERS]
    # Words explain what is found: they come last, and take no room from what can be done.
    ranked.sort(key=lambda r: commands[r[1]].section is PaletteSection.WORDS)
    groups: dict[PaletteSection, list[PaletteCommand]] = {}
    best: dict[PaletteSection, int] = {}
    for score, place in ranked[:MAX_ROWS]:
        section = commands[place].section
        groups.setdefault(section, []).append(commands[place])
        best[section] = min(score, best.get(section, score))
    order = list(PaletteSection)
    return sorted(
        groups.items(),
        key=lambda g: (g[0] is PaletteSection.WORDS, best[g[0]], order.index(g[0])),
    )


def did_you_mean(typed: str, commands: Sequence[PaletteCommand]) -> str:
    """Return a word of the commands that is spelt like what was typed, or ""."""
    known = {w.strip(".,:…").lower() for c in commands for w in f"{c.text} {c.words}".split()}
    words = typed.strip("".join(PREFIXES)).lower().split()
    close = [difflib.get_close_matches(w, sorted(known), 1, 0.7) for w in words]
    return " ".join(near[0] for near in close) if close and all(close) else ""


def _ranked(typed: str, commands: Sequence[PaletteCommand]) -> list[tuple[int, int]]:
    """Return how badly each command that fits does so, and its place, the best first."""
    words = typed.lower().split()
    scored = []
    for place, command in enumerate(commands):
        scores = [_score(word, command.text.lower(), command.words.lower()) for word in words]
        if all(scores):
            scored.append((-sum(scores), place))
    return sorted(scored)


def _score(word: str, text: str, words: str) -> int:
    """Say how well a word fits a text, or words that mean the same; 0 for not at all."""
    parts = text.replace(":", " ").split()
    if any(part.startswith(word) for part in parts):
        return _PREFIX
    if any(part.startswith(word) for part in words.split()):
        return _MEANING
    if word in text:
        return _INSIDE
    return _LETTERS if _abbreviates(word, parts) else 0


def _abbreviates(word: str, parts: Sequence[str]) -> bool:
    """Tell whether a word is made of beginnings of some of the parts, in their order."""
    if not word:
        return True
    return any(
        _abbreviates(word[length:], parts[number + 1 :])
        for number, part in enumerate(parts)
        for length in range(_common(word, part), 0, -1)
    )


def _common(word: str, part: str) -> int:
    """Return how many letters both begin with."""
    pairs = zip(word, part, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(word), len(part)))
