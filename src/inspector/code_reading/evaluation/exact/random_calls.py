"""Random draws of known lists, with the state of every generator."""

from typing import Final

import numpy as np

from inspector.code_reading.evaluation.exact.arrays import ArrayBox
from inspector.code_reading.evaluation.exact.calls import ExactState, Values, like
from inspector.code_reading.evaluation.exact.streams import (
    NumpyStream,
    PythonStream,
    Stream,
    StreamLostError,
    TorchStream,
)
from inspector.code_reading.evaluation.objects import SeededGenerator
from inspector.code_reading.evaluation.value_text import text_of
from inspector.code_reading.evaluation.values import MISSING, ListBox, Unknown, ValueBox, is_known
from inspector.splits.replayed import Assumption

_SEEDS_ALL: Final = {
    "keras.utils.set_random_seed": ("random", "numpy"),
    "tensorflow.keras.utils.set_random_seed": ("random", "numpy"),
    "pytorch_lightning.seed_everything": ("random", "numpy", "torch"),
    "lightning.seed_everything": ("random", "numpy", "torch"),
    "lightning.pytorch.seed_everything": ("random", "numpy", "torch"),
    "lightning.fabric.seed_everything": ("random", "numpy", "torch"),
    "transformers.set_seed": ("random", "numpy", "torch"),
    "accelerate.utils.set_seed": ("random", "numpy", "torch"),
    "fastai.vision.all.set_seed": ("random", "numpy", "torch"),
}  # fmt: skip
"""Functions that seed several global generators."""

_UNSEEDED: Final = "nothing seeds the generator before it draws"
_USED: Final = "how often the generator has drawn before is not known"


class StreamBox(ValueBox):
    """A generator of the code; what it gives is lost once a draw is not followed."""

    __slots__ = ()
    data: dict[str, object]

    def __init__(self, stream: Stream | None) -> None:
        self.data, self.open = {"stream": stream}, False


class RandomCalls:
    """Global and own generators."""

    def __init__(self, run: ExactState) -> None:
        self._run = run
        self._global: dict[str, StreamBox] = {}

    def call(self, values: Values, name: str) -> object:
        """Call a function of random, numpy.random or torch; MISSING for anything else."""
        if name in _SEEDS_ALL:
            for library in _SEEDS_ALL[name]:
                self._seed(values, library)
            return MISSING
        head, _, last = name.rpartition(".")
        if head == "torch":
            return self._torch(values, last)
        if head not in ("random", "numpy.random"):
            return MISSING
        library = "numpy" if head == "numpy.random" else "random"
        if last == "seed":
            self._seed(values, library)
            return None
        if last in ("Random", "RandomState", "default_rng"):
            return StreamBox(_made(last, values.get(0, "seed")))
        return self._drawn(values, self.of_library(library), last, shared=True)

    def of_library(self, library: str) -> StreamBox:
        """Return the global generator of a library."""
        return self._global.setdefault(library, StreamBox(None))

    def method(self, values: Values, owner: object, name: str) -> object:
        """Call a method of a generator; MISSING for anything else."""
        if not isinstance(owner, StreamBox):
            return MISSING
        if name == "seed":
            stream = owner.data["stream"]
            kind = "random" if isinstance(stream, PythonStream) else "numpy"
            owner.data["stream"] = _made(kind, values.get(0, "seed"))
            return None
        return self._drawn(values, owner, name, shared=False)

    def _seed(self, values: Values, library: str) -> None:
        box = self.of_library(library)
        box.open = values.host.in_branch
        box.data["stream"] = _made(library, values.get(0, "seed"))

    def _torch(self, values: Values, name: str) -> object:
        if name == "manual_seed":
            self._seed(values, "torch")
            return MISSING
        if name != "randperm":
            self.of_library("torch").open = True
            return MISSING
        generator, count = values.get(9, "generator"), values.get(0, "n")
        if isinstance(generator, SeededGenerator):
            seed = generator.seed
            if not isinstance(seed, int) or not isinstance(count, int):
                return MISSING
            values.host.memory.touch(generator)
            generator.data["seed"] = Unknown("the generator", _USED)
            return ArrayBox(TorchStream(seed).permuted(count))
        stream = self.stream(values, self.of_library("torch"))
        if not isinstance(stream, TorchStream) or not isinstance(count, int):
            return MISSING
        self._run.assumed.append(Assumption.FRESH_GENERATOR)
        return ArrayBox(stream.permuted(count))

    def stream(self, values: Values, box: StreamBox) -> Stream | None:
        """Return the stream of a generator that draws now; None if what it gives is not known."""
        if values.host.in_branch:
            box.open = True
        stream = box.data["stream"]
        if box.open or stream is None:
            values.lose(_USED if box.open and stream is not None else _UNSEEDED)
            return None
        return stream  # type: ignore[return-value]

    def _drawn(self, values: Values, box: StreamBox, name: str, *, shared: bool) -> object:
        stream = self.stream(values, box)
        try:
            if stream is None or isinstance(stream, TorchStream):
                raise StreamLostError
            if shared:
                self._run.assumed.append(Assumption.FRESH_GENERATOR)
            return _draw(values, stream, name)
        except (StreamLostError, ValueError, TypeError, IndexError, OverflowError):
            box.open = True
            target = values.get(0, "x")
            if name == "shuffle" and isinstance(target, ListBox):
                values.host.forget(target)
                return None
            return Unknown(text_of(values.node), "what is drawn is not known")


def _made(kind: str, seed: object) -> Stream | None:
    """Return a new generator; None if it has no seed, or one that is not known."""
    if isinstance(seed, bool) or seed is None:
        return None
    if kind in ("random", "Random"):
        return PythonStream(seed) if isinstance(seed, int | str | float | bytes) else None
    if not isinstance(seed, int):
        return None
    if kind == "torch":
        return TorchStream(seed)
    if not 0 <= seed < 2**32:
        return None
    source = np.random.default_rng(seed) if kind == "default_rng" else np.random.RandomState(seed)
    return NumpyStream(source)


def _draw(values: Values, stream: PythonStream | NumpyStream, name: str) -> object:
    """Draw as a method does.

    Raises:
        StreamLostError: The method, or what it draws from, is not known.
    """
    first = values.get(0, "x")
    items = values.items(first) if isinstance(first, ListBox) else None
    if name == "shuffle":
        if items is None or not isinstance(first, ListBox) or len(values.given.places) > 1:
            raise StreamLostError
        order = stream.shuffled(len(items), array=isinstance(first, ArrayBox))
        for box in (first, getattr(first, "base", None)):
            if isinstance(box, ListBox):
                values.host.memory.touch(box)
        first.data = [items[i] for i in order]
        if isinstance(first, ArrayBox) and first.base is not None:
            values.host.forget(first.base)
        return None
    if isinstance(stream, NumpyStream):
        return _numpy_draw(values, stream, name, items)
    return _python_draw(values, stream, name, items)


def _python_draw(
    values: Values, stream: PythonStream, name: str, items: list[object] | None
) -> object:
    count = values.get(1, "k")
    if name == "sample" and items is not None and isinstance(count, int):
        return ListBox([items[i] for i in stream.sampled(len(items), count)])
    if name == "choice" and items is not None:
        return items[stream.chosen(len(items), None)[0]]
    size = values.given.names.get("k", 1)
    if name == "choices" and items is not None and isinstance(size, int):
        if len(values.given.places) > 1 or set(values.given.names) - {"k"}:
            raise StreamLostError
        return ListBox([items[i] for i in stream.chosen(len(items), size)])
    return _number(values, stream, name)


def _numpy_draw(
    values: Values, stream: NumpyStream, name: str, items: list[object] | None
) -> object:
    first = values.get(0, "x", values.given.names.get("a"))
    count = first if isinstance(first, int) else len(items) if items is not None else None
    if name == "permutation" and count is not None:
        order = stream.permuted(count)
        return ArrayBox(order if items is None else [items[i] for i in order])
    if name != "choice":
        return _number(values, stream, name)
    size, replace = values.get(1, "size"), values.get(2, "replace", True)
    chances = values.get(3, "p")
    shares = values.items(chances) if chances is not None else None
    known = isinstance(size, int | None) and isinstance(replace, bool) and count is not None
    if not known or (chances is not None and not (shares and is_known(ListBox(shares)))):
        raise StreamLostError
    assert count is not None
    weights = None if shares is None else [float(str(v)) for v in shares]
    picked = stream.drawn(count, size, replace=replace, chances=weights)  # type: ignore[arg-type]
    values_picked = [i if items is None else items[i] for i in picked]
    return values_picked[0] if size is None else like(ArrayBox(), values_picked)


def _number(values: Values, stream: PythonStream | NumpyStream, name: str) -> object:
    places, names = values.given.places, values.given.names
    if not all(isinstance(v, int | float) for v in (*places, *names.values())):
        raise StreamLostError
    number = stream.number(name, places, dict(names))
    return ArrayBox(number) if isinstance(number, list) else number
