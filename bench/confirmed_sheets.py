"""Draw random confirmed pairs of any dataset on contact sheets, to be judged by eye.

    python bench/confirmed_sheets.py DATASET OUT_DIR [--pairs 40] [--seed 7] [--embedding]

Scans the dataset as the program does, prints how many confirmed pairs are expected to be false, and
writes sheets in an order that says nothing of similarity. Identical images are left out.
--embedding draws the pairs alone that are confirmed only with the embedding's neighbours.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from contact_sheets import draw_pairs
from inspector.project.project import Project
from inspector.similarity.verification import Pairs


def main() -> None:
    """Draw the sheets."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("dataset", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--pairs", type=int, default=40)
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
        edges = [edge for edge in _confirmed(project) if edge[:2] not in known]
        ids = sorted({end for edge in edges for end in edge[:2]})
        row = {sample: place for place, sample in enumerate(ids)}
        samples = {s.id: s.path for s in project.samples.by_ids(ids)}
        project.close()
    columns = list(zip(*edges, strict=True)) or [(), (), (), ()]
    pairs = Pairs(
        np.array([row[a] for a in columns[0]], np.int32),
        np.array([row[b] for b in columns[1]], np.int32),
        np.array(columns[2], np.uint8), np.array(columns[3], np.float32),
    )  # fmt: skip
    chosen = np.random.default_rng(asked.seed).permutation(len(edges))[: asked.pairs]
    print(f"{len(chosen)} of {len(edges)} confirmed pairs")
    files = [asked.dataset / samples[sample] for sample in ids]
    draw_pairs(asked.dataset.name, asked.out, files, pairs, chosen)


def _confirmed(project: Project) -> list[tuple[int, int, int, float]]:
    index = project.duplicates.index()
    return [edge for edge in index.edges if edge[3] >= index.threshold]


if __name__ == "__main__":
    main()
