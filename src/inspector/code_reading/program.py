"""A script, a notebook or pasted lines as cells of plain Python.

A notebook is read as Jupyter runs it: cell by cell, without magics and shell lines. A cell that is
not Python is left out and reported.
"""

import ast
import io
import re
import textwrap
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from inspector.errors import CodeError, DatasetError
from inspector.input_files import decode_json, decode_utf8, read_bytes

MAX_CHARACTERS: Final = 100_000
"""Python code in total; outputs of a notebook don't count."""

_MAX_TRIES: Final = 80
"""How often text with code in it is tried as Python."""

MAX_FILE_BYTES: Final = 64_000_000

# Cell magics whose body is Python; the body of any other is left out.
_PYTHON_MAGICS: Final = ("time", "timeit", "capture", "prun", "snakeviz", "memit", "python3")
_MARK: Final = re.compile(r"^# %% cell (\d+)$", re.MULTILINE)
_ASSIGNED_MAGIC: Final = re.compile(r"^(\s*[\w.,\[\]'\" ]+?\s*=\s*)[!%][^=].*$")
_AUTOMAGIC: Final = re.compile(
    r"^(pip3?|conda|cd|ls|pwd|mkdir|cp|mv|cat|unzip|wget)(\s+[^=(\s].*)?$"
)
_HELP: Final = re.compile(r"^\s*(\?{1,2}[\w.%]+|[\w.%]+\?{1,2})\s*$")
_PROMPT: Final = re.compile(r"^(>>>|In \[\d*\]:)")
_LOOKS_LIKE_CODE: Final = re.compile(
    r"^\s*(import \w|from [\w.]+ import |def \w+\(|class \w+.*:\s*$|@\w"
    r"|(for|while|with|if|elif)\b.*:\s*(#.*)?$|(return|else:|try:|del)\b"
    r"|\(?[\w.]+(\[.*?\])?(\s*,\s*[\w.]+)*\)?\s*\+?=\s*[\w\['\"({-]"
    r"|[\w.]+\(.*\S)"
)
_STRING_START: Final = re.compile(r"[rbfuRBFU]{0,2}('''|\"\"\"|'|\")")


@dataclass(frozen=True, slots=True)
class CodePlace:
    """A position: a line from 1, and in a notebook the number of the code cell."""

    line: int
    cell: int | None = None

    @property
    def text(self) -> str:
        """The position as text, such as "cell 3, line 2"."""
        return f"line {self.line}" if self.cell is None else f"cell {self.cell}, line {self.line}"


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that was not read.

    Attributes:
        what: The value or the piece of code.
        why: Why it was not read, as part of a sentence.
        expression: Source of the expression whose value the user can enter; "" for none.
    """

    place: CodePlace
    what: str
    why: str
    expression: str = ""


@dataclass(frozen=True, slots=True)
class CodeCell:
    """One piece of Python.

    Attributes:
        number: Number of the code cell, from 1; None for a script.
    """

    number: int | None
    tree: ast.Module


@dataclass(frozen=True, slots=True)
class Program:
    """The code to follow, and the parts of it that are not Python.

    Attributes:
        notes: What a reader should know, such as text that is left out.
    """

    cells: tuple[CodeCell, ...]
    broken: tuple[Unread, ...] = ()
    notes: tuple[tuple[CodePlace, str], ...] = ()


class _NotebookCell(msgspec.Struct):
    cell_type: str = "code"
    source: str | list[str] = ""
    input: str | list[str] = ""


class _Worksheet(msgspec.Struct):
    cells: list[_NotebookCell] = []


class _Notebook(msgspec.Struct):
    cells: list[_NotebookCell] = []
    worksheets: list[_Worksheet] = []


def load_code(file: Path) -> str:
    """Return the code of a .py or .ipynb file; notebook cells are marked for `parse_program`.

    Raises:
        CodeError: It can't be read, is too large, or is no notebook.
    """
    advice = "Name a script or a notebook."
    what = "notebook" if file.suffix.lower() == ".ipynb" else "script"
    try:
        data = read_bytes(file, what=what, advice=advice, limit=MAX_FILE_BYTES)
        text = _declared_text(data) if what == "script" else None
        if text is None:
            text = decode_utf8(data, file, what=what, advice=advice)
    except DatasetError as error:
        raise CodeError(error.message, error.advice) from None
    return _notebook_text(text, file.name) if what == "notebook" else text


def _declared_text(data: bytes) -> str | None:
    """Return a script in the encoding that its first lines declare, or None."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data[:1_000]).readline)
        return None if encoding.startswith("utf-8") else data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return None


def _notebook_text(text: str, name: str) -> str:
    notebook = decode_json(text, _Notebook, where=name, error_type=CodeError)
    cells = notebook.cells or [c for sheet in notebook.worksheets for c in sheet.cells]
    sources = [_joined(c.source or c.input) for c in cells if c.cell_type == "code"]
    return "\n".join(f"# %% cell {i}\n{source}" for i, source in enumerate(sources, 1))


def _joined(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def parse_program(text: str) -> Program:
    """Return the cells of code: pasted lines, a script, a notebook's JSON, or marked cells.

    Raises:
        CodeError: It is too long, not Python, or nested too deeply.
    """
    if text.lstrip().startswith("{") and '"cells"' in text[:2_000_000]:
        text = _notebook_text(text, "the pasted text")
    if len(text) > MAX_CHARACTERS:
        raise CodeError("the code is longer than 100,000 characters", "Paste the loading part.")
    marks = list(_MARK.finditer(text))
    if not marks:
        return _script(text)
    cells: list[CodeCell] = []
    broken: list[Unread] = []
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        source = text[mark.end() + 1 : following.start() if following else len(text)]
        number = int(mark.group(1))
        try:
            cells.append(CodeCell(number, _tree(_plain_cell(source))))
        except _NOT_PYTHON as error:
            place = CodePlace(getattr(error, "lineno", None) or 1, number)
            broken.append(Unread(place, "the cell", f"it is not Python: {_why(error)}"))
    return Program(tuple(cells), tuple(broken))


_NOT_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)


def _too_deep() -> CodeError:
    return CodeError("the code is nested too deeply", "Paste the loading part.")


def _script(text: str) -> Program:
    text = _without_prompts(text)
    try:
        return Program((CodeCell(None, _tree(text)),))
    except (RecursionError, MemoryError):
        raise _too_deep() from None
    except (SyntaxError, ValueError):
        pass
    try:
        return Program((CodeCell(None, _tree(textwrap.dedent(_plain_cell(text)))),))
    except (RecursionError, MemoryError):
        raise _too_deep() from None
    except (SyntaxError, ValueError) as error:
        cut = _out_of_prose(text.splitlines())
        if isinstance(cut, Program):
            return cut
        line = getattr(error, "lineno", None)
        if cut and line not in cut:
            line = cut[0]
        where = f" (line {line})" if line else ""
        raise CodeError(
            f"this is not Python code{where}: {_why(error)}",
            "Paste the lines as they are, brackets closed.",
        ) from None


def _out_of_prose(lines: Sequence[str]) -> Program | list[int]:
    """Return the code of a question with text around it, or the lines that may be broken code."""
    fences = [i for i, line in enumerate(lines) if line.lstrip().startswith("```")]
    code = [""] * len(lines)
    ranges = zip(fences[::2], fences[1::2], strict=False) if fences else _blocks(lines)
    for start, end in ranges:
        for i in range(start + bool(fences), end):
            code[i] = lines[i]
    quoted = _tracebacks(lines)
    out = [i for i, line in enumerate(lines) if line.strip() and not code[i]]
    broken = [i + 1 for i in out if i not in quoted and _LOOKS_LIKE_CODE.match(lines[i])]
    if broken or len(out) == sum(bool(line.strip()) for line in lines):
        return broken
    try:
        tree = _tree(textwrap.dedent("\n".join(code)))
    except _NOT_PYTHON:
        return []
    why = f"{len(out)} lines of text around the code are left out"
    return Program((CodeCell(None, tree),), notes=((CodePlace(out[0] + 1 if out else 1), why),))


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield runs of lines that are Python, each from a line that starts like code."""
    start = 0
    quoted = _tracebacks(lines)
    tries = iter(range(_MAX_TRIES))
    while start < len(lines):
        end = start
        if _LOOKS_LIKE_CODE.match(lines[start]) and start not in quoted:
            end = _end_of_code(lines, start, tries)
            yield start, end
        start = max(end, start + 1)


def _end_of_code(lines: Sequence[str], start: int, tries: Iterator[int]) -> int:
    """Return the end of the longest run of lines from `start` that is Python."""
    depth = len(lines[start]) - len(lines[start].lstrip())
    outside = (i for i in range(start, len(lines)) if lines[i][:depth].strip())
    end = next(outside, len(lines)) if depth else len(lines)
    for _ in tries:
        if end <= start:
            break
        try:
            _tree(textwrap.dedent("\n".join(lines[start:end])))
        except SyntaxError as error:
            end = min(end - 1, start + max(0, (error.lineno or 1) - 1))
        except _NOT_PYTHON:
            break
        else:
            return end
    return start


def _tracebacks(lines: Sequence[str]) -> set[int]:
    """Return the numbers of lines that quote a traceback."""
    quoted: set[int] = set()
    inside = False
    for i, line in enumerate(lines):
        if "Traceback (most recent call last)" in line:
            inside = True
        if inside:
            quoted.add(i)
            bare = line.strip()
            inside = not bare or line.startswith((" ", "\t")) or "Traceback" in line
    return quoted


def _why(error: BaseException) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return " ".join(str(text).split())[:80] or "it is nested too deeply"


def _tree(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Invalid escapes in strings are the author's business.
        flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        tree = compile(text, "code", "exec", flags, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and len(node.keywords) > 1:
            names = [k.arg for k in node.keywords if k.arg]
            if len(set(names)) < len(names):
                raise SyntaxError("keyword argument repeated", ("code", node.lineno, 0, ""))
    return tree


def _without_prompts(text: str) -> str:
    """Remove a console's prompts and output, keeping line numbers."""
    lines = text.replace("\ufeff", "").replace("\xa0", " ").splitlines()
    if any(_PROMPT.match(line) for line in lines):
        lines = [
            _PROMPT.sub("", line).removeprefix(" ") if _PROMPT.match(line)
            else line[4:] if line.startswith(("... ", "...:")) else ""
            for line in lines
        ]  # fmt: skip
    return "\n".join(lines)


def _plain_cell(source: str) -> str:
    """Return a cell as plain Python with the same line numbers."""
    lines = source.replace("\ufeff", "").replace("\xa0", " ").splitlines()
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is not None and lines[first].startswith("%%"):
        name = (lines[first][2:].split() or [""])[0]
        if name not in _PYTHON_MAGICS:
            return ""
        lines[first] = ""
    return "\n".join(_without_magics(lines))


def _without_magics(lines: list[str]) -> Iterator[str]:
    scanner = _Scanner()
    continued = False
    for line in lines:
        if continued:
            continued = line.rstrip().endswith("\\")
            yield ""
            continue
        if scanner.inside:
            scanner.feed(line)
            yield line
            continue
        bare = line.lstrip()
        assigned = _ASSIGNED_MAGIC.match(line)
        if bare.startswith(("%", "!")) or _HELP.match(line) or _AUTOMAGIC.match(bare):
            continued = line.rstrip().endswith("\\")
            yield line[: len(line) - len(bare)] + "pass"
        elif assigned:
            continued = line.rstrip().endswith("\\")
            yield assigned.group(1) + "__shell__()"
        else:
            scanner.feed(line)
            yield line


class _Scanner:
    """Follows brackets and strings line by line: magics start a statement."""

    def __init__(self) -> None:
        self._depth, self._quote, self._backslash = 0, "", False

    @property
    def inside(self) -> bool:
        """Whether the next line continues a string, a bracket or a backslash."""
        return bool(self._quote) or self._depth > 0 or self._backslash

    def feed(self, line: str) -> None:
        """Read one more line."""
        i = 0
        self._backslash = False
        while i < len(line):
            if self._quote:
                i = self._in_string(line, i)
                continue
            char = line[i]
            started = _STRING_START.match(line, i)
            if char == "#":
                return
            if started:
                self._quote, i = started.group(1), started.end()
                continue
            if char in "([{":
                self._depth += 1
            elif char in ")]}":
                self._depth = max(0, self._depth - 1)
            elif char == "\\" and i == len(line) - 1:
                self._backslash = True
            i += 1
        if len(self._quote) == 1:
            self._quote = ""

    def _in_string(self, line: str, i: int) -> int:
        if line[i] == "\\":
            return i + 2
        if line.startswith(self._quote, i):
            i += len(self._quote)
            self._quote = ""
            return i
        return i + 1
