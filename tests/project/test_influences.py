"""Whose image answered, through the project and the verbs: planted, found, remembered."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.cli.main import run
from inspector.errors import DatasetError, UsageError
from inspector.project.diagnosis.influences import InfluenceKind, NetworkKind
from inspector.project.project import Project
from inspector.work.jobs import Stop

COPIES = 10


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Noise of two classes, so that only a copy in training can name a validation image."""
    folder = tmp_path_factory.mktemp("copied") / "set"
    draw = np.random.default_rng(1)
    for number in range(60):
        label = ("one", "two")[number % 2]
        split = "validation" if number >= 40 else "training"
        blocks = draw.integers(0, 256, (14, 14, 3), np.uint8)
        image = Image.fromarray(blocks).resize((112, 112), Image.Resampling.BICUBIC)
        splits = (split, "training") if 40 <= number < 40 + COPIES else (split,)
        for place in splits:
            target = folder / place / label / f"{number:04}.jpg"
            target.parent.mkdir(parents=True, exist_ok=True)
            image.save(target, quality=90 if place == split else 80)
    return folder


@pytest.fixture
def opened(copied: Path, tmp_path: Path) -> Iterator[Project]:
    project = Project(copied, tmp_path / "p.inspector", jobs=1)
    project.scans.scan()
    yield project
    project.close()


def test_a_copy_in_training_answers_and_is_remembered(opened: Project) -> None:
    assert opened.influences.last() is None
    report = opened.influences.find()
    assert report is not None
    assert (report.images, report.evaluation) == (20, "validation")
    assert report.embedded
    by_path = {one.sample.path: one for one in report.answers}
    assert [one.sample.path for one in report.answers] == sorted(by_path)
    for number in range(40, 60):
        path = f"{('one', 'two')[number % 2]}/{number:04}.jpg"
        answer = by_path[f"validation/{path}"]
        assert answer.shares == (number < 40 + COPIES)
        if answer.shares:
            first = answer.answered_by[0]
            assert first.samples[0].path == f"training/{path}"
            assert first.kind is InfluenceKind.NEAR_DUPLICATE
            assert answer.right
        else:
            assert answer.right == answer.right_without
            kinds = {group.kind for group in answer.answered_by}
            assert kinds <= {InfluenceKind.CLASS, InfluenceKind.OTHER_CLASS}
    assert report.borrowed.mean == pytest.approx(report.accuracy.mean - report.without.mean)
    assert "20 validation images: 200 are needed" in report.text
    assert opened.influences.last() == report
    # Another split, class or group is another question.
    opened.decisions.drop([report.answers[0].sample.id])
    assert opened.influences.last() is None


def test_a_network_from_scratch_is_remembered_beside_the_pretrained_one(opened: Project) -> None:
    pretrained = opened.influences.find()
    scratch = opened.influences.find(network=NetworkKind.SCRATCH)
    assert pretrained is not None
    assert scratch is not None
    assert (scratch.network, scratch.embedded) == (NetworkKind.SCRATCH, False)
    assert "the validation accuracy of a network from scratch" in scratch.text
    shared = [one for one in scratch.answers if one.shares]
    assert len(shared) == COPIES
    for answer in shared:
        assert answer.right
        number = answer.sample.path.rpartition("/")[2]
        assert answer.answered_by[0].samples[0].path.endswith(f"/{number}")
    assert opened.influences.last() == scratch
    assert opened.influences.last(NetworkKind.PRETRAINED) == pretrained
    assert opened.influences.of(scratch.answers[0].sample) == scratch.answers[0]
    # Measured again, the other kind is the last one.
    opened.influences.find()
    assert opened.influences.last() == pretrained
    assert opened.influences.last(NetworkKind.SCRATCH) == scratch


def test_a_stop_keeps_nothing(opened: Project) -> None:
    stop = Stop()
    stop.set()
    for network in NetworkKind:
        assert opened.influences.find(network=network, stop=stop) is None
    assert opened.group_folds.run(stop=stop) is None
    assert opened.influences.last() is None


def test_a_split_without_validation_is_an_error(opened: Project) -> None:
    rows = opened.samples.everything()
    opened.decisions.drop([s.id for s in rows if s.split == "validation"])
    with pytest.raises(DatasetError, match="no validation images"):
        opened.influences.find()


def test_folds_need_as_many_groups(opened: Project) -> None:
    report = opened.group_folds.run(folds=2)
    assert report is not None
    assert (report.result.images, report.result.groups) == (70, 60)
    assert "over 2 group folds" in report.text
    with pytest.raises(UsageError, match="61 folds"):
        opened.group_folds.run(folds=61)


def test_the_verbs_print_text_and_json(
    copied: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = [str(copied), "--project", str(tmp_path / "q.inspector"), "--quiet"]
    assert run(["borrowed", *where]) == 0
    assert "placebo groups" in capsys.readouterr().out
    assert run(["borrowed", *where, "--image", "validation/one/0040.jpg", "--json"]) == 0
    image = json.loads(capsys.readouterr().out)
    assert image["answered_by"][0]["files"][0] == "training/one/0040.jpg"
    assert run(["borrowed", *where, "--image", "validation/one/0040.jpg"]) == 0
    assert "near-duplicate" in capsys.readouterr().out
    assert run(["borrowed", *where, "--image", "training/one/0040.jpg"]) == 2
    assert "is no image of validation" in capsys.readouterr().err
    assert run(["borrowed", *where, "--network", "scratch", "--json"]) == 0
    scratch = json.loads(capsys.readouterr().out)
    assert (scratch["network"], scratch["embedded"]) == ("scratch", False)
    assert run(["borrowed", *where, "--network", "scratch"]) == 0
    assert "trained from scratch" in capsys.readouterr().out
    assert run(["crossvalidate", *where, "--folds", "2", "--json"]) == 0
    folds = json.loads(capsys.readouterr().out)
    assert len(folds["each"]) == folds["folds"] == 2
    assert run(["crossvalidate", *where, "--folds", "2"]) == 0
    assert "2 group folds" in capsys.readouterr().out
