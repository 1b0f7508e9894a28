"""Hostile arguments at every verb: one error and one advice, at once, and a quiet terminal."""

import argparse
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector.cli import machine
from inspector.cli.main import build_parser, run
from inspector.desktop.paths import cache_folder, default_project, projects_folder

LONG = "x" * 300
ESCAPES = "a\x1b[2Jb\x9bc\u202egpj"


@pytest.fixture
def where(demo: Path, scanned: tuple[Path, Path], tmp_path: Path) -> list[str]:
    """The dataset and options of a scanned project."""
    file, caches = scanned
    shutil.copytree(caches, cache_folder(), dirs_exist_ok=True)
    shutil.copy(file, tmp_path / "p.inspector")
    return [str(demo), "--project", str(tmp_path / "p.inspector"), "--quiet"]


def _refused(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    assert run([*map(str, words)]) in (2, 3)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in lines] == ["error", "advice"]
    return lines[0]


def _options() -> Iterator[tuple[str, argparse.Action]]:
    """Yield each argument of each verb."""
    parsers = [("", build_parser())]
    while parsers:
        name, parser = parsers.pop()
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                parsers += [(f"{name} {word}", one) for word, one in action.choices.items()]
            else:
                yield name, action


def test_each_path_and_number_passes_a_door() -> None:
    plain = {f"{verb} {a.dest}" for verb, a in _options() if a.type in (Path, float)}
    assert plain == set()
    assert sum(getattr(a.type, "__name__", "") == "named_path" for _, a in _options()) > 60


@pytest.mark.parametrize(
    "words",
    [
        ("freeze", "-o"), ("report", "-o"), ("export", "--to"), ("fix", "--to"), ("map", "-o"),
        ("decisions", "--export"), ("decisions", "--import"), ("fingerprints", "-o"),
        ("audit", "--against"), ("script", "fiftyone", "-o"), ("train", "--policy"),
        ("leaks", "--list"), ("leaks", "--code"), ("scan", "--manifest"), ("scan", "--project"),
    ],
)  # fmt: skip
def test_a_path_that_no_system_looks_up(
    where: list[str], tmp_path: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    verb, *more = words
    dataset, *rest = where
    for path in (tmp_path / LONG, f"{tmp_path}/a\0b", loop / "x"):
        line = _refused(capsys, verb, dataset, *more[:-1], *rest, more[-1], path)
        assert "can't be used" in line


def test_a_dataset_that_no_system_looks_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for path in (tmp_path / LONG, tmp_path / "loop"):
        for verb in ("scan", "backups", "unpack"):
            more = ("--to", tmp_path / "out") if verb == "unpack" else ()
            assert "can't be used" in _refused(capsys, verb, path, *more)


@pytest.mark.parametrize("target", ["/", ".", ".."])
def test_a_clean_up_into_a_folder_that_exists(
    where: list[str], target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "exists already" in _refused(capsys, "fix", *where, "--to", target)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("split", "--by-group", "--seed", -1), "seed -1 is below 0"),
        (("export", "--to", "out", "--folds", 3, "--seed", -1), "seed -1 is below 0"),
        (("diagnose", "--seeds", 10**12), "not a number from 1 to 1,000"),
        (("train", "--seeds", 10**12), "not a number from 1 to 1,000"),
        (("train", "--seeds", "٣"), "not a number from 1 to 1,000"),
        # No share is above NaN: the check would pass.
        (("leaks", "--check", "--max-share", "nan"), "nan is not a number"),
        (("leaks", "--check", "--max-share", "inf"), "inf is not a number"),
        (("duplicates", "--min-similarity", "nan"), "nan is not a number"),
        (("groups", "--exif-seconds", "1e400"), "1e400 is not a number"),
        (("groups", "--pattern", "(x+x+)+y"), "repeats a group that repeats"),
        (("groups", "--pattern", "(" * 2_000), "not a regular expression"),
    ],
)  # fmt: skip
def test_a_number_or_pattern_without_sense(
    where: list[str], words: tuple[object, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    verb, *more = words
    assert message in _refused(capsys, verb, *where, *more)


@pytest.mark.parametrize("verb", ["preview", "lint"])
@pytest.mark.parametrize("kind", ["fifo", "device"])
def test_an_image_that_never_ends(
    tmp_path: Path, verb: str, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    image, policy = tmp_path / "image.jpg", tmp_path / "p.json"
    policy.write_text('{"rotation_range": 20}')
    os.mkfifo(image) if kind == "fifo" else image.symlink_to("/dev/zero")
    out = ("--output", tmp_path / "out") if verb == "preview" else ()
    line = _refused(capsys, "policy", verb, policy, "--image", image, *out)
    assert "not a regular file" in line


def test_a_disk_that_fails_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: Path) -> None:
        raise OSError(5, "Input/output error", "/the/disk")

    monkeypatch.setattr(machine, "list_backups", fail)
    assert "/the/disk can't be used: Input/output" in _refused(capsys, "backups", tmp_path)


def test_names_do_nothing_to_a_terminal(
    where: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["freeze", *where, "-o", str(tmp_path / f"{ESCAPES}.csv")]) == 0
    out = capsys.readouterr().out
    assert "a\\u001b[2Jb\\u009bc\\u202egpj.csv" in out
    assert not {"\x1b", "\x9b", "\u202e"} & {*out}


def test_json_tells_any_name_exactly(
    where: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also one that is no UTF-8, which a terminal can't print."""
    file = tmp_path / f"{ESCAPES}\udcff.json"
    assert run(["decisions", *where, "--export", str(file), "--json"]) == 0
    out = capsys.readouterr().out
    assert out.removesuffix("\n").isprintable()
    assert json.loads(out)["path"] == str(file)


def test_a_report_names_a_list_whose_path_is_no_text(where: list[str], tmp_path: Path) -> None:
    assert run(["freeze", *where, "-o", str(tmp_path / "split\udcff.csv")]) == 0
    assert run(["report", *where, "-o", str(tmp_path / "report.html")]) == 0


def test_a_dataset_with_the_longest_name_has_a_project(tmp_path: Path) -> None:
    file = default_project(tmp_path / ("n" * 255))
    beside = file.with_name(f"{file.stem}-replaced-2026-11-29T19-10-00{file.suffix}")
    assert file.parent == projects_folder()
    file.parent.mkdir(parents=True)
    for one in (file, beside):
        one.write_bytes(b"")
    assert default_project(tmp_path / ("n" * 254)) != file
