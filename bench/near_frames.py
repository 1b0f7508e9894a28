"""Write CIFAR's automobiles and trucks as bursts of near-frames, with a folder to judge on.

    PYTHONPATH=src python bench/near_frames.py CIFAR DIR [--shifted] [--seed 0]

CIFAR is the unpacked set (train/CLASS/*.jpg). DIR/training holds 400 bursts, 200 a class, of five
near-frames each, named by burst. DIR/validation holds 400 other images of the same distribution;
with --shifted they are turned, magnified and tinted.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

import verdict_cases as cases

CLASSES = ("automobile", "truck")
BURSTS, FRAMES, FOLDER = 200, 5, 200


def main() -> None:
    """Write the images."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cifar", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shifted", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    words = parser.parse_args()
    rng = np.random.default_rng(words.seed)
    seen = cases.turned(30.0, 1.25)
    for name in CLASSES:
        files = sorted((words.cifar / "train" / name).glob("*.jpg"))
        chosen = rng.permutation(len(files))[: BURSTS + FOLDER].tolist()
        for side in ("training", "validation"):
            (words.folder / side / name).mkdir(parents=True)
        for burst, position in enumerate(chosen):
            picture = cv2.imread(str(files[position]))[..., ::-1]
            if burst >= BURSTS:
                picture = seen(picture) if words.shifted else picture
                _write(words.folder / "validation" / name / f"{name[0]}{burst:04}.png", picture)
                continue
            for frame in range(FRAMES):
                shown = picture if frame == 0 else cases.near_frame(picture, rng)
                file = f"{name[0]}{burst:04}-{frame}.png"
                _write(words.folder / "training" / name / file, shown)


def _write(file: Path, picture: cases.Pictures) -> None:
    cv2.imwrite(str(file), np.ascontiguousarray(picture[..., ::-1]))


if __name__ == "__main__":
    main()
