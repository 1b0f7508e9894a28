"""Malicious code is never run, and reading it ends soon."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from inspector.cli.main import run
from inspector.code_reading.reading import read_code
from inspector.errors import CodeError

pytestmark = pytest.mark.timeout(60)

LOADS = (
    "from keras.utils import image_dataset_from_directory as f\n"
    "tr = f('d/train')\nva = f('d/val')\n"
)

FILES = {
    "brackets": "x = " + "(" * 50_000 + ")" * 50_000,
    "minus": "x = " + "-" * 50_000 + "1",
    "attributes": "x = a" + ".b" * 40_000,
    "lines": "x = 1\n" * 1_000_000,
    "binary": "\x00\x01\x02",
    "unbalanced": "f(" * 20_000,
}
ENDLESS = {
    "loop": "while True:\n    x = [1]\n",
    "recursion": "def g(n):\n    return g(n + 1) + g(n + 2)\ng(0)\n",
    "lists": "x = [1]\nfor i in range(60):\n    x = x + x\n",
    "texts": "x = 'ab'\nfor i in range(60):\n    x = x + x\n",
    "powers": "x = 9 ** 9 ** 9 ** 9\n",
    "rounds": "for i in range(10 ** 12):\n    for j in range(10 ** 12):\n        y = i * j\n",
    "repeats": "x = 'a' * 10 ** 12\ny = [0] * 10 ** 12\n",
    "format": "x = f'{1:>999999999999}'\n",
    "closures": "f0 = lambda: 1\n" + "".join(
        f"f{i} = lambda: f{i - 1}() + f{i - 1}()\n" for i in range(1, 60)
    ) + "f59()\n",
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_program_ends_with_status_3(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "script.py"
    script.write_text(FILES[name])
    status = run(["code", str(script)])
    lines = capsys.readouterr().err.splitlines()
    if name == "attributes":  # Deep, but a program of one line; an older parser refuses it.
        assert status in (0, 3)
    else:
        assert status == 3
        assert [line.split(":")[0] for line in lines] == ["error", "advice"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs here")
def test_a_fifo_is_refused_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("pipe.py", "pipe.ipynb"):
        os.mkfifo(tmp_path / name)
        assert run(["code", str(tmp_path / name)]) == 3
        assert "not a regular file" in capsys.readouterr().err


@pytest.mark.parametrize("name", ENDLESS)
def test_what_never_ends_is_left_and_the_rest_is_read(name: str) -> None:
    reading = read_code(ENDLESS[name] + LOADS)
    if name not in ("loop",):  # What follows an endless loop is never reached.
        assert {(c.role.value, c.folder) for c in reading.calls} == {
            ("training", "d/train"), ("validation", "d/val"),
        }  # fmt: skip


def test_nothing_is_run_or_imported(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    code = (
        f"import os, subprocess\nopen({str(mark)!r}, 'w').write('x')\n"
        f"os.system('touch {mark}')\nexec(\"open({str(mark)!r}, 'w')\")\n"
        f"class A:\n    def __del__(self): open({str(mark)!r}, 'w')\nA()\n"
        f"__import__('os').system('touch {mark}')\n"
    )
    read_code(code + LOADS)
    assert not mark.exists()


def test_notebooks_that_are_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("", "[]", "{", '{"cells": 3}', "[" * 50_000, '{"cells": [{"source": 3}]}'):
        file = tmp_path / "n.ipynb"
        file.write_text(text)
        assert run(["code", str(file)]) == 3
        assert "n.ipynb" in capsys.readouterr().err


def test_code_that_is_too_long() -> None:
    with pytest.raises(CodeError, match="longer than"):
        read_code("x = 1\n" * 100_000)


def test_the_verb_code_imports_nothing_heavy(tmp_path: Path) -> None:
    script = tmp_path / "s.py"
    script.write_text(LOADS)
    program = (
        "import sys\nfrom inspector.cli.main import run\n"
        f"assert run(['code', {str(script)!r}]) == 0\n"
        "print([m for m in ('numba', 'cv2', 'scipy', 'PySide6', 'PIL', 'pyarrow', 'tensorflow')"
        " if m in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
