"""Commands by their words: what a person types, and which of all commands it means."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

_PREFIX, _MEANING, _INSIDE, _LETTERS = 8, 5, 3, 1


@dataclass(frozen=True, slots=True)
class PaletteCommand:
    """Something that can be done now, in words.

    Attributes:
        keys: They do it too, where it is not "".
        words: What else a person may call it; never shown.
    """

    text: str
    keys: str
    run: Callable[[], None]
    words: str = ""


def matching(typed: str, commands: Sequence[PaletteCommand]) -> list[PaletteCommand]:
    """Return the commands that every typed word fits, the best first, else as they stand.

    A word fits best as the beginning of one of the command's words, then of one that means the
    same, then inside of one, then by the first letters of several ("gtd" for "Go to Duplicates").
    """
    words = typed.lower().split()
    scored = []
    for place, command in enumerate(commands):
        scores = [_score(word, command.text.lower(), command.words.lower()) for word in words]
        if all(scores):
            scored.append((-sum(scores), place))
    return [commands[place] for _, place in sorted(scored)]


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
