"""The sample of the Start page: a generated dataset with known flaws, created once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from inspector.demo.dataset import make_demo, truth_path
from inspector.demo.images import CLASSES, DAYLIGHT, Pixels, paint_scene, take_frame
from inspector.desktop.paths import samples_folder
from inspector.errors import DatasetError
from inspector.work.jobs import Progress, Stop

IMAGES = 600
SEED = 1


class _StoppedError(Exception):
    """The user stopped the creation."""


def paint_some(images: int) -> Iterator[Pixels]:
    """Yield RGB images (h, w, 3), uint8, as the sample has them, of one class after the other."""
    for number in range(images):
        rng = np.random.default_rng([SEED, number])
        scene = paint_scene(rng, CLASSES[number % len(CLASSES)])
        yield take_frame(rng, scene, light=DAYLIGHT, moved=False)


def make_sample(progress: Progress, stop: Stop) -> Path | None:
    """Return the sample's folder, created if missing; None if stopped.

    It is written under another name and renamed at the end, so that an interrupted one is never
    taken for the sample.

    Args:
        progress: Reports the phase and each image.
        stop: Set from any thread to end soon.

    Raises:
        DatasetError: It can't be written.
    """
    folder = samples_folder() / "sample"
    if folder.is_dir():
        return folder
    unfinished = folder.with_name("sample.unfinished")
    progress.start("making the sample", IMAGES)

    def wrote() -> None:
        progress.advance()
        if stop.is_set():
            raise _StoppedError

    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        make_demo(unfinished, seed=SEED, images=IMAGES, wrote=wrote)
        truth_path(unfinished).replace(truth_path(folder))
        unfinished.rename(folder)
    except _StoppedError:
        shutil.rmtree(unfinished, ignore_errors=True)
        return None
    except OSError as error:
        raise DatasetError(
            f"the sample can't be made: {error}", f"Check room and permissions of {folder.parent}."
        ) from error
    return folder
