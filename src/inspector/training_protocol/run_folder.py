"""Read and write the files of a run's folder."""

import contextlib
import json
import os
from pathlib import Path

import msgspec

from inspector.errors import TrainingError
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
    try:
        return msgspec.convert(json.loads((folder / STATE).read_text("utf-8")), _State).history
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, RecursionError) as error:
        raise TrainingError(
            f"the run {folder.name} has no readable {STATE}: {error}",
            "Resume the run: the file is written again.",
        ) from error
