"""Plant what an export can remove, re-encode and cut all images alike, and look for it again.

    PYTHONPATH=src python bench/alike.py DATASET [--images 400]

One of two classes of random photos, 160 px, gets another JPEG quality, another format, or a black
border of 6 px; the probes of shortcuts look before, and after an export as JPEG and as PNG.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from inspector.audit.shortcuts.search import ProbeName
from inspector.project.project import Project
from inspector.work.reencoding import ImageFormat, Reencoding

SIDE_PX, BORDER_PX, JUDGED = 160, 6, 0.25
KINDS = {
    "quality": (ProbeName.FORMAT, ProbeName.DETAIL),
    "format": (ProbeName.FORMAT,),
    "border": (ProbeName.BORDER,),
}


def main() -> None:
    """Print accuracy and verdict of the probes before and after."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--images", type=int, default=400)
    arguments = parser.parse_args()
    files = sorted(arguments.dataset.rglob("*.jpg"))[: arguments.images]
    order = np.random.default_rng(0).permutation(len(files))
    with tempfile.TemporaryDirectory() as folder:
        for kind, probes in KINDS.items():
            root = Path(folder) / kind
            _plant(kind, [files[i] for i in order], root)
            project = Project(root, Path(folder) / f"{kind}.inspector")
            project.scans.scan()
            print(kind, "before:", _verdicts(project, probes), flush=True)
            borders = project.exports.borders()
            crop = borders.crop if borders is not None and kind == "border" else 0.0
            for image_format in ImageFormat:
                how = Reencoding(image_format, crop)
                out = Path(folder) / f"{kind}-{image_format.value}"
                project.exports.run(project.exports.plan(out, reencoding=how))
                again = Project(out, Path(folder) / f"{out.name}.inspector")
                again.scans.scan()
                print(f"  {how.text}:", _verdicts(again, probes), flush=True)
                again.close()
            project.close()


def _plant(kind: str, files: list[Path], root: Path) -> None:
    for number, file in enumerate(files):
        planted = number % 2 == 1
        with Image.open(file) as opened:
            pixels = np.array(opened.convert("RGB").resize((SIDE_PX, SIDE_PX)))
        if planted and kind == "border":
            for edge in (slice(None, BORDER_PX), slice(-BORDER_PX, None)):
                pixels[edge], pixels[:, edge] = 0, 0
        split = "validation" if number >= len(files) * (1 - JUDGED) else "training"
        ending = "png" if planted and kind == "format" else "jpg"
        target = root / split / ("one", "two")[number % 2] / f"{number:04}.{ending}"
        target.parent.mkdir(parents=True, exist_ok=True)
        quality = 60 if planted and kind == "quality" else 92
        options = {} if ending == "png" else {"quality": quality}
        Image.fromarray(pixels).save(target, **options)


def _verdicts(project: Project, probes: tuple[ProbeName, ...]) -> str:
    report = project.shortcuts.find()
    assert report is not None
    results = {finding.result.probe: finding.result for finding in report.findings}
    return "; ".join(
        f"{probe.value} {results[probe].accuracy:.2f}, {results[probe].verdict.value}"
        for probe in probes
    )


if __name__ == "__main__":
    main()
