"""Random calls of the real libraries beside our replays, run by bench/replays.py in its venv."""

import importlib.metadata
import os
import random
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from inspector.splits.fastai_replay import GrandparentParams, RandomSplitterParams
from inspector.splits.generators import RandomSource
from inspector.splits.huggingface_replay import HuggingFaceParams
from inspector.splits.keras_arrays import ArraySplitParams
from inspector.splits.other_replays import Params, SplitFunction
from inspector.splits.pandas_replay import SampleParams
from inspector.splits.replayed import Items
from inspector.splits.sklearn_folds import FoldParams, RepeatedFoldParams
from inspector.splits.sklearn_replay import ShuffleSplitParams, TrainTestParams
from inspector.splits.tfds_slices import SliceLibrary, SliceParams
from inspector.splits.torch_replay import IndexCutParams, RandomSplitParams, Shuffler

Parts = list[list[int]]
Make = Callable[[random.Random, int], "Trial"]


@dataclass(frozen=True, slots=True)
class Trial:
    """One call: what our replay takes, and the same call of the real library."""

    function: SplitFunction
    items: Items
    params: Params
    real: Callable[[], Parts]


def items_of(rng: random.Random, largest: int) -> Items:
    """Return items with integer or text labels and groups, some rare."""
    count = rng.choice((rng.randint(1, 12), rng.randint(1, largest), rng.randint(1, largest)))
    classes = rng.randint(1, min(8, count))
    labels = np.array([rng.randint(0, classes - 1) for _ in range(count)])
    groups = np.array([rng.randint(0, max(1, count // rng.randint(1, 6))) for _ in range(count)])
    if rng.random() < 0.3:
        labels.sort()
    texts = np.array([f"{'zAä_b'[label % 5]}{label}" for label in labels.tolist()])
    names = np.array([f"g{group}" for group in groups.tolist()])
    return Items(
        tuple(f"{i:05}.jpg" for i in range(count)),
        texts if rng.random() < 0.5 else labels,
        names if rng.random() < 0.5 else groups,
    )


def size(rng: random.Random, count: int) -> float | int | None:
    """Return a share, a number or nothing, sometimes out of range."""
    kind = rng.random()
    if kind < 0.25:
        return None
    if kind < 0.65:
        return rng.choice((0.1, 0.15, 0.2, 0.25, 0.3, 1 / 3, 0.5, round(rng.random(), 3)))
    return rng.randint(0, count + 1) if kind < 0.75 else rng.randint(1, max(1, count // 2))


def legacy_seed(rng: random.Random) -> int:
    """Return a seed of numpy's legacy generator."""
    return rng.choice((0, 1, 42, 2**32 - 1, rng.randrange(2**32)))


def source_of(rng: random.Random) -> RandomSource:
    """Return an integer seed, or numpy's global generator seeded just before."""
    return RandomSource(legacy_seed(rng), shared=rng.random() < 0.2)


def numpy_argument(source: RandomSource) -> int | None:
    """Return `random_state` or `seed`, after seeding the global generator where it is shared."""
    if not source.shared:
        return source.seed
    np.random.seed(source.seed)
    return None


# --------------------------------------------------------------------------- scikit-learn


def train_test(rng: random.Random, largest: int) -> Trial:
    """`train_test_split` on indices."""
    from sklearn.model_selection import train_test_split

    items = items_of(rng, largest)
    count = len(items)
    params = TrainTestParams(
        size(rng, count), size(rng, count), source_of(rng),
        rng.random() < 0.85, rng.random() < 0.5,
    )  # fmt: skip

    def real() -> Parts:
        return [
            list(part)
            for part in train_test_split(
                list(range(count)),
                test_size=params.test_size,
                train_size=params.train_size,
                random_state=numpy_argument(params.source),
                shuffle=params.shuffle,
                stratify=items.labels if params.stratify else None,
            )
        ]

    return Trial(SplitFunction.TRAIN_TEST_SPLIT, items, params, real)


def shuffle_splits(function: SplitFunction) -> Make:
    """One split of a class of shuffled splits."""

    def make(rng: random.Random, largest: int) -> Trial:
        from sklearn import model_selection

        items = items_of(rng, largest)
        n_splits = rng.choice((None, rng.randint(1, 6)))
        default = 5 if function is SplitFunction.GROUP_SHUFFLE_SPLIT else 10
        params = ShuffleSplitParams(
            size(rng, len(items)), size(rng, len(items)), source_of(rng),
            rng.randint(0, min(3, (n_splits or default) - 1)), n_splits,
        )  # fmt: skip

        def real() -> Parts:
            splitter = getattr(model_selection, function)(
                **({"n_splits": params.n_splits} if params.n_splits else {}),
                test_size=params.test_size,
                train_size=params.train_size,
                random_state=numpy_argument(params.source),
            )
            return _nth(splitter, items, params.iteration)

        return Trial(function, items, params, real)

    return make


def folds(function: SplitFunction) -> Make:
    """One fold of a class of folds."""

    def make(rng: random.Random, largest: int) -> Trial:
        from sklearn import model_selection

        items = items_of(rng, min(largest, 400))
        version = importlib.metadata.version("scikit-learn")
        n_splits = rng.choice((1, 2, 3, 5, 5, 7, 10))
        shuffle = rng.random() < 0.7
        source = source_of(rng) if shuffle or rng.random() < 0.05 else RandomSource()
        params = FoldParams(n_splits, shuffle, source, rng.randint(0, n_splits - 1), version)

        def real() -> Parts:
            splitter = getattr(model_selection, function)(
                n_splits=n_splits, shuffle=shuffle, random_state=numpy_argument(source)
            )
            return _nth(splitter, items, params.fold)

        return Trial(function, items, params, real)

    return make


def repeated_folds(function: SplitFunction) -> Make:
    """One fold of a class of repeated folds."""

    def make(rng: random.Random, largest: int) -> Trial:
        from sklearn import model_selection

        items = items_of(rng, min(largest, 400))
        n_splits, n_repeats = rng.choice((2, 3, 5)), rng.randint(1, 4)
        source, fold = source_of(rng), rng.randint(0, n_splits * n_repeats - 1)

        def real() -> Parts:
            splitter = getattr(model_selection, function)(
                n_splits=n_splits, n_repeats=n_repeats, random_state=numpy_argument(source)
            )
            return _nth(splitter, items, fold)

        return Trial(function, items, RepeatedFoldParams(n_splits, n_repeats, source, fold), real)

    return make


def pandas_sample(rng: random.Random, largest: int) -> Trial:
    """`df.sample` and `df.drop`."""
    items = items_of(rng, largest)
    count = len(items)
    share = rng.choice((0.1, 0.2, 0.5, 0.7, 0.8, 1.0, 1.1, round(rng.random(), 3)))
    number = rng.choice((None, rng.randint(0, count + 1)))
    frac = share if number is None and rng.random() < 0.9 else None
    params = SampleParams(number, frac, source_of(rng))

    def real() -> Parts:
        import pandas as pd

        table = pd.DataFrame({"path": items.paths})
        drawn = table.sample(n=number, frac=frac, random_state=numpy_argument(params.source))
        return [drawn.index.tolist(), table.drop(drawn.index).index.tolist()]

    return Trial(SplitFunction.PANDAS_SAMPLE, items, params, real)


def _nth(splitter: object, items: Items, number: int) -> Parts:
    every = list(splitter.split(np.zeros(len(items)), items.labels, items.groups))
    return [np.asarray(part).tolist() for part in every[number]]


# --------------------------------------------------------------------------- torch


def torch_seed(rng: random.Random) -> int:
    """Return a seed of torch, negative and 64-bit ones included."""
    return rng.choice((0, 42, -1, 2**32 + 42, 2**64 - 1, rng.randrange(-(2**63), 2**64)))


def torch_source(rng: random.Random, largest: int) -> RandomSource:
    """Return torch's own or global generator, with splits before this one."""
    earlier = tuple(rng.randint(0, largest) for _ in range(rng.choice((0, 0, 0, 1, 2))))
    return RandomSource(torch_seed(rng), shared=rng.random() < 0.3, earlier=earlier)


def torch_generator(source: RandomSource) -> object:
    """Return the generator after its earlier splits."""
    import torch
    from torch.utils.data import random_split

    if source.shared:
        torch.manual_seed(source.seed)
        generator = torch.default_generator
    else:
        generator = torch.Generator().manual_seed(source.seed)
    for count in source.earlier:
        random_split(range(count), [count], generator=generator)
    return generator


def random_splits(rng: random.Random, largest: int) -> Trial:
    """`random_split` by numbers or shares."""
    items = items_of(rng, largest)
    count = len(items)
    number = rng.randint(1, 5)
    lengths: list[int | float]
    if rng.random() < 0.5:
        shares = rng.choice(
            ([0.8, 0.2], [0.7, 0.15, 0.15], [0.6, 0.3, 0.1], [1 / 3] * 3, [0.9, 0.2])
        )
        lengths = list(shares)
    else:
        cuts = sorted(rng.randint(0, count) for _ in range(number - 1))
        lengths = np.diff([0, *cuts, count + (rng.random() < 0.05)]).tolist()
    params = RandomSplitParams(tuple(lengths), torch_source(rng, largest))

    def real() -> Parts:
        from torch.utils.data import random_split

        generator = torch_generator(params.source)
        return [list(p.indices) for p in random_split(range(count), lengths, generator=generator)]

    return Trial(SplitFunction.RANDOM_SPLIT, items, params, real)


def index_cuts(rng: random.Random, largest: int) -> Trial:
    """A shuffled list of indices, cut for two `SubsetRandomSampler`s."""
    items = items_of(rng, largest)
    count = len(items)
    shuffler = rng.choice(list(Shuffler))
    seed = torch_seed(rng) if shuffler is Shuffler.TORCH else legacy_seed(rng)
    cut = int(np.floor(0.2 * count))
    params = IndexCutParams(shuffler, (cut,), RandomSource(seed, shared=rng.random() < 0.5))

    def real() -> Parts:
        import torch

        indices = list(range(count))
        match shuffler:
            case Shuffler.NUMPY:
                np.random.seed(seed)
                np.random.shuffle(indices)
            case Shuffler.NUMPY_GENERATOR:
                np.random.default_rng(seed).shuffle(indices)
            case Shuffler.PYTHON:
                random.seed(seed)
                random.shuffle(indices)
            case Shuffler.TORCH:
                torch.manual_seed(seed)
                indices = torch.randperm(count).tolist()
        return [indices[:cut], indices[cut:]]

    return Trial(SplitFunction.INDEX_CUT, items, params, real)


# --------------------------------------------------------------------------- Hugging Face


def hugging_face(rng: random.Random, largest: int) -> Trial:
    """`Dataset.train_test_split` of a dataset in memory."""
    import datasets

    items = items_of(rng, largest)
    count = len(items)
    params = HuggingFaceParams(
        size(rng, count), size(rng, count), source_of(rng),
        rng.random() < 0.85, rng.random() < 0.5,
    )  # fmt: skip

    def real() -> Parts:
        names, codes = np.unique(items.labels, return_inverse=True)
        features = datasets.Features(
            {"i": datasets.Value("int64"), "label": datasets.ClassLabel(num_classes=len(names))}
        )
        table = {"i": list(range(count)), "label": codes.tolist()}
        parts = datasets.Dataset.from_dict(table, features=features).train_test_split(
            test_size=params.test_size,
            train_size=params.train_size,
            shuffle=params.shuffle,
            seed=numpy_argument(params.source),
            stratify_by_column="label" if params.stratify else None,
        )
        return [list(parts["train"]["i"]), list(parts["test"]["i"])]

    return Trial(SplitFunction.HUGGING_FACE, items, params, real)


# --------------------------------------------------------------------------- slices


def slices(library: SliceLibrary) -> Make:
    """Specs such as "train[:80%]"."""

    def make(rng: random.Random, largest: int) -> Trial:
        items = items_of(rng, largest)
        specs = tuple(_spec(rng, library, len(items)) for _ in range(rng.randint(1, 2)))
        params = SliceParams(specs, library)

        def real() -> Parts:
            return [_real_slice(library, spec, len(items)) for spec in specs]

        return Trial(SplitFunction.SLICES, items, params, real)

    return make


def _spec(rng: random.Random, library: SliceLibrary, count: int) -> str:
    percent = rng.random() < 0.6
    limit = 105 if percent else count + 2

    def end() -> str:
        if rng.random() < 0.3:
            return ""
        number = rng.randint(-limit, limit)
        if percent and library is SliceLibrary.TFDS and rng.random() < 0.3:
            return f"{number / 2}%"
        return f"{number}{'%' if percent else ''}"

    spec = f"train[{end()}:{end()}]" if rng.random() < 0.9 else "train"
    if library is SliceLibrary.HUGGING_FACE and rng.random() < 0.2:
        spec += "(pct1_dropremainder)"
    return spec + ("+train[:10%]" if rng.random() < 0.1 else "")


def _real_slice(library: SliceLibrary, spec: str, count: int) -> list[int]:
    if library is SliceLibrary.TFDS:
        from tensorflow_datasets.core import splits

        read = splits.AbstractSplit.from_spec(spec)
        infos = {"train": SimpleNamespace(num_examples=count, shard_lengths=[count])}
    else:
        from datasets.arrow_reader import ReadInstruction

        read, infos = ReadInstruction.from_spec(spec), {"train": count}
    indices: list[int] = []
    for part in read.to_absolute(infos):
        stop = count if part.to is None else part.to
        indices += range(part.from_ or 0, stop)
    return indices


# --------------------------------------------------------------------------- Keras, fastai


def keras_fit(rng: random.Random, largest: int) -> Trial:
    """`fit(validation_split=)` on arrays."""
    items = items_of(rng, largest)
    params = ArraySplitParams(rng.choice((0.1, 0.2, 0.25, 0.3, 1 / 3, 0.9, round(rng.random(), 3))))

    def real() -> Parts:
        from keras.src.trainers.data_adapters.array_slicing import train_validation_split

        rows = np.arange(len(items))
        (train,), (validation,) = train_validation_split((rows,), params.validation_split)
        return [_rows(train), _rows(validation)]

    return Trial(SplitFunction.FIT, items, params, real)


def _rows(sliced: object) -> list[int]:
    array = getattr(sliced, "array", sliced)
    return np.asarray(array).tolist()


def keras_dataframe(rng: random.Random, largest: int) -> Trial:
    """`flow_from_dataframe` without the check of file names."""
    items = items_of(rng, largest)
    params = ArraySplitParams(rng.choice((0.1, 0.2, 0.25, 0.29, 0.57, round(rng.random(), 3))))

    def real() -> Parts:
        import pandas as pd
        from keras.src.legacy.preprocessing.image import ImageDataGenerator

        table = pd.DataFrame({"filename": items.paths, "class": [str(x) for x in items.labels]})
        generator = ImageDataGenerator(validation_split=params.validation_split)
        position = {path: i for i, path in enumerate(items.paths)}
        return [
            [
                position[name]
                for name in generator.flow_from_dataframe(
                    table, subset=subset, validate_filenames=False
                ).filenames
            ]
            for subset in ("training", "validation")
        ]

    return Trial(SplitFunction.FLOW_FROM_DATAFRAME, items, params, real)


def keras_flow(rng: random.Random, largest: int) -> Trial:
    """`flow` on arrays with labels."""
    items = items_of(rng, min(largest, 300))
    params = ArraySplitParams(rng.choice((0.1, 0.2, 0.25, 0.29, 0.57, round(rng.random(), 3))))

    def real() -> Parts:
        from keras.src.legacy.preprocessing.image import ImageDataGenerator

        rows = np.arange(len(items)).reshape(-1, 1, 1, 1)
        generator = ImageDataGenerator(validation_split=params.validation_split)
        return [
            generator.flow(rows, items.labels, subset=subset).x[:, 0, 0, 0].astype(int).tolist()
            for subset in ("training", "validation")
        ]

    return Trial(SplitFunction.FLOW, items, params, real)


def fastai_random(rng: random.Random, largest: int) -> Trial:
    """`RandomSplitter`."""
    items = items_of(rng, largest)
    source = RandomSource(torch_seed(rng), shared=rng.random() < 0.2)
    params = RandomSplitterParams(rng.choice((0.1, 0.2, 0.3, round(rng.random(), 3))), source)

    def real() -> Parts:
        import torch
        from fastai.data.transforms import RandomSplitter

        if source.shared:
            torch.manual_seed(source.seed)
        splitter = RandomSplitter(params.valid_pct, None if source.shared else source.seed)
        return [[int(i) for i in part] for part in splitter(list(range(len(items))))]

    return Trial(SplitFunction.RANDOM_SPLITTER, items, params, real)


def fastai_grandparent(rng: random.Random, largest: int) -> Trial:
    """`GrandparentSplitter`."""
    tops = ("train", "valid", "test", "train/valid")
    paths = tuple(
        f"{rng.choice(tops)}/{rng.choice('ab')}/{i}.jpg" for i in range(rng.randint(1, 60))
    )
    params = GrandparentParams(("train",), rng.choice((("valid",), ("valid", "test"))))

    def real() -> Parts:
        from fastai.data.transforms import GrandparentSplitter

        splitter = GrandparentSplitter(list(params.train_name), list(params.valid_name))
        return [list(part) for part in splitter([f"/data/{path}" for path in paths])]

    return Trial(SplitFunction.GRANDPARENT_SPLITTER, Items(paths, root="/data"), params, real)


SUITES: dict[str, tuple[tuple[str, ...], dict[str, Make]]] = {
    "scikit-learn": (
        ("scikit-learn", "numpy"),
        {
            "train_test_split": train_test,
            **{
                str(function): shuffle_splits(function)
                for function in (
                    SplitFunction.SHUFFLE_SPLIT,
                    SplitFunction.STRATIFIED_SHUFFLE_SPLIT,
                    SplitFunction.GROUP_SHUFFLE_SPLIT,
                )
            },
            **{
                str(function): folds(function)
                for function in (
                    SplitFunction.KFOLD,
                    SplitFunction.STRATIFIED_KFOLD,
                    SplitFunction.GROUP_KFOLD,
                    SplitFunction.STRATIFIED_GROUP_KFOLD,
                )
            },
            **{
                str(function): repeated_folds(function)
                for function in (
                    SplitFunction.REPEATED_KFOLD,
                    SplitFunction.REPEATED_STRATIFIED_KFOLD,
                )
            },
        },
    ),
    "pandas": (("pandas", "numpy"), {"sample": pandas_sample}),
    "torch": (
        ("torch", "numpy"),
        {"random_split": random_splits, "SubsetRandomSampler": index_cuts},
    ),
    "datasets": (
        ("datasets", "numpy"),
        {"Dataset.train_test_split": hugging_face, "slices": slices(SliceLibrary.HUGGING_FACE)},
    ),
    "tensorflow-datasets": (("tensorflow-datasets",), {"slices": slices(SliceLibrary.TFDS)}),
    "keras": (
        ("keras", "pandas"),
        {"fit": keras_fit, "flow": keras_flow, "flow_from_dataframe": keras_dataframe},
    ),
    "fastai": (
        ("fastai", "torch"),
        {"RandomSplitter": fastai_random, "GrandparentSplitter": fastai_grandparent},
    ),
}  # fmt: skip


def trials(make: Make, calls: int, seed: int, largest: int) -> Iterator[Trial]:
    """Yield random trials of one function."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    warnings.simplefilter("ignore")
    rng = random.Random(seed)
    for _ in range(calls):
        yield make(rng, largest)
