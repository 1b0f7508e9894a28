"""Methods of datasets: tf.data, Hugging Face, tables and lists of files."""

import ast
from collections.abc import Callable
from typing import Final

from inspector.code_reading.evaluation.file_values import files_of
from inspector.code_reading.evaluation.host import Host
from inspector.code_reading.evaluation.keras_objects import shuffle_step
from inspector.code_reading.evaluation.objects import (
    DataSet,
    DatasetStep,
    HfParts,
    Layer,
    LoaderName,
    SeededGenerator,
    Source,
    StackBox,
    StreamValue,
    Tensor,
)
from inspector.code_reading.evaluation.split_objects import SplitCalls
from inspector.code_reading.evaluation.value_text import text_of
from inspector.code_reading.evaluation.values import MISSING, Arguments, Function, ListBox, Unknown

_DATASET_STEPS: Final = (
    "cache", "prefetch", "batch", "unbatch", "repeat", "with_options", "padded_batch", "take",
    "skip", "shard", "enumerate", "interleave", "filter", "ignore_errors", "snapshot", "select",
    "as_numpy_iterator", "set_transform", "with_format", "rename_column", "cast_column",
    "reset_index", "copy", "dropna", "to_list", "tolist", "astype", "to_numpy", "reshape", "query",
    "sort_values", "assign", "merge", "set_index", "long", "numpy", "flatten", "fillna", "rename",
    "replace", "convert_dtypes", "sort_index",
)  # fmt: skip
_OF_LINES: Final = ("read", "readlines", "splitlines", "split", "strip", "rstrip")
_CHOOSES_ROWS: Final = ("drop_duplicates", "head", "tail", "nlargest", "nsmallest", "explode")
_ALL_PARTS: Final = (
    "map", "with_transform", "cast_column", "rename_column", "shuffle", "set_format",
)  # fmt: skip


DATASET_METHODS: Final = (
    *_DATASET_STEPS, "map", "apply", "shuffle", "concatenate", "train_test_split", "sample", "drop",
    "cardinality",
)  # fmt: skip
"""Methods of datasets and tables that are followed."""

_Method = Callable[[DataSet, Arguments, ast.AST], object]


class DatasetMethods:
    """Follows operations on datasets."""

    def __init__(self, host: Host, splits: SplitCalls) -> None:
        self._host, self._splits = host, splits
        self._methods: dict[str, _Method] = {
            "map": self._map,
            "apply": self._map,
            "with_transform": self._map,
            "shuffle": self._shuffle,
            "concatenate": self._concatenate,
            "train_test_split": splits.hf_split,
            "sample": splits.sample,
            "drop": self._drop,
            "cardinality": lambda data, given, node: data.length or Unknown(text_of(node)),
            "__len__": lambda data, given, node: data.length or Unknown(text_of(node)),
        }

    def call(self, data: DataSet, name: str, given: Arguments, node: ast.AST) -> object:
        """Call a method of a dataset; MISSING if it is not modelled."""
        known = self._methods.get(name)
        if known is not None:
            return known(data, given, node)
        if "lines" in data.source.arguments and name in _OF_LINES:
            return data
        if name in _CHOOSES_ROWS:
            return data.after("filter", f"{name}()", line=getattr(node, "lineno", 0))
        if name in _DATASET_STEPS:
            values = given.places or tuple(given.names.values())
            return data.after(name, *values[:2], line=getattr(node, "lineno", 0))
        return MISSING

    def call_parts(self, owner: HfParts, name: str, node: ast.AST) -> object:
        """Call a method of a DatasetDict."""
        if name in _ALL_PARTS:
            return owner
        if name == "keys" and owner.names:
            return ListBox(list(owner.names))
        if name in ("items", "keys", "values"):
            return StreamValue(Unknown("the split"), name)
        return Unknown(text_of(node))

    def call_generator(
        self, owner: SeededGenerator, name: str, given: Arguments, node: ast.AST
    ) -> object:
        """Call a method of a random generator."""
        if name == "manual_seed":
            self._host.memory.touch(owner)
            owner.data["seed"] = given.get(0, "seed")
            return owner
        if name == "permutation":
            data = files_of(self._host, given.get(0, "x"), node)
            source = Source(LoaderName.FILES, self._host.place, node)
            known = data if data is not None else DataSet(source, (DatasetStep("indices"),))
            return known.after("shuffle", self._splits.drawn(owner), False, owner.kind)
        self._splits.drawn(owner)
        return Unknown(text_of(node))

    def _map(self, data: DataSet, given: Arguments, node: ast.AST) -> object:
        if not given.places:
            return data
        layers = self._mapped(given.places[0], node)
        return data.after("map", *layers, line=getattr(node, "lineno", 0))

    def _shuffle(self, data: DataSet, given: Arguments, node: ast.AST) -> object:
        if data.source.loader in (LoaderName.HF_DATASET, LoaderName.HF_SPLIT):
            seed = given.get(0, "seed")
            return data.after("shuffle", seed, False, "numpy.random.default_rng")
        step = shuffle_step(given, getattr(node, "lineno", 0))
        return DataSet(data.source, (*data.steps, step), data.derived)

    def _concatenate(self, data: DataSet, given: Arguments, node: ast.AST) -> object:
        whole = self._splits.joined(data, (data, given.get(0, "dataset")))
        return whole if whole is not data else data.after("concatenate", text_of(node))

    def _drop(self, data: DataSet, given: Arguments, node: ast.AST) -> object:
        other = given.get(0, "labels")
        if isinstance(other, DataSet) and other.source.loader is LoaderName.PANDAS_SAMPLE:
            return DataSet(other.source).after("part", 1)
        return data

    def _mapped(self, function: object, node: ast.AST) -> list[object]:
        """Return the layers that a function passed to `map` applies to the image."""
        if isinstance(function, Layer | StackBox):
            return [function]
        asked = len(function.arguments.args) if isinstance(function, Function) else 2
        if isinstance(function, Function) and function.bound is not MISSING:
            asked -= 1
        images: tuple[object, ...] = (Tensor(), Unknown("label"), Unknown("weight"))
        value = self._host.call(function, Arguments(images[: max(1, min(asked, 3))]), node)
        items = value if isinstance(value, tuple) else (value,)
        layers = [layer for t in items if isinstance(t, Tensor) for layer in t.layers]
        return layers or ([value] if isinstance(value, Unknown) else [])
