"""Hugging Face imagefolder: metadata.csv, .jsonl or .parquet with a file_name column."""

from pathlib import Path

from inspector.dataset.layouts.candidate import LABEL_FILE, LayoutCandidate, coverage, listed
from inspector.dataset.layouts.columns import understand
from inspector.dataset.layouts.label_table import Understood, places_of
from inspector.dataset.layouts.model import Choice, Kind
from inspector.dataset.layouts.tables import Table, read_csv, read_json_lines, read_parquet
from inspector.dataset.layouts.tree import Tree
from inspector.errors import DatasetError

NAMES = ("metadata.csv", "metadata.jsonl", "metadata.parquet")
# Source: the loader of imagefolder: the column is file_name, or ends with _file_name.
COLUMN = "file_name"


def recognise(
    root: Path, tree: Tree, choice: Choice
) -> tuple[list[LayoutCandidate], list[DatasetError]]:
    """Read the metadata files of a dataset, one per split or one for all."""
    understood: list[Understood] = []
    errors: list[DatasetError] = []
    for file in tree.files(*NAMES):
        if file.rpartition("/")[2] not in NAMES:
            continue
        try:
            table = _read(root, file)
            columns = table and understand(tree, table, label_column=choice.label_column)
        except DatasetError as error:
            errors.append(error)
            continue
        if table and columns and any(c.endswith(COLUMN) for c in table.columns):
            understood.append(Understood(table, columns))
    if not understood:
        return [], errors
    columns = understood[0].columns
    names = [understood[0].table.columns[i] for i in (*columns.labels, *columns.flags)]
    if choice.label_column:
        names = [choice.label_column]
    variants = []
    for position, name in enumerate(dict.fromkeys(names)):
        places = places_of(root, tree, understood, name)
        first = understood[0].table.file
        layout = listed(tree, places, kind=Kind.HUGGING_FACE, label_file=first, sure=len(names) < 3)
        text = f"Hugging Face imagefolder ({first}, class in {name})"
        score = LABEL_FILE * coverage(tree, places) ** 0.5 * 0.97**position
        variants.append(LayoutCandidate(layout, score, text, label_column=name))
    return variants, errors


def _read(root: Path, file: str) -> Table | None:
    match file.rpartition(".")[2]:
        case "csv":
            return read_csv(root, file)
        case "jsonl":
            return read_json_lines(root, file)
        case _:
            return read_parquet(root, file)
