"""Read and write the files of a run's folder."""

import contextlib
import os
from pathlib import Path

import msgspec

from inspector.errors import DatasetError, TrainingError
from inspector.input_files import read_json
from inspector.training_protocol.messages import EpochDone

SPEC = "spec.json"


STATE = "state.json"


BEST = "best.keras"


LAST = "last.keras"


CHECKPOINT = "checkpoint.npz"


PREDICTIONS_BEST = "predictions_best.csv"


PREDICTIONS_LAST = "predictions_last.csv"


PREDICTION_FIELDS = ("path", "label", "predicted", "confidence")


CARD = "card.json"


CARD_TEXT = "card.md"


ENDED = "ended.json"


def write_whole(file: Path, text: str) -> None:
    """Write a text file atomically: a crash leaves either the old content or the new."""
    part = file.with_name(file.name + ".part")
    try:
        with part.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


class _State(msgspec.Struct, frozen=True):
    """The part of a run's state that is read here."""

    history: tuple[EpochDone, ...]


def read_history(folder: Path) -> tuple[EpochDone, ...]:
    """Return the completed epochs of the run in `folder`; () before the first.

    Raises:
        TrainingError: The state can't be read.
    """
    if not os.path.lexists(folder / STATE):
        return ()
    advice = "Resume the run: the file is written again."
    try:
        return read_json(folder / STATE, _State, what="state", advice=advice).history
    except DatasetError as error:
        raise TrainingError(
            f"the run {folder.name} has no readable {STATE}: {error}", advice
        ) from error


class Ending(msgspec.Struct, frozen=True):
    """How a run ended that is not done: its state, the reason and an advice."""

    state: str
    reason: str
    advice: str


def read_ending(folder: Path) -> Ending | None:
    """Return how the run in `folder` ended; None if it did not, or that can't be read."""
    try:
        return read_json(folder / ENDED, Ending, what="ending", advice="")
    except DatasetError:
        return None
