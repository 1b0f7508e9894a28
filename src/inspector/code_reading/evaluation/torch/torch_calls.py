"""What the functions of torch and torchvision stand for."""

import ast
from collections.abc import Callable, Mapping
from typing import Final

from inspector.code_reading.evaluation.file_values import files_of, held_dataset
from inspector.code_reading.evaluation.host import Host
from inspector.code_reading.evaluation.keras_objects import as_layer
from inspector.code_reading.evaluation.objects import (
    DataSet,
    DatasetStep,
    Layer,
    LoaderName,
    SeededGenerator,
    SplitSides,
    StackBox,
)
from inspector.code_reading.evaluation.random_draws import RandomDraws, by_name
from inspector.code_reading.evaluation.value_text import shown, text_of
from inspector.code_reading.evaluation.values import MISSING, Arguments, ListBox, Ref, Unknown

_TORCHVISION: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        (
            "CIFAR10", "CIFAR100", "MNIST", "FashionMNIST", "KMNIST", "QMNIST", "USPS",
        ),
        ("root", "train", "transform"),
    ),
    **dict.fromkeys(
        (
            "SVHN", "STL10", "Flowers102", "OxfordIIITPet", "Food101", "StanfordCars", "DTD",
            "FGVCAircraft", "GTSRB", "ImageNet", "Country211", "PCAM", "CelebA", "Places365",
            "RenderedSST2", "EMNIST", "LSUN", "Imagenette",
        ),
        ("root", "split"),
    ),
    **dict.fromkeys(("EuroSAT", "SUN397", "Caltech101", "Caltech256"), ("root",)),
}  # fmt: skip
"""Datasets that come with torchvision, with their first arguments."""

_NO_DRAWS: Final = ("torch.utils", "torch.cuda", "torch.device", "torch.backends")
_TRANSFORM_MODULES: Final = ("transforms", "v2", "albumentations", "autoaugment")


class TorchCalls(RandomDraws):
    """Calls of torch and torchvision."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._torch_calls: Mapping[str, Callable[[Arguments, ast.AST], object]] = {
            "random_split": self._random_split,
            "Subset": self._subset,
            "SubsetRandomSampler": lambda given, node: given.get(0, "indices"),
            "ConcatDataset": self._concatenated,
            "DataLoader": self._data_loader,
            "Generator": lambda given, node: SeededGenerator(),
            "manual_seed": self._manual_seed,
            "randperm": self._randperm,
        }

    def _torch(self, ref: Ref, given: Arguments, node: ast.AST) -> object:
        known = self._torch_calls.get(ref.last)
        if known is not None:
            return known(given, node)
        if ref.name.startswith("torch.optim.") and "lr_scheduler" not in ref.name:
            self._host.loops.made_optimizer()
        if not ref.name.startswith(_NO_DRAWS):
            self._draw("torch")  # Weights and draws move the stream.
        return MISSING

    def _subset(self, given: Arguments, node: ast.AST) -> object:
        data = held_dataset(given.get(0, "dataset"))
        return self.picked(data, given.get(1, "indices"), node)

    def _manual_seed(self, given: Arguments, node: ast.AST) -> object:
        self._seeds["torch"] = given.get(0, "seed")
        return SeededGenerator(given.get(0, "seed"))

    def _randperm(self, given: Arguments, node: ast.AST) -> object:
        generator = given.names.get("generator")
        own = isinstance(generator, SeededGenerator)
        seed = (
            self.drawn(generator) if isinstance(generator, SeededGenerator) else self._draw("torch")
        )
        data = DataSet(self._source(LoaderName.FILES, {}, given, node), (DatasetStep("indices"),))
        return data.after("shuffle", seed, False, "torch.randperm", not own)

    def _random_split(self, given: Arguments, node: ast.AST) -> object:
        parent = files_of(self._host, given.get(0, "dataset"), node)
        generator = given.get(2, "generator")
        shared = generator is None
        if isinstance(generator, SeededGenerator):
            seed = self.drawn(generator)
        else:
            seed = self._draw("torch") if shared else generator
        lengths = given.get(1, "lengths")
        items = self._host.listed(lengths)
        arguments = {
            "seed": seed,
            "shared": shared,
            "lengths": tuple(items) if items is not None else lengths,
        }
        source = self._source(LoaderName.RANDOM_SPLIT, arguments, given, node, parent)
        if items is None:
            return SplitSides(source)
        return tuple(DataSet(source).after("part", i) for i in range(len(items)))

    def _concatenated(self, given: Arguments, node: ast.AST) -> object:
        items = self._host.listed(given.get(0, "datasets")) or ()
        parts = [d for d in map(held_dataset, items) if isinstance(d, DataSet)]
        if not parts or len(parts) < len(items):
            return MISSING
        roots = {shown(d.source.arguments.get("root")) for d in parts}
        first = parts[0]
        plain = not any(d.membership for d in parts) and "root" in first.source.arguments
        if len(parts) > 1 and len(roots) == 1 and plain:
            return first.after("copies")
        return first if len(parts) == 1 else first.after("concatenate", text_of(node), *parts[1:])

    def _data_loader(self, given: Arguments, node: ast.AST) -> object:
        data = held_dataset(given.get(0, "dataset"))
        sampler = given.names.get("sampler", given.get(3, "sampler"))
        if isinstance(sampler, DataSet):
            return self.picked(data, sampler, node)
        if isinstance(sampler, Unknown) and "Weighted" in f"{sampler.text} {sampler.why}":
            self._host.note("a sampler draws images by weight; one of weight 0 is never drawn")
            data = data.after("weighted") if isinstance(data, DataSet) else data
        if isinstance(data, DataSet):
            return data.after("loader", given.get(2, "shuffle", False))
        return MISSING

    def _vision(self, ref: Ref, given: Arguments, node: ast.AST) -> object:
        if ref.last in ("ImageFolder", "DatasetFolder"):
            arguments = by_name(("root", "transform"), given)
            return DataSet(self._source(LoaderName.IMAGE_FOLDER, arguments, given, node))
        if ref.last in _TORCHVISION and ref.root == "torchvision":
            arguments = by_name(_TORCHVISION[ref.last], given)
            return DataSet(self._source(LoaderName.TORCHVISION, arguments, given, node))
        if ref.last in ("Compose", "Sequential", "Pipeline"):
            items = self._host.listed(given.get(0, "transforms", ListBox()))
            layers = [as_layer(self._host, v, node) for v in items or ()]
            return StackBox(layers, ref.root, self._host.place)
        inside = any(f".{m}." in f".{ref.name}." for m in _TRANSFORM_MODULES)
        if ref.last[:1].isupper() and (inside or ref.root in ("keras_cv", "imgaug")):
            return Layer(ref.last, ref.root, self._host.place, node, given.places, given.names)
        return MISSING
