"""Real runs in a real child: its messages, its files, and how it ends."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from inspector.subprocesses import ProcessExited
from inspector.training_protocol.messages import (
    ContinueRun,
    EpochDone,
    Evaluated,
    Paused,
    PauseRun,
    Reevaluate,
    RunDone,
    RunFailed,
    RunStopped,
    Started,
    Step,
    StopRun,
    Train,
)
from inspector.training_protocol.run_folder import (
    BEST,
    CARD,
    CARD_TEXT,
    CHECKPOINT,
    LAST,
    PREDICTIONS_BEST,
    PREDICTIONS_LAST,
    SPEC,
    STATE,
    read_history,
)
from inspector.training_protocol.run_spec import Budget, RunSpec, SampleColumns, Scaling, read_spec

from .conftest import Trainer

MakeRun = Callable[..., Path]
LONG = 100_000


def _figures(epochs: tuple[EpochDone, ...]) -> np.ndarray:
    names = [f.name for f in fields(EpochDone) if f.name not in ("run", "seconds")]
    return np.array([[getattr(e, n) for n in names] for e in epochs], dtype=float)


def _weights(folder: Path) -> list[np.ndarray]:
    with np.load(folder / CHECKPOINT) as found:
        return [found[name] for name in sorted(found.files) if name != "state"]


def _rows(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))[1:]


def test_a_run_says_and_leaves_all_it_should(
    trainer: Trainer, make_run: MakeRun, spec: RunSpec
) -> None:
    assert set(trainer.ready.versions) == {"python", "tensorflow", "keras"}
    folder = make_run()
    heard = trainer.train(folder)
    kinds = [type(m).__name__ for m in heard if not isinstance(m, Step)]
    assert kinds == ["Preparing", "Started", *["EpochDone"] * 4, "RunDone"]
    started = next(m for m in heard if isinstance(m, Started))
    assert started == Started("run", 4, 0, 5, started.parameters, 2)
    assert 20_000 < started.parameters < 30_000
    steps = [m for m in heard if isinstance(m, Step)]
    assert {(m.epoch, m.step) for m in steps} >= {(e, 5) for e in (1, 2, 3, 4)}
    epochs = tuple(m for m in heard if isinstance(m, EpochDone))
    assert read_history(folder) == epochs
    done = heard[-1]
    assert isinstance(done, RunDone)
    best = max(epochs, key=lambda e: (e.sel_accuracy, -(e.sel_loss or 0)))
    assert (done.best_epoch, done.epochs) == (best.epoch, 4)
    assert done.best_val_accuracy == best.val_accuracy > 0.9
    assert {f.name for f in folder.iterdir()} == {
        SPEC, STATE, CHECKPOINT, BEST, LAST, PREDICTIONS_BEST, PREDICTIONS_LAST, CARD, CARD_TEXT,
        "cache",
    }  # fmt: skip
    _check_predictions(folder, spec, done)
    card = json.loads((folder / CARD).read_text())
    assert card["best"]["epoch"] == best.epoch
    assert card["data"]["samples"] == {"training": 70, "selection": 20, "validation": 30}


def _check_predictions(folder: Path, spec: RunSpec, done: RunDone) -> None:
    for name, accuracy in (
        (PREDICTIONS_BEST, done.best_val_accuracy), (PREDICTIONS_LAST, done.last_val_accuracy),
    ):  # fmt: skip
        rows = _rows(folder / name)
        assert tuple(r[0] for r in rows) == spec.validation.paths
        assert [r[1] for r in rows] == [spec.class_names[i] for i in spec.validation.labels]
        assert np.mean([r[1] == r[2] for r in rows]) == accuracy
        assert all(1 / 3 <= float(r[3]) <= 1 for r in rows)


def test_best_weights_are_evaluated_again(trainer: Trainer, make_run: MakeRun) -> None:
    folder = make_run(epochs=2)
    done = trainer.train(folder)[-1]
    assert isinstance(done, RunDone)
    trainer.child.send(Reevaluate(str(folder)))
    found = trainer.read(Evaluated, RunFailed)[-1]
    best = read_history(folder)[done.best_epoch - 1]
    assert isinstance(found, Evaluated)
    assert (found.accuracy, found.images) == (best.val_accuracy, 30)
    assert found.loss == pytest.approx(best.val_loss, rel=1e-4)
    spoilt = make_run("spoilt", root=str(folder))
    (spoilt / BEST).write_bytes((folder / BEST).read_bytes())
    trainer.child.send(Reevaluate(str(spoilt)))
    failed = trainer.read(Evaluated, RunFailed)[-1]
    assert isinstance(failed, RunFailed)
    assert "can't be read" in failed.reason


def test_going_on_equals_going_through(trainer: Trainer, make_run: MakeRun) -> None:
    through, parted = make_run("through"), make_run("parted", epochs=2)
    trainer.train(through)
    trainer.train(parted)
    text = (parted / SPEC).read_text().replace('"epochs": 2', '"epochs": 4')
    (parted / SPEC).write_text(text)
    assert read_spec(parted) == read_spec(through)
    heard = trainer.train(parted)
    started = next(m for m in heard if isinstance(m, Started))
    assert started.epochs_done == 2
    assert [m.epoch for m in heard if isinstance(m, EpochDone)] == [3, 4]
    same, other = _figures(read_history(through)), _figures(read_history(parted))
    np.testing.assert_allclose(same, other, rtol=1e-5, atol=1e-6)
    for a, b in zip(_weights(through), _weights(parted), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_a_seed_decides_the_run(trainer: Trainer, make_run: MakeRun) -> None:
    one, again, other = make_run("a", epochs=1), make_run("b", epochs=1), make_run("c", seed=12)
    figures = []
    for folder in (one, again, other):
        trainer.train(folder)
        figures.append(_figures(read_history(folder)[:1]))
    np.testing.assert_allclose(figures[0], figures[1], rtol=1e-5, atol=1e-6)
    assert not np.allclose(figures[0], figures[2], rtol=1e-5)


def test_a_stop_is_heard_between_epochs_and_the_run_goes_on(
    trainer: Trainer, make_run: MakeRun
) -> None:
    folder = make_run(epochs=LONG)
    trainer.child.send(Train(str(folder)))
    trainer.read(EpochDone)
    trainer.child.send(StopRun("run"))
    stopped = trainer.read(RunStopped, RunFailed)[-1]
    assert isinstance(stopped, RunStopped)
    assert stopped.epoch == len(read_history(folder)) >= 1
    trainer.child.send(Train(str(folder)))
    started = trainer.read(Started)[-1]
    trainer.read(EpochDone)
    trainer.child.send(StopRun("run"))
    trainer.read(RunStopped)
    assert isinstance(started, Started)
    assert started.epochs_done == stopped.epoch


def test_pause_holds_and_runs_wait_in_a_queue(trainer: Trainer, make_run: MakeRun) -> None:
    first, second, third = make_run("a", epochs=LONG), make_run("b"), make_run("c", epochs=1)
    for folder in (first, second, third):
        trainer.child.send(Train(str(folder)))
    trainer.read(EpochDone)
    trainer.child.send(PauseRun("a"))
    assert trainer.read(Paused)[-1] == Paused("a")
    before = len(read_history(first))
    time.sleep(0.3)
    assert len(read_history(first)) == before
    trainer.child.send(ContinueRun("a"))
    trainer.read(EpochDone)
    for run in ("b", "a"):
        trainer.child.send(StopRun(run))
    assert trainer.read(RunStopped)[-1].run == "a"  # type: ignore[union-attr]
    assert trainer.read(RunStopped)[-1] == RunStopped("b", 0)
    assert trainer.read(RunDone)[-1].run == "c"  # type: ignore[union-attr]


def test_a_budget_in_steps_is_kept_exactly(trainer: Trainer, make_run: MakeRun) -> None:
    heard = trainer.train(make_run(budget=Budget.STEPS, steps=7, image_size_px=64))
    ends = [(m.epoch, m.steps) for m in heard if isinstance(m, Step) and m.step == m.steps]
    assert ends == [(1, 5), (2, 2)]
    assert isinstance(heard[-1], RunDone)


def test_a_plateau_ends_a_run(trainer: Trainer, make_run: MakeRun) -> None:
    # Steps this small change no accuracy, and the loss only ever so little.
    changes = {"learning_rate": 1e-12, "patience": 2, "normalisation": Scaling.CENTRED}
    folder = make_run(budget=Budget.PLATEAU, epochs=LONG, policy=None, **changes)
    done = trainer.train(folder)[-1]
    assert isinstance(done, RunDone)
    assert done.plateau
    assert done.epochs == done.best_epoch + 2


def test_without_a_selection_set_the_last_epoch_is_the_best(
    trainer: Trainer, make_run: MakeRun
) -> None:
    folder = make_run(epochs=2, selection=SampleColumns(), normalisation=Scaling.SAMPLEWISE)
    done = trainer.train(folder)[-1]
    assert isinstance(done, RunDone)
    assert done.best_epoch == 2
    assert read_history(folder)[-1].sel_accuracy is None


def test_a_transfer_offline_is_a_sentence(trainer: Trainer, make_run: MakeRun) -> None:
    none = trainer.train(make_run("none", model="MobileNetV2"))[-1]
    gone = trainer.train(make_run("gone", model="MobileNetV2", weights="/none.h5"))[-1]
    fetched = trainer.train(
        make_run("fetch", model="MobileNetV2", weights="imagenet", image_size_px=96)
    )[-1]
    small = trainer.train(make_run("small", model="InceptionV3", untrained=True))[-1]
    said = [m.reason for m in (none, gone, fetched, small) if isinstance(m, RunFailed)]
    assert len(said) == 4
    assert "has no weights" in said[0]
    assert "there is no weights file" in said[1]
    assert "can't be fetched" in said[2]
    assert said[3] == "InceptionV3 needs images of at least 75 px"


def test_transfer_learns_on_features_computed_once(trainer: Trainer, make_run: MakeRun) -> None:
    changes = {"model": "MobileNetV2", "untrained": True, "image_size_px": 32}
    heard = trainer.train(make_run("plain", policy=None, epochs=2, **changes))
    prepared = [m.what for m in heard if type(m).__name__ == "Preparing"]
    assert "features of training" in prepared
    assert isinstance(heard[-1], RunDone)
    augmented = trainer.train(make_run("augmented", epochs=1, **changes))
    assert isinstance(augmented[-1], RunDone)
    assert "features of training" not in [getattr(m, "what", "") for m in augmented]


def test_an_own_model_is_trained_in_safe_mode(trainer: Trainer, make_run: MakeRun) -> None:
    first = make_run("first", epochs=1)
    trainer.train(first)
    own = first / BEST
    taken = trainer.train(make_run("own", model=str(own), epochs=1, normalisation=Scaling.NONE))
    assert isinstance(taken[-1], RunDone)
    unsafe = first / "unsafe.keras"
    _add_code(own, unsafe)
    (first / "damaged.keras").write_bytes(b"nothing")
    said = []
    for name, changes in (
        ("unsafe", {}), ("damaged", {}), ("missing", {}), ("best", {"image_size_px": 32}),
        ("best", {"class_names": ("a", "b", "c", "d")}),
    ):  # fmt: skip
        model = str(first / f"{name}.keras")
        end = trainer.train(make_run(f"{name}{len(said)}", model=model, **changes))[-1]
        assert isinstance(end, RunFailed)
        said.append(end.reason)
    assert said[0] == "unsafe.keras holds code and was not loaded"
    assert said[1] == "damaged.keras can't be read as a Keras model"
    assert said[2].startswith("there is no model file")
    assert "not images of 32 x 32 px" in said[3]
    assert "not a figure for each of 4 classes" in said[4]


def _add_code(source: Path, target: Path) -> None:
    """Turn a ReLU of a saved model into a Lambda with code."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "config.json":
                config = json.loads(data)
                layer = next(x for x in config["config"]["layers"] if x["class_name"] == "ReLU")
                code = {"code": "AAAA", "defaults": None, "closure": None}
                function = {"class_name": "__lambda__", "config": code}
                layer |= {"class_name": "Lambda", "module": "keras.layers"}
                layer["config"] = {"name": layer["name"], "function": function}
                data = json.dumps(config).encode()
            new.writestr(name, data)


def test_a_killed_child_is_told_and_its_run_goes_on(
    trainer: Trainer, make_run: MakeRun, own_trainer: Callable[[], Trainer]
) -> None:
    victim = own_trainer()
    folder = make_run(epochs=LONG)
    victim.child.send(Train(str(folder)))
    for _ in range(2):
        victim.read(EpochDone)
    os.kill(victim.child.pid, signal.SIGKILL)
    with pytest.raises(ProcessExited, match="ended by SIGKILL"):
        victim.read(RunDone)
    known = read_history(folder)
    assert len(known) >= 2
    text = (folder / SPEC).read_text()
    (folder / SPEC).write_text(text.replace(str(LONG), str(len(known) + 2)))
    heard = trainer.train(folder)
    started = next(m for m in heard if isinstance(m, Started))
    # The checkpoint is written a moment before the state that was read here.
    assert started.epochs_done in (len(known), len(known) + 1)
    done = heard[-1]
    assert isinstance(done, RunDone)
    assert done.epochs == len(known) + 2
    assert read_history(folder)[: len(known)] == known
    best = max(read_history(folder), key=lambda e: (e.sel_accuracy, -(e.sel_loss or 0)))
    assert done.best_epoch == best.epoch


def test_a_child_ended_while_tracing_leaves_a_run_that_starts(
    trainer: Trainer, make_run: MakeRun, own_trainer: Callable[[], Trainer]
) -> None:
    victim = own_trainer()
    folder = make_run(epochs=1)
    victim.child.send(Train(str(folder)))
    victim.read(Started)
    os.kill(victim.child.pid, signal.SIGTERM)
    with pytest.raises(ProcessExited, match="ended by SIGTERM"):
        victim.read(RunDone)
    assert not (folder / CHECKPOINT).exists()
    assert isinstance(trainer.train(folder)[-1], RunDone)


def test_a_child_ends_with_its_parent(make_run: MakeRun) -> None:
    folder = make_run(epochs=LONG)
    script = (
        "import sys; from inspector.subprocesses import ChildProcess;"
        "from inspector.training_protocol.messages import TRAINER, EpochDone, Train;"
        f"c = ChildProcess(TRAINER); c.send(Train({str(folder)!r}));"
        "print(c.pid, flush=True)\n"
        "while not isinstance(c.receive(), EpochDone): pass\n"
        "print('going', flush=True)\n"
        "while True: c.receive()"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert parent.stdout.readline() == "going\n"
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 30
    while _lives(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _lives(pid)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_failure_is_told_and_the_child_stays(trainer: Trainer, make_run: MakeRun) -> None:
    folder = make_run()
    (folder / CHECKPOINT).write_bytes(b"nothing")
    damaged = trainer.train(folder)[-1]
    assert isinstance(damaged, RunFailed)
    assert damaged.reason == "the checkpoint of run is damaged"
    missing = trainer.train(folder.parent / "missing")[-1]
    assert isinstance(missing, RunFailed)
    wild = trainer.train(make_run("wild", learning_rate=1e30, epochs=3))[-1]
    assert isinstance(wild, RunFailed)
    assert wild.reason == "the loss is no longer a number"
