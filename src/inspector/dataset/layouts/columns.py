"""Find the columns of a label table: file, class, split and group."""

from collections.abc import Sequence
from dataclasses import dataclass

from inspector.dataset.layouts.tables import Table
from inspector.dataset.layouts.tree import Tree
from inspector.dataset.layouts.words import normal_split, split_of, words

_SAMPLED = 200
_SPARSE = 10  # Every tenth of the sampled cells tells that a column names no image.
_MATCHED = 0.5
_BEST_LABELS = (
    "label", "labels", "class", "class_name", "classname", "label_name", "labelname", "category",
    "categories", "category_name", "target", "species", "breed", "diagnosis", "dx", "emotion",
    "disease", "class_label", "classes", "tag", "tags", "y", "name", "ground_truth", "finding",
    "finding_labels", "class_id", "classid", "label_id", "category_id", "articletype", "type",
    "predictionstring",
)  # fmt: skip
_NEVER_LABELS = frozenset((
    "path", "filepath", "filename", "file", "image", "url", "link", "width", "height", "date",
    "time", "split", "partition", "fold", "subset",
    "xmin", "ymin", "xmax", "ymax", "x1", "x2", "y1", "y2",
    "roi", "bbox", "age", "size", "index", "timestamp", "md5", "sha", "hash", "caption", "text",
    "usage", "description", "comment", "license", "author", "latitude", "longitude", "confidence",
))  # fmt: skip
_GROUPS = frozenset((
    "patient", "subject", "lesion", "group", "case", "video", "sequence", "session", "site",
    "individual", "person",
))  # fmt: skip
_MAX_SPLITS = 20
_MAX_FLAGS = 40
_ROLES = {"training", "validation", "test"}
_FLAGS = {"0": False, "1": True, "-1": False, "0.0": False, "1.0": True, "false": False,
          "true": True, "no": False, "yes": True}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Columns:
    """The meaning of a table's columns, by position; None where there is none.

    Attributes:
        labels: Columns that can be the class, likeliest first.
        one_hot: Columns of which exactly one is set per row.
        flags: Yes/no columns that don't exclude each other: several labels per image.
        training_flag: Yes/no column that marks training rows.
    """

    file: int
    labels: tuple[int, ...]
    one_hot: tuple[int, ...]
    flags: tuple[int, ...]
    split: int | None
    training_flag: int | None
    group: int | None
    paths: tuple[str, ...]


def understand(tree: Tree, table: Table, *, label_column: str = "") -> Columns | None:
    """Return the meaning of a table's columns; None if none of them names images here.

    Args:
        label_column: Class column that the user named.
    """
    file, near = _file_column(tree, table)
    if file is None:
        return None
    paths = tuple(tree.find(cell, near) for cell in table.cells[file])
    rest = [i for i in range(len(table.columns)) if i != file]
    flags = [i for i in rest if _is_flags(table.cells[i])]
    training = next((i for i in flags if _words(table, i) & {"train", "training"}), None)
    flags = [i for i in flags if i != training]
    split = next((i for i in rest if _is_split(table, i)), None)
    group = next((i for i in rest if _words(table, i) & _GROUPS), None)
    taken = {i for i in (split, training, group) if i is not None}
    labels = _label_columns(table, [i for i in rest if i not in taken])
    one_hot: tuple[int, ...] = ()
    if len(flags) > 1 and _exclusive(table, flags):
        one_hot = tuple(flags)
    else:
        flags = [i for i in flags if table.has_header and not names_label(table, i)]
    labels = tuple(i for i in labels if i not in flags)
    if label_column and label_column in table.columns:
        one_hot, labels = (), (table.columns.index(label_column),)
    elif label_column:
        one_hot, labels, flags = (), (), []
    if not labels and not one_hot and not flags and split is None:
        return None
    return Columns(file, labels, one_hot, tuple(flags), split, training, group, paths)


def is_set(cell: str) -> bool:
    """Tell whether a cell of a yes/no column says yes."""
    return _FLAGS.get(cell.lower(), False)


def names_label(table: Table, position: int) -> bool:
    """Tell whether a column's name says that it holds the class."""
    return _rank(table.columns[position]) < len(_BEST_LABELS)


def _file_column(tree: Tree, table: Table) -> tuple[int | None, tuple[str, ...]]:
    """Return the column that names most images, and the folders its names are relative to."""
    step = max(1, table.rows // _SAMPLED)
    own = split_of(table.file.rpartition("/")[2])
    meant = [
        f
        for f in tree.folders
        if f.count("/") < 2 and own and split_of(f.rpartition("/")[2]) == own
    ]
    near = tuple(dict.fromkeys((*meant, table.folder, "", table.folder.rpartition("/")[0])))
    best: tuple[tuple[float, int, int], int] | None = None
    for position, cells in enumerate(table.cells):
        sample = cells[::step]
        few = sample[::_SPARSE] if len(sample) >= _SAMPLED else sample
        if not any(cell and tree.find(cell, near) for cell in few):
            continue
        matched = [path for cell in sample if cell and (path := tree.find(cell, near))]
        if len(matched) < _MATCHED * len(sample) or not matched:
            continue
        named = bool(_words(table, position) & {"file", "filename", "filepath", "path", "image"})
        score = (len(set(matched)) / len(sample), named, -position)
        if best is None or score > best[0]:
            best = (score, position)
    return (best[1] if best else None), near


def _label_columns(table: Table, positions: Sequence[int]) -> tuple[int, ...]:
    """Return the columns that can hold a class, likeliest first."""
    scored = []
    for position in positions:
        cells = [cell for cell in table.cells[position] if cell]
        name = table.columns[position]
        rank = _rank(name)
        distinct = len(set(cells))
        if not cells or distinct < 2 or len(cells) < 0.3 * table.rows:
            continue
        # A class has several images: a column with nearly as many values as rows is an id.
        if distinct > max(2, len(cells) / 2):
            continue
        if rank == len(_BEST_LABELS) and (
            _words(table, position) & _NEVER_LABELS or _is_continuous(cells)
        ):
            continue
        readable = sum(not cell.lstrip("-").replace(".", "").isdigit() for cell in cells[:100])
        scored.append((_grade(rank), not readable, rank, distinct, position))
    return tuple(row[-1] for row in sorted(scored))


def _grade(rank: int) -> int:
    """Rank names that say "class" first, so that the readable one of two wins."""
    return 0 if rank < len(_BEST_LABELS) else 1


def _rank(name: str) -> int:
    plain = name.strip().lower().replace(" ", "_").replace("-", "_")
    if plain in _BEST_LABELS:
        return _BEST_LABELS.index(plain)
    parts = set(words(name))
    near = [i for i, known in enumerate(_BEST_LABELS[:14]) if known in parts and "id" not in parts]
    return min(near, default=len(_BEST_LABELS))


def _words(table: Table, position: int) -> set[str]:
    name = table.columns[position]
    return {*words(name), name.strip().lower()}


def _is_flags(cells: Sequence[str]) -> bool:
    distinct = set(cells)
    values = {cell.lower() for cell in distinct} if len(distinct) <= _MAX_FLAGS else set()
    return bool(values) and values <= set(_FLAGS) | {""} and values != {""}


def _exclusive(table: Table, positions: Sequence[int]) -> bool:
    """Tell whether exactly one of the columns is set in nearly every row."""
    step = max(1, table.rows // 2000)
    rows = range(0, table.rows, step)
    counts = [sum(is_set(table.cells[i][r]) for i in positions) for r in rows]
    single = sum(n == 1 for n in counts)
    # Source: Roboflow's multi-class export, where an image can have several.
    several = table.file.endswith("_classes.csv")
    return single >= (0.5 if several else 0.9) * len(rows)


def _is_split(table: Table, position: int) -> bool:
    """Tell whether a column's values are split words or fold numbers."""
    distinct = set(table.cells[position]) - {""}
    if not distinct or len(distinct) > _MAX_SPLITS:
        return False
    values = {cell.lower() for cell in distinct}
    named = _words(table, position)
    split_words = named & {"split", "subset", "set"}
    if {normal_split(value) for value in values} <= _ROLES and (len(values) > 1 or split_words):
        return True
    if "partition" in named and values <= {"0", "1", "2"}:
        return True
    folds = named & {"fold", "folds", "kfold"}
    return bool(folds) and len(values) > 1 and all(value.isdigit() for value in values)


def _is_continuous(cells: Sequence[str]) -> bool:
    """Tell whether values are measurements: fractional, or a great many numbers."""
    numbers = 0
    for cell in cells[:500]:
        try:
            value = float(cell)
        except ValueError:
            return False
        numbers += not value.is_integer()
    return numbers > 0 or len(set(cells)) > 1000
