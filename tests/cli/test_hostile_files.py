"""Hostile files at every command: one error with its position, and exit 3."""

import json
import os
import shutil
from pathlib import Path

import pytest

from inspector.cli.main import run
from inspector.desktop.paths import cache_folder

JSON_DOORS = ("decisions", "policy", "notebook")
TABLE_DOORS = ("list", "manifest")
SHA = "0" * 64


@pytest.fixture
def project_file(scanned: tuple[Path, Path], tmp_path: Path) -> Path:
    file, caches = scanned
    shutil.copytree(caches, cache_folder(), dirs_exist_ok=True)
    return Path(shutil.copy(file, tmp_path / "p.inspector"))


def _words(door: str, dataset: Path, project: Path, file: Path) -> list[str]:
    where = [str(dataset), "--project", str(project), "--quiet"]
    out = str(file.parent / "out")
    match door:
        case "decisions":
            return ["decisions", *where, "--import", str(file)]
        case "policy":
            return ["policy", "convert", str(file), "--to", "json"]
        case "notebook":
            return ["leaks", *where, "--code", str(file)]
        case "list":
            return ["export", *where, "--to", out, "--split", str(file)]
        case _:
            where[2] = str(file.parent / "new.inspector")
            return ["export", *where, "--to", out, "--manifest", str(file)]


def _refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert run(words) == 3
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in lines] == ["error", "advice"]
    assert len(lines[0]) < 500
    return lines[0]


def _file(door: str, folder: Path) -> Path:
    endings = {"notebook": "ipynb", "list": "csv", "manifest": "csv"}
    return folder / f"odd.{endings.get(door, 'json')}"


@pytest.mark.parametrize("door", [*JSON_DOORS, *TABLE_DOORS])
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("fifo", "not a regular file"), ("device", "not a regular file"),
        ("folder", "not a regular file"), ("missing", "No such file"), ("utf-16", "UTF-16"),
        ("latin-1", "line 1 is not UTF-8"),
    ],
)  # fmt: skip
def test_what_is_no_text_file(
    demo: Path, project_file: Path, tmp_path: Path, door: str, kind: str, words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    file = _file(door, tmp_path)
    match kind:
        case "fifo":
            os.mkfifo(file)
        case "device":
            file.symlink_to("/dev/zero")
        case "folder":
            file.mkdir()
        case "utf-16" | "latin-1":
            file.write_bytes('{"path,label,split": "é"}'.encode(kind))
        case _:
            pass
    assert words in _refused(_words(door, demo, project_file, file), capsys)


@pytest.mark.parametrize("door", JSON_DOORS)
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": 1,\n  "b": }', "line 2, column 8"),
        ("", "line 1, column 1"),
        ("[" * 50_000 + "]" * 50_000, "nested too deep"),
        ('{"a":' * 50_000 + "1" + "}" * 50_000, "nested too deep"),
        ("1" * 5_000, "odd."),
        ("[]", ""),
        ("null", ""),
    ],
)
def test_what_is_no_json(
    demo: Path, project_file: Path, tmp_path: Path, door: str, text: str, words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    file = _file(door, tmp_path)
    file.write_text(text)
    assert words in _refused(_words(door, demo, project_file, file), capsys)


@pytest.mark.parametrize(
    ("image", "words"),
    [
        ({"sha256": SHA, "path": "a", "mark": "destroy"}, "$.images[0].mark"),
        ({"sha256": SHA, "path": 3}, "$.images[0].path"),
        ({"sha256": "abc", "path": "a"}, "$.images[0].sha256"),
        ({"path": "a"}, "sha256"),
        ({"sha256": SHA, "path": "a", "reviewed": "yes"}, "$.images[0].reviewed"),
        ({"sha256": SHA, "path": "a", "label": "../x"}, "images[0].label"),
        ("text", "$.images[0]"),
    ],
)
def test_decisions_of_another_shape(
    demo: Path, project_file: Path, tmp_path: Path, image: object, words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    file = tmp_path / "odd.json"
    file.write_text(json.dumps({"decisions": 1, "images": [image], "not_alike": []}))
    assert words in _refused(_words("decisions", demo, project_file, file), capsys)


@pytest.mark.parametrize("door", TABLE_DOORS)
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("path,label,split\n", "names no"),
        ("", "no columns"),
        ("a;b\n", "no columns"),
        (",".join(f"c{n}" for n in range(1_000_000)), "1,000,000 columns"),
        ("path,label,split\na.jpg,cat,training,more\n", "line 2 has 4 cells"),
        ('path,label,split\n"a"b,cat,training\n', "line 2"),
        ("path,label,split\n" + "x" * 200_000 + ",cat,training\n", "line 2"),
        ("path,label,split\na\0b.jpg,cat,training\n", "line 2"),
        ("path,path,label,split\na,b,cat,training\n", "two columns path"),
    ],
)
def test_what_is_no_table(
    demo: Path, project_file: Path, tmp_path: Path, door: str, text: str, words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    file = _file(door, tmp_path)
    file.write_text(text)
    assert words in _refused(_words(door, demo, project_file, file), capsys)


@pytest.mark.parametrize(
    "verb",
    [
        ("decisions", "--export"), ("freeze", "-o"), ("report", "-o"), ("export", "--to"),
    ],
)  # fmt: skip
def test_no_verb_writes_into_the_dataset(
    demo: Path, project_file: Path, tmp_path: Path, verb: tuple[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (tmp_path / "way").symlink_to(demo, target_is_directory=True)
    before = sorted(map(str, demo.rglob("*")))
    for target in (demo / "new", tmp_path / "way" / "new", tmp_path / "x" / ".." / "way" / "new"):
        words = [verb[0], str(demo), "--project", str(project_file), "--quiet"]
        assert "inside the dataset" in _refused([*words, verb[1], str(target)], capsys)
    assert sorted(map(str, demo.rglob("*"))) == before


def test_decisions_replace_a_link_and_do_not_write_through_it(
    demo: Path, project_file: Path, tmp_path: Path
) -> None:
    victim = next(p for p in sorted(demo.rglob("*.jpg")) if not p.is_symlink())
    before = victim.read_bytes()
    target = tmp_path / "decisions.json"
    os.link(victim, target)
    words = ["decisions", str(demo), "--project", str(project_file), "--export", str(target)]
    try:
        assert run([*words, "--quiet"]) == 0
    finally:
        links = victim.stat().st_nlink
        target.unlink()
    assert links == 1
    assert victim.read_bytes() == before
