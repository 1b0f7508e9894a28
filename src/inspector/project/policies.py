"""Policies: what training will see of a picture, and what there is to say of it."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inspector.augmentation.apply import augment
from inspector.augmentation.keras_code import parse_code
from inspector.augmentation.lint import Advice, lint
from inspector.augmentation.policies import read_policy
from inspector.augmentation.terms import Policy
from inspector.dataset.squares import decode_square
from inspector.errors import DatasetError, ExportError, UsageError

SIDE_PX = 224


def load_policy(file: Path) -> Policy:
    """Read a policy file: JSON with ImageDataGenerator's names, or the product's own form.

    Raises:
        UsageError: It can't be read, or is no policy.
    """
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the policy {file} can't be read: {error}", "Check the path.") from None
    return read_policy(text)


def policy_of_code(text: str, keras: str = "") -> Policy:
    """Read a policy from Keras code, without running it.

    Raises:
        UsageError: It holds no augmentation that can be read.
    """
    return parse_code(text, keras_version=keras or None)


def square(file: Path, *, side_px: int = SIDE_PX) -> tuple[NDArray[np.uint8], str]:
    """Return a picture as training reads it, uint8 (side, side, 3), and its id.

    Raises:
        DatasetError: The file can't be read.
    """
    try:
        data = file.read_bytes()
        pixels = decode_square(data, name=file.name, side_px=side_px)
    except OSError as error:
        raise DatasetError(f"{file} can't be read: {error.strerror}", "Check the path.") from None
    except Exception as error:  # decoders raise nearly anything for a hostile file
        raise DatasetError(f"{file} is no picture that can be decoded", "Take another.") from error
    return pixels, hashlib.sha256(data).hexdigest()


def advise(policy: Policy, pictures: Sequence[Path], keras: str = "") -> list[Advice]:
    """Return what there is to say of a policy, measured on pictures where there are any.

    Raises:
        DatasetError: A picture can't be read.
    """
    read = [square(p)[0] for p in pictures]
    return lint(policy, keras_version=keras or None, pictures=read)


def preview(  # noqa: PLR0913 - what training would be told too
    policy: Policy, image: Path, folder: Path, *, seed: int, epoch: int, count: int, side_px: int
) -> list[Path]:
    """Write what training reads of a picture: picture k is that of epoch `epoch` + k.

    Raises:
        DatasetError: The picture can't be read.
        ExportError: The folder can't be written.
        UsageError: A number is out of range.
    """
    if count < 1 or not 8 <= side_px <= 4096 or epoch < 0 or seed < 0:
        raise UsageError(
            "-n must be 1 or more, the size 8 to 4096, seed and epoch 0 or more", "Check them."
        )
    pixels, identity = square(image, side_px=side_px)
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for k in range(count):
            shown = augment(pixels, policy, seed=seed, epoch=epoch + k, image_id=identity)
            file = folder / f"{image.stem}-seed{seed}-epoch{epoch + k:04d}.png"
            Image.fromarray(shown).save(file, format="PNG")
            written.append(file)
    except OSError as error:
        raise ExportError(f"{folder} can't be written: {error}", "Choose another folder.") from None
    return written
