"""Draw random confirmed pairs of any dataset on contact sheets, to be judged by eye.

    python bench/confirmed_sheets.py DATASET OUT_DIR [--pairs 40] [--decoys 0] [--seed 7]
                                     [--embedding]

Scans the dataset as the program does, prints how many confirmed pairs are expected to be false, and
writes sheets that show numbers alone, in random order. Identical images are left out.
--decoys mixes in the most similar pairs that are not confirmed. DATASET-truth.csv says what each
number is: open it after each pair is judged.
--embedding draws the pairs alone that are confirmed only with the embedding's neighbours.
"""

import argparse
import csv
import tempfile
from pathlib import Path

import numpy as np

from contact_sheets import draw_blind
from inspector.project.project import Project


def main() -> None:
    """Draw the sheets."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("dataset", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--decoys", type=int, default=0)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--embedding", action="store_true")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        project = Project(asked.dataset, Path(folder) / "p.inspector")
        project.scans.scan()
        known: set[tuple[int, int]] = set()
        if asked.embedding:
            known = {edge[:2] for edge in _confirmed(project)}
            project.embeddings.complete()
            project.scans.scan()
        print(project.false_pairs.text())
        index = project.duplicates.index()
        confirmed = [edge for edge in _confirmed(project) if edge[:2] not in known]
        below = [edge for edge in index.edges if edge[3] < index.threshold]
        files = {s.id: asked.dataset / s.path for s in project.samples.everything()}
        project.close()
    draw = np.random.default_rng(asked.seed)
    chosen = [confirmed[row] for row in draw.permutation(len(confirmed))[: asked.pairs]]
    print(f"{len(chosen)} of {len(confirmed)} confirmed pairs")
    # Most similar first.
    chosen += below[: asked.decoys]
    shown = [chosen[row] for row in draw.permutation(len(chosen))]
    with (asked.out / f"{asked.dataset.name}-truth.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(("number", "confirmed", "similarity", "a", "b"))
        for number, (a, b, _, similarity) in enumerate(shown, 1):
            level = similarity >= index.threshold
            rows.writerow((number, level, f"{similarity:.3f}", files[a], files[b]))
    draw_blind(asked.dataset.name, asked.out, [(files[a], files[b], t) for a, b, t, _ in shown])


def _confirmed(project: Project) -> list[tuple[int, int, int, float]]:
    index = project.duplicates.index()
    return [edge for edge in index.edges if edge[3] >= index.threshold]


if __name__ == "__main__":
    main()
