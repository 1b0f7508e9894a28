"""What a run writes into its folder, each file atomically."""

import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inspector.dataset.csv_table import write_rows
from inspector.errors import TrainingError
from inspector.training_protocol.messages import EpochDone
from inspector.training_protocol.run_folder import (
    CARD,
    CARD_TEXT,
    CHECKPOINT,
    PREDICTION_FIELDS,
    STATE,
    write_whole,
)
from inspector.training_protocol.run_spec import (
    BACKBONES,
    OFFLINE_BACKBONES,
    RunSpec,
    SampleColumns,
)

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class State:
    """Progress of a run.

    Attributes:
        steps: Optimiser steps taken.
        best_epoch: 0 before the first epoch.
        best: Accuracy and negated loss on the selection holdout, compared in that order.
        history: Metrics of the complete epochs.
    """

    steps: int = 0
    best_epoch: int = 0
    best: tuple[float, float] = (-1.0, 0.0)
    history: tuple[EpochDone, ...] = ()


def save_checkpoint(folder: Path, state: State, variables: list[Array]) -> None:
    """Write state and variables into one file, so that they match after a kill at any moment."""
    text = json.dumps(asdict(state), indent=1)
    arrays: dict[str, Any] = {f"v{number:05}": array for number, array in enumerate(variables)}
    with replacing(folder / CHECKPOINT) as part, part.open("wb") as stream:
        np.savez(stream, state=np.frombuffer(text.encode(), np.uint8), **arrays)
        stream.flush()
        os.fsync(stream.fileno())
    write_whole(folder / STATE, text)


def load_checkpoint(folder: Path) -> tuple[State, list[Array]] | None:
    """Read the last checkpoint; None before the first.

    Raises:
        TrainingError: It is damaged.
    """
    try:
        with np.load(folder / CHECKPOINT, allow_pickle=False) as archive:
            text = archive["state"].tobytes().decode()
            variables = [archive[name] for name in sorted(archive.files) if name != "state"]
        raw = json.loads(text)
        raw["history"] = tuple(EpochDone(**epoch) for epoch in raw["history"])
        raw["best"] = tuple(raw["best"])
        state = State(**raw)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise TrainingError(
            f"the checkpoint of {folder.name} is damaged", "Start a new run with its settings."
        ) from error
    write_whole(folder / STATE, text)
    return state, variables


def save_model(file: Path, model: Any) -> None:
    """Write a .keras file atomically."""
    with replacing(file) as part:
        model.save(part)


def write_predictions(
    file: Path, samples: SampleColumns, classes: tuple[str, ...], probabilities: NDArray[np.float32]
) -> None:
    """Write one line per sample, in list order.

    Args:
        file: Target file.
        samples: The n samples.
        classes: Class names.
        probabilities: (n, classes), in the order of `samples`.
    """
    predicted = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    with (
        replacing(file) as part,
        part.open("w", encoding="utf-8", errors="surrogateescape", newline="") as stream,
    ):
        rows = zip(samples.paths, samples.labels, predicted, confidence, strict=True)
        write_rows(stream, [PREDICTION_FIELDS])
        write_rows(
            stream,
            (
                (path, classes[label], classes[guess], f"{sure:.6f}")
                for path, label, guess, sure in rows
            ),
        )


def write_card(folder: Path, spec: RunSpec, state: State, *, parameters: int) -> None:
    """Write the model card, as JSON and as a page to read."""
    best, last = state.history[state.best_epoch - 1], state.history[-1]
    counts = {n: len(getattr(spec, n)) for n in ("training", "selection", "validation")}
    card: dict[str, Any] = {
        "model": spec.model,
        "parameters": parameters,
        "classes": list(spec.class_names),
        "input": {
            "size_px": spec.image_size_px, "values": "0..255, RGB, EXIF orientation ignored",
            "resize": "bilinear", "normalisation": f"inside the model: {_scaling(spec)}",
        },
        "data": {"digest": spec.dataset_digest, "split": spec.split, "samples": counts},
        "training": {
            "seed": spec.seed, "policy": spec.policy, "batch_size": spec.batch_size,
            "learning_rate": spec.learning_rate, "budget": spec.budget,
            "epochs": len(state.history), "steps": state.steps,
            "weights": spec.weights, "untrained_backbone": spec.untrained,
        },
        "chosen_by": "selection accuracy" if spec.selection else "the last epoch",
        "best": asdict(best),
        "last": asdict(last),
        "versions": dict(spec.versions),
    }  # fmt: skip
    write_whole(folder / CARD, json.dumps(card, indent=1))
    write_whole(folder / CARD_TEXT, _page(folder.name, spec, card, (best, last)))


def _page(
    name: str, spec: RunSpec, card: dict[str, Any], epochs: tuple[EpochDone, EpochDone]
) -> str:
    best, last = epochs
    counts = card["data"]["samples"]
    lines = [
        f"# {name}",
        "",
        f"{spec.model}, {card['parameters']:,} parameters, {spec.image_size_px} px, "
        f"{len(spec.class_names)} classes: {', '.join(spec.class_names)}.",
        "",
        f"Trained on {counts['training']:,} images for {last.epoch} epochs "
        f"(seed {spec.seed}); weights chosen by {card['chosen_by']} "
        f"({counts['selection']:,} images); evaluated on {counts['validation']:,} validation"
        f" images.",
        "",
        "| | epoch | validation accuracy | validation loss | training accuracy |",
        "|---|---|---|---|---|",
        *(
            f"| {what} | {e.epoch} | {e.val_accuracy:.3f} | {e.val_loss:.3f} | {e.accuracy:.3f} |"
            for what, e in (("best", best), ("last", last))
        ),
        "",
        f"The model takes RGB pixels of 0..255 and normalises them itself ({_scaling(spec)}).",
    ]
    return "\n".join(lines) + "\n"


def _scaling(spec: RunSpec) -> str:
    trained = spec.model in (*BACKBONES, *OFFLINE_BACKBONES)
    return "as its backbone was trained" if trained else str(spec.normalisation)


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """Yield a temporary path that becomes `file` in one step.

    Raises:
        TrainingError: The file can't be written.
    """
    part = file.with_name(f"part-{file.name}")
    try:
        yield part
        part.replace(file)
    except OSError as error:
        raise TrainingError(
            f"{file.name} can't be written: {error.strerror or error}",
            "Free some space; the run can be resumed from its last epoch.",
        ) from error
    finally:
        part.unlink(missing_ok=True)
