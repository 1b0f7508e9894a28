"""Label tables: a file column with a label column, one-hot columns or several label columns."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from inspector.dataset.layouts.candidate import (
    TABLE,
    LayoutCandidate,
    coverage,
    folder_split,
    listed,
)
from inspector.dataset.layouts.class_names import readable
from inspector.dataset.layouts.columns import Columns, is_set, names_label, understand
from inspector.dataset.layouts.model import Choice, Kind, Location, located
from inspector.dataset.layouts.tables import Table, read_blanks, read_csv
from inspector.dataset.layouts.tree import MANY_FILES, Tree
from inspector.dataset.layouts.words import normal_split, split_of
from inspector.errors import DatasetError

# More files than these are no label tables but one text file per image.
MAX_FILES = 40
_TEXTS = ("label", "annot", "attr", "partition", "list", "class")
# Source: CelebA's list_eval_partition.txt.
PARTITION = {"0": "training", "1": "validation", "2": "test"}
_SEPARATORS = ("|", ";", ",", " ")
NO_LABEL = "no label in {}"


@dataclass(frozen=True, slots=True)
class Understood:
    """A table and the meaning of its columns."""

    table: Table
    columns: Columns


def recognise(
    root: Path, tree: Tree, choice: Choice
) -> tuple[list[LayoutCandidate], list[DatasetError]]:
    """Read the tables beside and above the images; tables of one shape are read together.

    Returns:
        The candidates, and the errors of files that could not be read.
    """
    shapes: dict[tuple[str, ...], list[Understood]] = defaultdict(list)
    errors: list[DatasetError] = []
    for file in _candidates(tree):
        try:
            table = _read(root, file)
            columns = table and understand(tree, table, label_column=choice.label_column)
        except DatasetError as error:
            errors.append(error)
            continue
        if table and columns:
            shapes[_shape(table, columns)].append(Understood(table, columns))
    variants: list[LayoutCandidate] = []
    for tables in shapes.values():
        variants += from_tables(root, tree, tables)
    if len(shapes) > 1 and (joined := _joined(root, tree, list(shapes.values()))):
        variants.append(joined)
    return variants, errors


def from_tables(root: Path, tree: Tree, tables: Sequence[Understood]) -> list[LayoutCandidate]:
    """Return the candidates of tables of one shape: one per possible class column."""
    tables = _of_splits(tables)
    first = tables[0]
    variants = []
    if first.columns.one_hot:
        variants.append(_candidate(root, tree, tables, None))
    columns = [first.table.columns[i] for i in first.columns.labels]
    if not columns and not first.columns.one_hot:
        columns = [first.table.columns[i] for i in first.columns.flags]
    for place, name in enumerate(columns[:50]):
        one = _candidate(root, tree, tables, name)
        variants.append(
            LayoutCandidate(
                one.layout, one.score * 0.97**place, one.text, label_column=one.label_column
            )
        )
    return variants


def places_of(
    root: Path, tree: Tree, tables: Sequence[Understood], column: str | None
) -> dict[str, Location]:
    """Place each image that the tables name; of several rows the most frequent class wins."""
    places: dict[str, Location] = {}
    votes: dict[str, dict[str, int]] = defaultdict(dict)
    for one in tables:
        table, columns = one.table, one.columns
        labels = _labels(root, tree, one, column)
        splits = _splits(table, columns)
        groups = table.cells[columns.group] if columns.group is not None else None
        own = split_of(table.file.rpartition("/")[2]) or folder_split(table.file)
        reason = NO_LABEL.format(table.file)
        for row, path in enumerate(columns.paths):
            if not path:
                continue
            label = labels[row]
            if label:
                votes[path][label] = votes[path].get(label, 0) + 1
                label = max(votes[path], key=votes[path].__getitem__)
            split = (splits[row] if splits else "") or folder_split(path) or own
            source = groups[row] if groups else ""
            places[path] = located(split, label, source, "" if label else reason)
    return places


def _of_splits(tables: Sequence[Understood]) -> Sequence[Understood]:
    """Leave out tables without a split beside tables of splits: GTSRB's Meta.csv of pictograms."""
    named = [one for one in tables if split_of(one.table.file.rpartition("/")[2])]
    return named if len(named) > 1 else tables


def _candidates(tree: Tree) -> list[str]:
    """List files that may be label tables, nearest to the top first."""
    tables = tree.files(".csv", ".tsv", ".tab")
    texts = [
        file
        for file in tree.files(".txt", most=MANY_FILES)
        if any(word in file.lower() for word in _TEXTS) and not split_of(file.rpartition("/")[2])
    ]
    return [f for f in tables if len(tables) <= 500][:MAX_FILES] + texts[:MAX_FILES]


def _read(root: Path, file: str) -> Table | None:
    table = read_csv(root, file)
    if table is None and file.endswith(".txt"):
        table = read_blanks(root, file)
    if table is not None and not table.has_header and "partition" in file.rpartition("/")[2]:
        table = replace(table, columns=("file", "partition", *table.columns[2:]))
    return table


def _shape(table: Table, columns: Columns) -> tuple[str, ...]:
    """Return what tables that are read together have in common."""
    if columns.one_hot:
        return ("one-hot", *(table.columns[i] for i in columns.one_hot))
    labels = columns.labels or columns.flags
    return (table.columns[columns.file], *(table.columns[i] for i in labels[:1]))


def _candidate(
    root: Path, tree: Tree, tables: Sequence[Understood], column: str | None
) -> LayoutCandidate:
    places = places_of(root, tree, tables, column)
    files = [one.table.file for one in tables]
    table, columns = tables[0].table, tables[0].columns
    several = column is not None and not columns.labels
    known = column is None or names_label(table, table.columns.index(column))
    known = known or (not table.has_header and len(columns.labels) == 1)
    weight = (TABLE if known else 0.62) * (0.6 if several else 1.0)
    kind = Kind.ONE_HOT if column is None else Kind.TABLE
    label_file = files[0] if len(files) == 1 else f"{files[0]} and {len(files) - 1} more"
    joined = _joined_labels(places)
    layout = listed(
        tree, places, kind=kind, label_file=label_file, sure=known and not several and not joined,
        notes=(joined,) if joined else (),
    )  # fmt: skip
    name = "one-hot columns" if column is None else f"class in {column}"
    text = f"label table {label_file} (file in {table.columns[columns.file]}, {name})"
    share = sum(1 for path in columns.paths if path) / max(1, len(columns.paths))
    # A table that also lists absent test images still covers all that is here.
    score = weight * coverage(tree, places) ** 0.5 * (0.7 + 0.3 * share)
    return LayoutCandidate(layout, score, text, label_column=column or "")


def _joined_labels(places: Mapping[str, Location]) -> str:
    """Return a note if cells join several labels, such as "Cardiomegaly|Effusion"; else ""."""
    labels = {p.label for p in places.values()}
    for separator in _SEPARATORS:
        for label in sorted(labels):
            parts = [part.strip() for part in label.split(separator)]
            # "hot dog" beside "dog" is one label.
            known = all if separator == " " else any
            if len(parts) > 1 and known(part in labels for part in parts):
                return f'Cells join several labels ("{label}"): each combination counts as a class.'
    return ""


def _labels(root: Path, tree: Tree, one: Understood, column: str | None) -> list[str]:
    table, columns = one.table, one.columns
    if column is None:
        names = [table.columns[i].strip() for i in columns.one_hot]
        cells = [table.cells[i] for i in columns.one_hot]
        known = {cell: is_set(cell) for column in cells for cell in set(column)}
        rows = zip(*cells, strict=True)
        held = [[n for n, c in zip(names, row, strict=True) if known[c]] for row in rows]
        return [one[0] if len(one) == 1 else "" for one in held]
    if column not in table.columns:
        return [""] * table.rows
    position = table.columns.index(column)
    values = table.cells[position]
    if position in columns.flags:
        name = column.strip()
        return [name if is_set(v) else f"not {name}" for v in values]
    return readable(root, tree, table.file, values, columns.paths)


def _splits(table: Table, columns: Columns) -> list[str]:
    if columns.split is not None:
        name = table.columns[columns.split]
        cells = table.cells[columns.split]
        if "partition" in name.lower():
            return [PARTITION.get(c, "") for c in cells]
        numbers = all(c.isdigit() for c in cells if c)
        return [f"{name} {c}" if numbers and c else normal_split(c) for c in cells]
    if columns.training_flag is not None:
        return ["training" if is_set(c) else "test" for c in table.cells[columns.training_flag]]
    return []


def _joined(root: Path, tree: Tree, shapes: list[list[Understood]]) -> LayoutCandidate | None:
    """Join a table of splits with the labels of another table: CelebA's partition."""
    sides = [t[0] for t in shapes if t[0].columns.split is not None and not _has_labels(t[0])]
    readings = [c for t in shapes if _has_labels(t[0]) for c in from_tables(root, tree, t)]
    if not sides or not readings:
        return None
    best = max(readings, key=lambda c: c.score)
    table, columns = sides[0].table, sides[0].columns
    splits = dict(zip(columns.paths, _splits(table, columns), strict=True))
    places = {
        path: located(splits.get(path, p.split), p.label, p.source, p.reason)
        for path, p in best.layout.listed.items()
    }
    kind, label_file = best.layout.kind, best.layout.label_file
    layout = listed(tree, places, kind=kind, label_file=label_file, sure=best.layout.sure)
    text = f"{best.text}, splits in {table.file}"
    return LayoutCandidate(layout, best.score * 1.02, text, label_column=best.label_column)


def _has_labels(one: Understood) -> bool:
    return bool(one.columns.labels or one.columns.one_hot or one.columns.flags)
