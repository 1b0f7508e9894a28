"""Lists of class names in the code."""

import re
from dataclasses import dataclass
from typing import Final

from inspector.code_reading.evaluation.values import DictBox, ListBox
from inspector.code_reading.program import CodePlace

CLASS_WORDS: Final = re.compile(r"class|label|categor|target|names?$", re.I)
"""Words in the name of a variable that holds class names."""


@dataclass(frozen=True, slots=True)
class ClassNames:
    """A literal list of class names."""

    variable: str
    names: tuple[str, ...]
    place: CodePlace


def listed_names(value: object) -> tuple[str, ...]:
    """Return the names in a list, or in a dict from or to numbers, in order."""
    match value:
        case ListBox(data=items) if not value.open and not value.is_set:
            names = items
        case tuple():
            names = list(value)
        case DictBox(data=content) if not value.open and content:
            names = _by_number(content)
        case _:
            return ()
    texts = tuple(n for n in names if isinstance(n, str))
    return texts if len(texts) == len(names) and not any("/" in t for t in texts) else ()


def _by_number(content: dict[object, object]) -> list[object]:
    if all(isinstance(v, int) for v in content.values()):
        content = {v: k for k, v in content.items()}
    whole = all(isinstance(k, int) or (isinstance(k, str) and k.isdecimal()) for k in content)
    return [content[k] for k in sorted(content, key=lambda k: int(str(k)))] if whole else []
