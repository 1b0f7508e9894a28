"""Advice on a policy, and images at training size, without a project."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inspector.augmentation.apply import augment
from inspector.augmentation.lint import Advice, lint
from inspector.augmentation.policy import Policy
from inspector.dataset.decoding import read_file
from inspector.dataset.training_decode import decode_square
from inspector.dataset.user_files import check_outside, user_path
from inspector.errors import DatasetError, ExportError, UsageError

SIDE_PX = 224


def square(file: Path, *, side_px: int = SIDE_PX) -> tuple[NDArray[np.uint8], str]:
    """Return an image at training size, uint8 (side, side, 3), and its id.

    Raises:
        DatasetError: The file can't be read.
    """
    try:
        data = read_file(str(file))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DatasetError(f"{file} can't be read: {reason}", "Check the path.") from None
    try:
        pixels = decode_square(data, name=file.name, side_px=side_px)
    except Exception as error:  # decoders raise almost any exception for a hostile file
        raise DatasetError(f"{file} can't be decoded as an image", "Take another.") from error
    return pixels, hashlib.sha256(data).hexdigest()


def advise(
    policy: Policy, pictures: Sequence[Path], keras: str = "", *,
    sizes: Sequence[tuple[int, int]] = (),
) -> list[Advice]:  # fmt: skip
    """Return the advice on a policy; image files are read at training size.

    Args:
        policy: The policy.
        pictures: Image files.
        keras: Version that will run it, "" for our own function.
        sizes: (height, width) of the images at training size, if there are no files.

    Raises:
        DatasetError: An image can't be read.
    """
    read = [square(p)[0] for p in pictures]
    return lint(policy, keras_version=keras or None, pictures=read, sizes=sizes)


def preview(  # noqa: PLR0913 - what training would be told too
    policy: Policy,
    image: Path,
    folder: Path,
    *,
    seed: int,
    epoch: int,
    count: int,
    side_px: int,
    datasets: Sequence[Path] = (),
) -> list[Path]:
    """Write what training reads of an image: file k is that of epoch `epoch` + k.

    Args:
        datasets: Folders that are never written to, beside the image's own.

    Raises:
        DatasetError: The image can't be read.
        ExportError: The folder lies inside a dataset, or can't be written.
        UsageError: A number is out of range.
    """
    if count < 1 or not 8 <= side_px <= 4096 or epoch < 0 or seed < 0:
        raise UsageError(
            "-n must be 1 or more, the size 8 to 4096, seed and epoch 0 or more", "Check them."
        )
    pixels, identity = square(image, side_px=side_px)
    written = []
    roots = (image.absolute().parent, *datasets)
    check_outside(folder, *roots, what="preview")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(f"{folder} can't be written: {error}", "Choose another folder.") from None
    for k in range(count):
        shown = augment(pixels, policy, seed=seed, epoch=epoch + k, image_id=identity)
        file = folder / f"{image.stem}-seed{seed}-epoch{epoch + k:04d}.png"
        with user_path(file, *roots, what="preview", replace=True) as partial:
            Image.fromarray(shown).save(partial, format="PNG")
        written.append(file)
    return written
