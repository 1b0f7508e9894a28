"""Random generators and what they shuffle, and slices of listed files."""

import ast
import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from inspector.code_reading.evaluation.file_values import files_of
from inspector.code_reading.evaluation.host import Host
from inspector.code_reading.evaluation.objects import (
    DataSet,
    DatasetStep,
    LoaderName,
    Positions,
    SeededGenerator,
    Source,
)
from inspector.code_reading.evaluation.sizes import Size
from inspector.code_reading.evaluation.value_text import text_of
from inspector.code_reading.evaluation.values import (
    MISSING,
    Arguments,
    ListBox,
    Method,
    Ref,
    Unknown,
    is_known,
)

_LIST_CHANGES: Final = ("sort", "remove", "pop", "append", "extend", "insert", "reverse", "clear")
_NUMBERS: Final = ("randint", "randrange", "random", "integers", "rand", "uniform")
_FLIPPED: Final = re.compile(r"::\s*-1|\bflip|rot90|fliplr|flipud")
_USED: Final = "it has drawn for another call since it was seeded, and its state is not known here"


def _holds_flips(parts: Sequence[object]) -> bool:
    """Tell whether arrays are joined of which some are flipped and others are not."""
    flipped = [bool(_FLIPPED.search(p.text)) for p in parts if isinstance(p, Unknown)]
    return any(flipped) and not all(flipped)


def by_name(places: tuple[str, ...], given: Arguments) -> dict[str, object]:
    """Return the arguments of a call by name."""
    return {**dict(zip(places, given.places, strict=False)), **given.names}


class RandomDraws:
    """Generators with their state, shuffled lists, and what is cut from them."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._seeds: dict[str, object] = {}
        self._numbers = 0
        self.parents: dict[Source, DataSet] = {}
        self._slices: dict[tuple[object, str], Source] = {}

    def _source(
        self, loader: LoaderName, arguments: dict[str, object], given: Arguments, node: ast.AST,
        parent: DataSet | None = None,
    ) -> Source:  # fmt: skip
        host = self._host
        return Source(
            loader, host.place, node, arguments, given.sources, given.open, parent,
            choice=host.choice,
        )  # fmt: skip

    def drawn(self, generator: SeededGenerator) -> object:
        """Return the seed of a generator that is used; afterwards its state is unknown."""
        seed = generator.seed
        self._host.memory.touch(generator)
        generator.data["seed"] = Unknown("the generator", _USED)
        return seed

    def _draw(self, library: str) -> object:
        """Return the seed of a global generator that is used; None if none was set."""
        seed = self._seeds.get(library)
        if library in self._seeds:
            self._seeds[library] = Unknown(f"the global generator of {library}", _USED)
        return seed

    def positions(self, given: Arguments) -> object:
        """Return the result of `range` for a length that only the files tell."""
        ends = given.places
        start, stop = (0, ends[0]) if len(ends) == 1 else ends[:2]
        whole = isinstance(stop, Size) and stop.rule[0] == "n"
        if len(ends) > 2 or (start == 0 and whole):
            return MISSING
        return Positions(None if start == 0 else start, None if whole else stop)

    def picked(self, data: object, indices: object, node: ast.AST) -> object:
        """Return the items of a dataset at the positions of a split."""
        if isinstance(indices, Positions) and isinstance(data, DataSet):
            return self.sliced(data, slice(indices.start, indices.stop))
        if isinstance(indices, DataSet):
            if isinstance(data, DataSet) and data.source is not indices.source:
                self.parents.setdefault(indices.source, data)
                return indices.after("of", data)
            return indices
        if isinstance(data, DataSet):
            if isinstance(indices, ListBox) and not is_known(indices):
                indices = Unknown(text_of(node), "a loop fills the list")
            unknown = isinstance(indices, Unknown)
            return data.after("slice", indices if unknown else text_of(node))
        return Unknown(text_of(node))

    # Random generators and slices

    def _random(self, ref: Ref, given: Arguments, node: ast.AST) -> object:
        inside = ref.root == "random" or ref.name.startswith("numpy.random")
        if not inside:
            return self._numpy(ref, given, node)
        key = "numpy" if ref.root == "numpy" else "random"
        match ref.last:
            case "seed":
                self._seeds[key] = given.get(0, "seed")
                return None
            case "permutation":
                data = files_of(self._host, given.get(0, "x"), node)
                if data is None:
                    data = DataSet(
                        self._source(LoaderName.FILES, {}, given, node), (DatasetStep("indices"),)
                    )
                shuffler = "numpy.random" if key == "numpy" else "random"
                return data.after("shuffle", self._draw(key), False, shuffler, True)
            case "RandomState" | "default_rng" | "Random":
                kinds = {"default_rng": "numpy.random.default_rng", "Random": "random"}
                return SeededGenerator(given.get(0, "seed"), kinds.get(ref.last, "numpy.random"))
            case "sample" | "choice" | "choices" if given.places[1:] or given.names:
                return self._sampled(key, ref, given, node)
            case _:
                return self._number(key, ref, given, node)

    def _sampled(self, key: str, ref: Ref, given: Arguments, node: ast.AST) -> object:
        """Draw some of a list: which, is not followed."""
        data = files_of(self._host, given.places[0], node) if given.places else None
        count = given.get(1, "k")
        if data is None or (isinstance(count, Size) and count.share == 1):
            return self._number(key, ref, given, node)
        self._draw(key)
        return data.after("filter", text_of(node), line=self._host.place.line)

    def _number(self, key: str, ref: Ref, given: Arguments, node: ast.AST) -> object:
        """Draw a number; where nothing was seeded, no two draws of a wide range are the same."""
        self._draw(key)
        if ref.last not in _NUMBERS or key in self._seeds or given.names:
            return MISSING
        ends = [v for v in given.places if isinstance(v, int)]
        low = min(ends) if len(ends) > 1 else 0
        if len(ends) < len(given.places) or (ends and max(ends) - low < 100):
            return MISSING
        self._numbers += 1
        return Unknown(text_of(node), "it is drawn when the code runs", draw=self._numbers)

    def changed_in_place(self, function: object, given: Arguments, node: ast.Call) -> object:
        """Return a list after a method such as `files.sort()`; MISSING for others."""
        if not isinstance(function, Method) or not isinstance(function.owner, DataSet):
            return MISSING
        data, name = function.owner, function.name
        if not data.is_list or name not in _LIST_CHANGES:
            return MISSING
        if name != "sort":
            return data.after("filter", name, line=node.lineno)
        plain = given.names.get("key") is None and given.names.get("reverse", False) is False
        return data.after("sorted" if plain else "sorted_by")

    def shuffled_in_place(self, function: object, given: Arguments, node: ast.AST) -> object:
        """Return x after `shuffle(x)`; MISSING for other calls."""
        value = given.get(0, "x")
        match function:
            case Ref(name="random.shuffle" | "numpy.random.shuffle") as ref:
                key = "numpy" if ref.root == "numpy" else "random"
                seed, shuffler = self._draw(key), ref.name.rpartition(".")[0]
            case Method(owner=SeededGenerator(kind=shuffler) as generator, name="shuffle"):
                key, seed = "", self.drawn(generator)
            case _:
                return MISSING
        data = files_of(self._host, value, node)
        if data is not None:
            return data.after("shuffle", seed, False, shuffler, bool(key))
        if isinstance(value, ListBox):
            self._host.forget(value)
        return value

    def _numpy(self, ref: Ref, given: Arguments, node: ast.AST) -> object:
        if ref.last in (
            "array",
            "asarray",
            "stack",
            "vstack",
            "concatenate",
            "expand_dims",
            "asfarray",
        ):
            value = given.get(0, "object")
            data = files_of(self._host, value, node)
            if data is None and _holds_flips(self._host.listed(value) or ()):
                return DataSet(self._source(LoaderName.FILES, {}, given, node)).after("copies")
            if data is not None and ref.last in ("concatenate", "vstack"):
                return self.joined(data, self._host.listed(value) or ())
            return data if data is not None else value if isinstance(value, ListBox) else MISSING
        if ref.last == "split" and len(given.places) > 1:
            data = files_of(self._host, given.places[0], node)
            ends = self._host.listed(given.places[1])
            if data is not None and ends:
                borders = itertools.pairwise([None, *ends, None])
                return tuple(self.sliced(data, slice(a, b)) for a, b in borders)
        return MISSING

    def joined(self, data: DataSet, parts: Sequence[object]) -> DataSet:
        """Return datasets one after the other; of the same files, the later ones are copies."""
        same = [
            p for p in parts
            if isinstance(p, DataSet) and p.source is data.source
            and p.membership == data.membership and not p.derived
        ]  # fmt: skip
        return data.after("copies") if len(same) > 1 else data

    def sliced(self, data: DataSet, key: slice) -> object:
        """Return one part of a list that is cut at a position."""
        if key.step is not None:
            return data.after("slice", repr((key.start, key.stop, key.step)))
        middle = key.start is not None and key.stop is not None
        end = key.stop if key.start is None else key.start
        if end is None:
            return replace(data)
        boundary = repr((end, key.stop)) if middle else repr(end)
        order = tuple(s for s in data.steps if s.name in ("shuffle", "sorted", "sorted_by"))
        key_of_cut = ((data.source, (*data.membership, *order)), boundary)
        known = self._slices.get(key_of_cut)
        if known is None:
            ends = {"at": end, "to": key.stop} if middle else {"at": end}
            known = Source(LoaderName.SLICES, self._host.place, data.source.node, ends, parent=data)
            self._slices[key_of_cut] = known
        return DataSet(known, derived=data.derived).after("part", 0 if key.start is None else 1)
