"""The terminal: output, exit codes and messages of each verb, run as a user runs them."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from inspector.cli.main import build_parser, run
from inspector.work.jobs import Stop
from inspector.work.pool import Pool


def _json(capsys: pytest.CaptureFixture[str], *words: str) -> object:
    assert run([*words, "--json", "--quiet"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_walk_in_the_terminal(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = [str(demo), "--project", str(tmp_path / "p.inspector")]
    scanned = _json(capsys, "scan", *where)
    assert isinstance(scanned, dict)
    names = "images unreadable ignored other classes splits clusters pairs flat new unchanged"
    assert set(names.split()) | {"moved", "missing", "seconds"} <= set(scanned)
    pairs = _json(capsys, "duplicates", *where, "--across", "train", "validation")
    assert isinstance(pairs, dict)
    assert all(set(p["splits"]) == {"training", "validation"} for p in pairs["pairs"])
    similar = [p["similarity"] for p in pairs["pairs"]]
    assert similar == sorted(similar, reverse=True)
    assert {"a", "b", "kind", "level", "transform", "similarity", "splits", "labels"} == set(
        pairs["pairs"][0]
    )
    problems = _json(capsys, "problems", *where)
    assert isinstance(problems, list)
    assert all(set(p) == {"path", "status", "reason"} for p in problems)
    quality = _json(capsys, "quality", *where)
    assert isinstance(quality, list)
    assert len(quality) == scanned["images"]
    decided = _json(capsys, "decide", *where, "--rule", "largest", "--scope", "all")
    assert isinstance(decided, dict)
    assert decided["changed"] > 0
    assert _json(capsys, "undo", *where)["changed"] == decided["changed"]  # type: ignore[index]
    assert _json(capsys, "redo", *where)["changed"] == decided["changed"]  # type: ignore[index]
    plan = _json(capsys, "export", *where, "--to", str(tmp_path / "out"), "--dry-run")
    done = _json(capsys, "export", *where, "--to", str(tmp_path / "out"))
    assert isinstance(plan, dict)
    assert isinstance(done, dict)
    assert plan["files"] == done["files"] == done["verified"]
    assert set(done) == {
        "files", "bytes", "dropped", "verified", "leaks_after", "groups_after", "manifest",
    }  # fmt: skip
    log = _json(capsys, "decisions", *where)
    assert [entry["verb"] for entry in log] == ["rule", "undo", "redo"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["scan", "/no/such/folder"], 3),
        (["scan"], 2),
        (["nonsense"], 2),
        (["decide", "/tmp", "--keep"], 2),
        (["duplicates", "/tmp", "--kind", "odd"], 2),
    ],
)
def test_bad_input_gets_one_error_and_one_advice(
    words: list[str], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == status
    said = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in said] == ["error", "advice"]


def test_every_verb_has_help() -> None:
    verbs = build_parser()._subparsers._group_actions[0].choices  # type: ignore[union-attr]
    assert set(verbs) == {  # type: ignore[arg-type]
        "open", "demo", "scan", "problems", "quality", "duplicates", "decide", "undo", "redo",
        "decisions", "export", "projects", "backups", "caches", "doctor", "split", "leaks",
        "groups", "freeze", "code",
        "diagnose", "labels", "report", "fix", "policy", "train", "runs", "compare", "desktop",
        "unpack", "script", "audit", "fingerprints", "shortcuts", "borrowed",
        "crossvalidate", "map", "similar",
    }  # fmt: skip


def test_machine_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    assert _json(capsys, "projects") == []
    assert isinstance(_json(capsys, "caches", "--clear"), list)
    assert isinstance(_json(capsys, "doctor"), list)


def test_the_terminal_needs_neither_qt_nor_tensorflow(demo: Path, tmp_path: Path) -> None:
    script = (
        "import sys; from inspector.__main__ import main;"
        f"main(['scan', {str(demo)!r}, '--project', {str(tmp_path / 'p')!r}, '--quiet']);"
        "bad = {'PySide6', 'tensorflow', 'keras'} & set(sys.modules); print(bad, file=sys.stderr);"
        "sys.exit(bool(bad))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], env=os.environ.copy(), check=False, capture_output=True
    )
    assert ended.returncode == 0, ended.stderr


def test_an_export_loads_in_the_real_keras(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The folders keep the user's names, so the user's code runs unchanged on the export."""
    where = [str(demo), "--project", str(tmp_path / "p.inspector")]
    _json(capsys, "decide", *where, "--rule", "test>validation>training", "--scope", "all")
    done = _json(capsys, "export", *where, "--to", str(tmp_path / "out"))
    script = (
        "import sys, keras\n"
        "total = 0\n"
        "for split in ('training', 'validation'):\n"
        "    found = keras.utils.image_dataset_from_directory(\n"
        f"        {str(tmp_path / 'out')!r} + '/' + split, image_size=(32, 32), verbose=False)\n"
        "    assert found.class_names == sorted(found.class_names)\n"
        "    total += len(found.file_paths)\n"
        "    pixels = sum(int(x.shape[0]) for x, _ in found)\n"
        "    assert pixels == len(found.file_paths)\n"
        "print(total)\n"
    )
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    ended = subprocess.run(
        [sys.executable, "-c", script], env=environment, check=False, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert int(ended.stdout.split()[-1]) == done["files"]  # type: ignore[index]


def test_lint_reads_the_code_around_a_generator(capsys: pytest.CaptureFixture[str]) -> None:
    code = (
        "gen = ImageDataGenerator(rotation_range=0.5, rescale=1./255)\n"
        "val = gen.flow_from_directory('d', subset='validation')"
    )
    found = _json(capsys, "policy", "lint", "--code", code)
    assert isinstance(found, list)
    assert {row["rule"] for row in found} == {
        "small-rotation", "validation-augmented", "nearest-interpolation",
    }  # fmt: skip
    keys = {"rule", "parameter", "severity", "message", "measured", "suggestion"}
    assert all(set(row) == keys for row in found)
    assert _json(capsys, "policy", "lint", "--code", "ImageDataGenerator(rotation_range=9)") == []


def test_the_last_answer_is_printed_without_a_scan(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["diagnose", str(demo), "--project", str(tmp_path / "p.inspector"), "--quiet"]
    assert run([*words, "--last"]) == 3
    assert "nothing was answered of this dataset yet" in capsys.readouterr().err
    assert run([*words, "--seeds", "2", "--json"]) == 0
    capsys.readouterr()
    assert run([*words, "--last", "--json"]) == 0
    last = json.loads(capsys.readouterr().out)
    assert last["changed"] == []
    assert last["findings"]
    (split,) = last["splits"]
    assert 0 < split["leaked"] <= split["images"]
    assert run(["decide", *words[1:], "--rule", "largest", "--scope", "all"]) == 0
    capsys.readouterr()
    assert run([*words, "--last"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(last["headline"])
    assert "before your decisions changed" in printed


def test_a_scan_stops_at_an_interrupt_that_a_library_swallows(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Pool.map

    def swallow(self: Pool, chunks: object, *, stop: Stop, **rest: object) -> object:
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert stop.is_set()
        return plain(self, chunks, stop=stop, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Pool, "map", swallow)
    assert run(["scan", str(demo), "--project", str(tmp_path / "p.inspector"), "--quiet"]) == 130
    assert "stopped: finished work is kept" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
