"""Commands by their words: what a person types, and which of all commands it means."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

_PREFIX, _INSIDE, _LETTERS = 4, 2, 1


@dataclass(frozen=True, slots=True)
class PaletteCommand:
    """Something that can be done now, in words; `keys` does it too, where it is not ""."""

    text: str
    keys: str
    run: Callable[[], None]


def matching(typed: str, commands: Sequence[PaletteCommand]) -> list[PaletteCommand]:
    """Return the commands that every typed word fits, the best first, else as they stand.

    A word fits best as the beginning of one of the command's words, then inside of one, then by
    its letters in their order.
    """
    words = typed.lower().split()
    scored = []
    for place, command in enumerate(commands):
        scores = [_score(word, command.text.lower()) for word in words]
        if all(scores):
            scored.append((-sum(scores), place))
    return [commands[place] for _, place in sorted(scored)]


def _score(word: str, text: str) -> int:
    """Say how well a word fits a text; 0 for not at all."""
    if any(part.startswith(word) for part in text.replace(":", " ").split()):
        return _PREFIX
    if word in text:
        return _INSIDE
    letters = iter(text)
    return _LETTERS if all(letter in letters for letter in word) else 0
