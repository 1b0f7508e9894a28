"""Write scikit-learn's digits out as images, a folder for each class.

    pip install scikit-learn
    python bench/digits.py DIR

1,797 scans of 8x8 pixels and 17 levels become grey PNGs of 32x32, smoothly enlarged.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image


def main(folder: Path) -> None:
    """Write all of them."""
    from sklearn.datasets import load_digits

    found = load_digits()
    for number, (pixels, label) in enumerate(zip(found.images, found.target, strict=True)):
        small = Image.fromarray((pixels * (255 / 16)).astype(np.uint8))
        target = folder / str(label)
        target.mkdir(parents=True, exist_ok=True)
        large = small.resize((32, 32), Image.Resampling.BICUBIC)
        large.save(target / f"{label}-{number:04}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
