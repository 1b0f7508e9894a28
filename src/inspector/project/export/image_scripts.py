"""Scripts that load decisions and labels into FiftyOne and cleanlab, with their data beside."""

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from inspector.dataset.user_files import check_outside, user_file
from inspector.errors import DatasetError, ExportError
from inspector.project.context import ProjectContext
from inspector.project.diagnosis.labels import LabelEvidence, Labels
from inspector.project.review.duplicates import Duplicates
from inspector.project.review.group_names import group_names
from inspector.project.review.groups import Groups
from inspector.work.jobs import Progress, Stop

# Imports of the scripts: Python looks for a module in the script's own folder first.
_PACKAGES = frozenset((
    "cleanlab", "fiftyone", "json", "mlflow", "numpy", "pathlib", "sys", "tensorboard",
))  # fmt: skip
_HEAD = """import json
import pathlib

DATA = json.loads(pathlib.Path(__file__).with_suffix(".json").read_text("utf-8"))
ROOT = pathlib.Path(DATA["root"])
"""
FIFTY_ONE: Final = f'''"""Load a dataset with its decisions, groups and duplicates into FiftyOne."""
{_HEAD}

def samples():
    import fiftyone as fo

    for row in DATA["images"]:
        sample = fo.Sample(filepath=str(ROOT / row["path"]))
        sample.tags = [tag for tag in (row["split"], row["decision"]) if tag]
        sample["ground_truth"] = fo.Classification(label=row["new_label"] or row["label"])
        if row["new_label"]:
            sample["label_on_disk"] = fo.Classification(label=row["label"])
        if row["suggested"]:
            # The confidence is that of the models in the given label: low is suspect.
            sample["suspected_label"] = fo.Classification(
                label=row["suggested"], confidence=1 - row["score"]
            )
        sample["group_name"] = row["group"] or None
        sample["duplicate_cluster"] = row["cluster"] or None
        sample["reason"] = row["reason"] or None
        yield sample


def load(name=DATA["name"]):
    import fiftyone as fo

    dataset = fo.Dataset(name)
    dataset.add_samples(list(samples()))
    return dataset


if __name__ == "__main__":
    import fiftyone as fo

    fo.launch_app(load()).wait()
'''
CLEANLAB: Final = f'''"""Ask cleanlab for label issues, by probabilities out of fold by group."""
{_HEAD}

def issues():
    """Return (path, label, suggested, quality) of each label issue, the most suspect first."""
    import numpy as np
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores

    classes = DATA["classes"]
    rows = [row for row in DATA["images"] if row["probabilities"]]
    labels = np.array([classes.index(row["new_label"] or row["label"]) for row in rows])
    probabilities = np.array([row["probabilities"] for row in rows], float)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    quality = get_label_quality_scores(labels, probabilities)
    order = find_label_issues(labels, probabilities, return_indices_ranked_by="self_confidence")
    return [
        (rows[i]["path"], classes[labels[i]], classes[probabilities[i].argmax()], quality[i])
        for i in order
    ]


if __name__ == "__main__":
    decided = {{row["path"]: row["decision"] for row in DATA["images"] if row["decision"]}}
    for path, label, suggested, quality in issues():
        print(f"{{quality:.3f}}  {{label}} -> {{suggested}}  {{path}}  {{decided.get(path, '')}}")
'''


class ImageTool(StrEnum):
    """A program that a script loads a project's images and labels into."""

    FIFTY_ONE = "fiftyone"
    CLEANLAB = "cleanlab"


class ImageScripts:
    """Writes scripts for other programs."""

    def __init__(
        self, context: ProjectContext, duplicates: Duplicates, groups: Groups, labels: Labels
    ) -> None:
        self._context = context
        self._duplicates = duplicates
        self._groups = groups
        self._labels = labels

    def write(
        self,
        tool: ImageTool,
        file: Path,
        *,
        stop: Stop | None = None,
        progress: Progress | None = None,
    ) -> tuple[Path, Path]:
        """Write a script and its data, and return both paths.

        Baseline models judge the labels first, in a child process. Needs a finished scan.

        Raises:
            DatasetError: For cleanlab: there are too few images or classes.
            ExportError: A file lies inside the dataset, exists already, or can't be written; or it
                was stopped.
        """
        check_free_script(file, self._context.root)
        evidence = self._labels.evidence(
            stop=stop, progress=progress, probabilities=tool is ImageTool.CLEANLAB
        )
        if evidence is None:
            raise ExportError("the script was stopped", "Start it again.")
        probabilities = _probabilities(evidence) if tool is ImageTool.CLEANLAB else {}
        suspects = {one.sample.id: (one.suggested, one.score) for one in evidence.suspects}
        rows = self._groups.images()
        groups = group_names(self._groups, rows)
        clusters = {i: str(c) for i, c in self._duplicates.index().cluster_of.items()}
        images = []
        for s in rows:
            suggested, score = suspects.get(s.id, ("", 0.0))
            row = {
                "path": s.path, "split": s.split, "label": s.label, "new_label": s.new_label,
                "decision": s.mark, "reason": s.reason_decided, "group": groups.get(s.path, ""),
                "cluster": clusters.get(s.id, ""), "suggested": suggested, "score": score,
            }  # fmt: skip
            if tool is ImageTool.CLEANLAB:
                row["probabilities"] = probabilities.get(s.id, [])
            images.append(row)
        root = str(self._context.root)
        data = {"name": self._context.name, "root": root, "classes": evidence.classes}
        text = FIFTY_ONE if tool is ImageTool.FIFTY_ONE else CLEANLAB
        return write_script(file, text, data | {"images": images}, self._context.root)


def check_free_script(file: Path, root: Path) -> None:
    """Check that a script and its data can be written, before they are computed.

    Raises:
        ExportError: One lies inside the dataset or exists already, or the script is no .py or has
            the name of a package that it imports.
    """
    if file.suffix != ".py":
        raise ExportError(f"{file.name} is no Python file", "Name a file that ends with .py.")
    if file.stem in _PACKAGES:
        raise ExportError(
            f"a script named {file.name} would hide the package {file.stem} from itself",
            f"Name it load_{file.name}, for example.",
        )
    for one in (file, file.with_suffix(".json")):
        check_outside(one, root, what="script")
        if one.exists():
            raise ExportError(f"{one} exists already", "Name a file that does not exist yet.")


def write_script(file: Path, text: str, data: Mapping[str, Any], root: Path) -> tuple[Path, Path]:
    """Write a script, and its data as JSON beside it; return both paths.

    Raises:
        ExportError: A file lies inside the dataset, exists already, or can't be written.
    """
    beside = file.with_suffix(".json")
    with user_file(beside, root, what="data of the script") as stream:
        json.dump(data, stream, ensure_ascii=False)
    with user_file(file, root, what="script") as stream:
        stream.write(text)
    return file, beside


def _probabilities(evidence: LabelEvidence) -> dict[int, list[float]]:
    """Return the class probabilities of each image by sample id.

    Raises:
        DatasetError: There are too few images or classes.
    """
    if not len(evidence.probabilities) and evidence.ranking:
        raise DatasetError(
            f"the probabilities of {len(evidence.rows):,} images in {len(evidence.classes):,}"
            " classes are too many for a script",
            "Write the script for FiftyOne, which holds the suspects.",
        )
    if not len(evidence.probabilities):
        raise DatasetError(
            "there are too few images or classes to ask baseline models",
            "It needs two classes and about ten images.",
        )
    values = evidence.probabilities.round(5).tolist()
    return {s.id: row for s, row in zip(evidence.rows, values, strict=True)}
