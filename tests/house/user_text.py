"""List every sentence that a user can see, for review as one text.

`python -m tests.house.user_text > sentences.txt`
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2] / "src" / "inspector"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A string literal with at least two words, outside docstrings."""

    file: str
    line: int
    text: str


def sentences(root: Path = SOURCES) -> Iterator[Sentence]:
    """Yield the string literals of every module that have at least two words."""
    for file in sorted(root.rglob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        docs = set(_docstrings(tree))
        inside_f = {
            id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)
            for part in node.values
        }  # fmt: skip
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                text = "".join(
                    str(p.value) if isinstance(p, ast.Constant) else "{}" for p in node.values
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                if id(node) in docs or id(node) in inside_f:
                    continue
                text = node.value
            else:
                continue
            if re.search(r"[A-Za-z]{2,}[ ,.:;]+\(?[A-Za-z{]{2,}", text) and not _is_code(text):
                yield Sentence(file.relative_to(root).as_posix(), node.lineno, text)


def _docstrings(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for statement in node.body:
                # Attribute docstrings stand anywhere in a body.
                if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                    yield id(statement.value)


def _is_code(text: str) -> bool:
    return bool(
        re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|PRAGMA|CREATE|BEGIN|import|from) ", text)
    )


if __name__ == "__main__":
    for sentence in sentences():
        sys.stdout.write(f"{sentence.file}:{sentence.line}: {' '.join(sentence.text.split())}\n")
