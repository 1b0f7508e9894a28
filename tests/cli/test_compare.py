"""`compare` in the terminal: its events, its result and its errors."""

import json
from pathlib import Path

import pytest

from inspector.cli.main import run

SMALL = ["--by-group", "--epochs", "1", "--seeds", "1", "--image-size", "16"]


def test_events_and_the_result(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = tmp_path / "turned.json"
    policy.write_text('{"rotation_range": 20}')
    where = [str(demo), "--project", str(tmp_path / "p.inspector"), *SMALL]
    assert run(["compare", *where, "--policy", str(policy), "--json-lines", "--quiet"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all({"event", "run"} <= set(e) for e in events)
    assert [e["event"] for e in events] == ["plan", *["run", "epoch", "done"] * 2, "result"]
    assert [e["policy"] for e in events if e["event"] == "done"] == ["none", "turned"]
    result = events[-1]
    assert result["baseline"] == "none"
    assert len(result["runs"]) == 2
    (row,) = result["differences"]
    assert {
        "policy", "mean", "low", "high", "p_adjusted", "smallest_detectable", "seeds",
        "seconds_per_epoch", "decision",
    } <= set(row)  # fmt: skip
    assert (row["policy"], row["seeds"], row["decision"]) == ("turned", 1, "too few seeds")
    assert row["low"] is None
    resume = ["compare", *where[:3], "--resume", result["comparison"], "--json", "--quiet"]
    assert run(resume) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["differences"] == result["differences"]


def test_a_plan_is_shown_and_nothing_is_trained(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = [str(demo), "--project", str(tmp_path / "p.inspector"), *SMALL, "--quiet"]
    assert run(["compare", *where, "--article", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "4 trainings on groups kept together, seed 0; time: not known" in said
    assert not (tmp_path / "p.inspector.runs").exists()


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ([], "nothing to compare"),
        (["--article", "--share", "0.5,1"], "one comparison each"),
        (["--strength", "rotation_range=a"], "--strength needs numbers"),
        (["--share", "2"], "share 2"),
        (["--article", "--seeds", "0"], "--seeds: 0 is not a number from 1"),
        (["--article", "--epochs", "0"], "--epochs must be 1"),
        (["--resume", "nothing"], "no comparison nothing"),
    ],
)
def test_wrong_words(
    demo: Path, tmp_path: Path, words: list[str], error: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    where = [str(demo), "--project", str(tmp_path / "p.inspector"), "--quiet"]
    assert run(["compare", *where, *words]) == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in said] == ["error", "advice"]
    assert error in said[0]


def test_the_plan_of_an_experiment(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = [str(demo), "--project", str(tmp_path / "p.inspector"), "--quiet"]
    words = ["diagnose", *where, "--train", "--seeds", "1", "--epochs", "2", "--dry-run", "--json"]
    assert run([*words, "--no-cleaning"]) == 0
    alone = json.loads(capsys.readouterr().out)
    assert alone["trainings"] == 27
    assert alone["expected_seconds"] is None
    assert run(words) == 0
    assert json.loads(capsys.readouterr().out)["trainings"] == 29
    assert not (tmp_path / "p.inspector.runs").exists()
    assert run(["diagnose", *where, "--train", "--epochs", "0"]) == 2
    assert "--epochs must be 1" in capsys.readouterr().err
