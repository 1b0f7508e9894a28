"""Parses the arguments of `inspector open`."""

from collections.abc import Sequence
from typing import NamedTuple

from inspector.desktop.settings import THEME
from inspector.errors import UsageError

USAGE = "open [DATASET|PROJECT] [--project FILE] [--theme T] [--read-only]"


class OpenArguments(NamedTuple):
    """The parsed arguments; "" for what is not given.

    Attributes:
        path: A dataset or a project file.
        project: The project file of the dataset.
        theme: Name of a theme.
        read_only: True to write nothing.
    """

    path: str = ""
    project: str = ""
    theme: str = ""
    read_only: bool = False


def parse_arguments(words: Sequence[str]) -> OpenArguments:
    """Parse the arguments.

    Raises:
        UsageError: An argument is unknown, or there are too many.
    """
    rest = list(words[1:] if words[:1] == ["open"] else words)
    path, values, read_only = "", {"--project": "", "--theme": ""}, False
    while rest:
        word = rest.pop(0)
        if word in values and rest:
            values[word] = rest.pop(0)
        elif word == "--read-only":
            read_only = True
        elif not word.startswith("-") and not path:
            path = word
        else:
            raise UsageError(f"open does not know {word}", USAGE)
    theme = values["--theme"]
    if theme not in ("", *THEME.choices):
        raise UsageError(f"there is no theme {theme}", f"Themes: {', '.join(THEME.choices)}.")
    return OpenArguments(path, values["--project"], theme, read_only)
