"""The branch that a plain run takes: without arguments, and without files saved before."""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from inspector.code_reading.evaluation.value_text import text_of

DEFAULTS_NOTE: Final = "command-line options are read at their defaults"
CACHE_NOTE: Final = "what is loaded from a file saved before is read as the code makes it here"
_OVERRIDES_NOTE: Final = "a file that may set other values is taken not to be there"
_ARGV: Final = re.compile(r"\bargv\b")
_EXISTS: Final = re.compile(r"\b(exists|isfile|is_file)\b")
_LOADS: Final = re.compile(
    r"\b(joblib|pickle|np|numpy|torch|pkl|cPickle|dill)\.load\(|\bread_(pickle|feather|parquet)\("
)

_LISTS: Final = re.compile(
    r"\b(json|yaml|pickle|joblib|csv|np|numpy|torch)\.\w*(load|reader)\w*\(|read_"
)

_OVERRIDES: Final = re.compile(r"\.update\(\s*(json|yaml|toml|tomllib)\.\w*load")


@dataclass(frozen=True, slots=True)
class UsualBranch:
    """The branch that is followed alone.

    Attributes:
        taken: True for the body, False for what stands under else.
        note: What is assumed by that.
    """

    taken: bool
    note: str


def usual_branch(
    test: ast.expr, body: Sequence[ast.AST], otherwise: Sequence[ast.AST]
) -> UsualBranch | None:
    """Return the branch of an unknown condition that a plain run takes; None if unknown.

    Of `sys.argv[1] if len(sys.argv) > 1 else "data"` that is the one that reads no argument, and
    where a file of an earlier run may exist the one that does not load it.
    """
    condition = text_of(test)
    if _ARGV.search(condition):
        return _without(_ARGV, body, otherwise, DEFAULTS_NOTE)
    if _EXISTS.search(condition) and otherwise:
        return _without(_LOADS, body, otherwise, CACHE_NOTE)
    leaves = bool(body) and isinstance(body[-1], ast.Return | ast.With)
    if _EXISTS.search(condition) and leaves and _returns_saved(body):
        return UsualBranch(taken=False, note=CACHE_NOTE)
    if _EXISTS.search(condition):
        return _without(_OVERRIDES, body, otherwise, _OVERRIDES_NOTE)
    return None


def _without(
    pattern: re.Pattern[str], body: Sequence[ast.AST], otherwise: Sequence[ast.AST], note: str
) -> UsualBranch | None:
    one, two = (any(pattern.search(text_of(n)) for n in nodes[:20]) for nodes in (body, otherwise))
    return UsualBranch(two, note) if one != two else None


def _returns_saved(body: Sequence[ast.AST]) -> bool:
    """Tell whether a block returns what it reads from a file."""
    returned = any(isinstance(n, ast.Return) and n.value for s in body for n in ast.walk(s))
    return returned and any(_LISTS.search(text_of(n)) for n in body[:20])
