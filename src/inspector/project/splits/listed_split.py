"""A split from a list of files: a CSV with path and split, such as a locked one."""

from collections.abc import Sequence
from pathlib import Path

from inspector.audit.pitfalls import Pitfall
from inspector.code_reading.finding import HIGH, MIDDLE
from inspector.dataset.manifests import read_sides
from inspector.dataset.names import RelativePath, Split, parse_split
from inspector.errors import DatasetError
from inspector.project.splits.folder_split import two_sides
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import Membership, Rule, counts


def by_list(source: SplitSource, rule: Rule) -> Membership:
    """Return the membership by a list; images that it does not name are "not in the list".

    Raises:
        DatasetError: It can't be read, or leaves training or validation empty.
    """
    file = Path(rule.file)
    rows = source.samples.everything()
    # As with a Keras call, an unreadable file is in the split that names it.
    known = {s.path for s in rows if s.status not in ("ignored", "other")}
    sides: dict[Split, list[RelativePath]] = {}
    missing = []
    for path, side in read_sides(file, source.context.root):
        if path in known:
            sides.setdefault(side, []).append(path)
        else:
            missing.append(path)
    listed = {p for paths in sides.values() for p in paths}
    unlisted = [s.path for s in rows if counts(s) and s.path not in listed]
    training, validation, elsewhere = two_sides(sides)
    if not training or not validation:
        raise DatasetError(
            f"{file.name} puts no image of this dataset into training and validation",
            "Its paths are relative to the opened folder; its splits are training and validation.",
        )
    if unlisted:
        elsewhere[parse_split("not in the list", where=file.name)] = tuple(unlisted)
    pitfalls = _findings(training, validation, missing)
    return Membership(rule, training, validation, elsewhere, findings=tuple(pitfalls))


def _findings(
    training: tuple[str, ...], validation: tuple[str, ...], missing: Sequence[str]
) -> list[Pitfall]:
    pitfalls = []
    both = tuple(sorted({*training} & {*validation}))
    if both:
        pitfalls.append(
            Pitfall(
                "overlap", HIGH,
                f"{len(both):,} of {len(validation):,} validation files are training files too",
                "The list names them in training and in validation.",
                {"both": len(both), "validation": len(validation)}, both,
            )
        )  # fmt: skip
    if missing:
        pitfalls.append(
            Pitfall(
                "not_in_dataset", MIDDLE,
                f"{len(missing):,} files of the list are not images of this dataset",
                "They were"
                " renamed or removed, or its paths start elsewhere.",
                {"files": len(missing)}, tuple(missing),
            )
        )  # fmt: skip
    return pitfalls
