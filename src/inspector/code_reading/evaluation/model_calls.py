"""Methods of models: compile, fit, evaluate, predict, and what else trains."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from inspector.code_reading.evaluation.file_values import files_of, held_dataset
from inspector.code_reading.evaluation.host import Host
from inspector.code_reading.evaluation.keras_objects import as_layer
from inspector.code_reading.evaluation.objects import (
    Action,
    DataSet,
    Event,
    Generator,
    Layer,
    LoaderName,
    Source,
    StackBox,
    StreamValue,
)
from inspector.code_reading.evaluation.value_text import shown, text_of
from inspector.code_reading.evaluation.values import (
    MISSING,
    Arguments,
    Function,
    ObjectBox,
    PartText,
    PathText,
    Ref,
    Unknown,
)

_FITS: Final = (
    "fit", "fit_generator", "train_on", "fit_one_cycle", "fine_tune", "fit_flat_cos", "fit_sgdr",
)  # fmt: skip
_EVALUATIONS: Final = ("evaluate", "evaluate_generator", "score")
_PREDICTIONS: Final = ("predict", "predict_generator", "predict_proba")
_STEPS: Final = ("backward", "manual_backward", "gradient", "train_on_batch")
"""Methods that train in a loop over batches."""

_RESETS: Final = ("load_state_dict", "reset_parameters", "apply", "load_weights", "set_weights")
"""Methods after which the weights are no longer those of the previous round."""

MODEL_METHODS: Final = (*_FITS, *_EVALUATIONS, *_PREDICTIONS)
"""Methods through which a model reads data."""

_REDUCING: Final = (
    "SelectKBest", "SelectPercentile", "SelectFromModel", "SelectFpr", "RFE", "VarianceThreshold",
    "TruncatedSVD", "FastICA", "NMF", "UMAP", "Isomap", "QuantileTransformer", "PowerTransformer",
    "KBinsDiscretizer", "PolynomialFeatures",
)  # fmt: skip
_TRANSFORMERS: Final = (
    "Scaler",
    "Encoder",
    "PCA",
    "Binarizer",
    "Tokenizer",
    "Imputer",
    "Vectorizer",
    "Normalizer",
    *_REDUCING,
)

_MEASURING: Final = ("Scaler", "PCA", "Imputer", "Normalizer", "Whiten", *_REDUCING)
"""Transformers that learn from the values of the images."""

_Method = Callable[[object, Arguments, ast.AST], object]


class ModelCalls:
    """Follows operations on models."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._yolo_data: object = MISSING
        self._methods: dict[str, _Method] = {
            "add": self._add,
            "compile": self._compile,
            "train": self._train,
            "val": self._val,
            **dict.fromkeys(("save", "save_weights"), self._save),
            "test": self._test,
            "prepare": self._prepare,
            "fit_resample": self._resample,
            "fit_sample": self._resample,
            **dict.fromkeys(("fit_transform", "transform"), self._transform),
            **dict.fromkeys(_STEPS, self._step),
            **dict.fromkeys(_RESETS, self._reset),
            **dict.fromkeys(_FITS, self._fit),
            **dict.fromkeys(_EVALUATIONS, self._evaluate),
            **dict.fromkeys(_PREDICTIONS, self._predict),
        }

    def call(self, owner: object, name: str, given: Arguments, node: ast.AST) -> object:
        """Call a method of a model; MISSING if it is not modelled."""
        known = self._methods.get(name)
        if known is not None:
            return known(owner, given, node)
        if isinstance(owner, Layer | StackBox | Generator):
            return Unknown(text_of(node))
        return MISSING

    def _compile(self, owner: object, given: Arguments, node: ast.AST) -> object:
        if isinstance(owner, StackBox):
            owner.loss = given.get(1, "loss")
        return Unknown(text_of(node))

    def _step(self, owner: object, given: Arguments, node: ast.AST) -> object:
        self._host.trained_on()
        return Unknown(text_of(node))

    def _prepare(self, owner: object, given: Arguments, node: ast.AST) -> object:
        """Call Accelerator.prepare, which gives back what it is given."""
        if not any(isinstance(v, DataSet) for v in given.places):
            return MISSING
        return given.places if len(given.places) > 1 else given.places[0]

    def _resample(self, owner: object, given: Arguments, node: ast.AST) -> object:
        """Call fit_resample of imbalanced-learn: over-sampling repeats images."""
        data = files_of(self._host, given.get(0, "X"), node)
        if data is None or not isinstance(owner, Unknown):
            return MISSING
        over = _says(owner, "Over") or _says(owner, "SMOTE") or _says(owner, "ADASYN")
        drawn = data.after("copies" if over else "filter", text_of(node))
        return drawn, replace(drawn, derived=True)

    def _reset(self, owner: object, given: Arguments, node: ast.AST) -> object:
        self._host.loops.started_anew()
        if isinstance(node, ast.Call) and text_of(node.func).endswith(".load_weights"):
            self._of_file(Action.LOAD, given.get(0, "filepath"))
        return MISSING

    def _save(self, owner: object, given: Arguments, node: ast.AST) -> object:
        if isinstance(owner, StackBox | Unknown):
            self._of_file(Action.STORE, given.get(0, "filepath"))
        return MISSING

    def use_file(self, ref: Ref, given: Arguments) -> None:
        """Record a function that loads a model from a file, or writes one."""
        if ref.last == "load_model" or ref.name == "torch.load":
            self._of_file(Action.LOAD, given.get(0, "filepath", given.names.get("f")))
        elif ref.name == "torch.save":
            self._of_file(Action.STORE, given.get(1, "f"))
        elif ref.last == "ModelCheckpoint":
            self._of_file(Action.STORE, given.get(0, "filepath"))

    def _of_file(self, action: Action, file: object) -> None:
        if isinstance(file, str | PartText | PathText):
            self._host.emit(Event(action, self._host.place, name=shown(file)))

    def hear(self, given: Arguments) -> None:
        """Record a trainer that gets its datasets by name."""
        names = {name: held_dataset(value) for name, value in given.names.items()}
        data = names.get("train_dataset", names.get("train_dataloader"))
        held = names.get("eval_dataset", names.get("val_dataloaders"))
        if isinstance(data, DataSet) or isinstance(held, DataSet):
            self._host.emit(Event(Action.FIT, self._host.place, data, held))

    def _add(self, owner: object, given: Arguments, node: ast.AST) -> object:
        if not isinstance(owner, StackBox):
            return MISSING
        self._host.memory.touch(owner)
        owner.data.append(as_layer(self._host, given.get(0, "layer"), node))
        return None

    def _evaluate(self, owner: object, given: Arguments, node: ast.AST) -> object:
        return self._read(Action.EVALUATE, owner, given, node)

    def _predict(self, owner: object, given: Arguments, node: ast.AST) -> object:
        return self._read(Action.PREDICT, owner, given, node)

    def _read(self, action: Action, owner: object, given: Arguments, node: ast.AST) -> object:
        data = held_dataset(given.get(0, "x", given.names.get("generator")))
        self._host.emit(Event(action, self._host.place, data, model=owner))
        return Unknown(text_of(node))

    def _train(self, owner: object, given: Arguments, node: ast.AST) -> object:
        if "data" not in given.names or not _says(owner, "YOLO"):
            return MISSING
        self._yolo_data = given.names["data"]
        source = Source(LoaderName.ULTRALYTICS, self._host.place, node, dict(given.names))
        for i in (0, 1):
            self._host.emit(Event(Action.MADE, source.place, DataSet(source).after("part", i)))
        return Unknown(text_of(node))

    def _val(self, owner: object, given: Arguments, node: ast.AST) -> object:
        """Call YOLO.val: by default it reads the split that validated during training."""
        data = given.names.get("data", self._yolo_data)
        if given.names.get("split") != "test" or data is MISSING or not _says(owner, "YOLO"):
            return MISSING
        source = Source(LoaderName.ULTRALYTICS, self._host.place, node, {"data": data})
        test = DataSet(source).after("part", 2)
        self._host.emit(Event(Action.EVALUATE, source.place, test, model=owner))
        return Unknown(text_of(node))

    def _fit(self, owner: object, given: Arguments, node: ast.AST) -> object:
        host = self._host
        if isinstance(owner, Generator):
            host.emit(Event(Action.ADAPT, host.place, owner))
            return None
        if _is_transformer(owner):
            return Unknown(text_of(node))
        loaders = owner.data.get("dls") if isinstance(owner, ObjectBox) else None
        if isinstance(loaders, StreamValue) and isinstance(loaders.item, tuple):
            host.emit(Event(Action.FIT, host.place, *loaders.item[:2]))
            return Unknown(text_of(node))
        data = held_dataset(given.get(0, "x", given.names.get("generator")))
        validation = given.names.get("validation_data", given.get(7, "validation_data"))
        validation = held_dataset(validation)
        second = given.get(1, "train_dataloaders", given.names.get("train_dataloader"))
        modules = (given.names.get("datamodule"), given.get(1, "train_dataloaders"), data)
        sides = self._module_loaders(modules, "fit", ("train_dataloader", "val_dataloader"), node)
        if sides is not None:
            held = sides[1] if len(sides) > 1 else None
            host.emit(Event(Action.FIT, host.place, sides[0], held))
            return Unknown(text_of(node))
        if (
            isinstance(second, DataSet)
            and not second.derived
            and not isinstance(data, DataSet | tuple)
        ):
            data, validation = second, given.get(2, "val_dataloaders")
        share = given.get(6, "validation_split")
        arguments = dict(given.names)
        if share is not None:
            data, validation = self._fit_split(data, share, given, node)
        if isinstance(owner, StackBox) and host.loops.trained_before(owner):
            arguments["carried"] = True
        host.emit(Event(Action.FIT, host.place, data, validation, owner, options=arguments))
        return Unknown(text_of(node))

    def _transform(self, owner: object, given: Arguments, node: ast.AST) -> object:
        """Call fit_transform or transform: what comes of the images still belongs to them."""
        data = files_of(self._host, given.get(0, "X"), node)
        if data is None or not _is_transformer(owner):
            return MISSING
        learns = isinstance(node, ast.Call) and text_of(node.func).endswith("fit_transform")
        if not learns or not _is_transformer(owner, _MEASURING):
            return data
        return data.after("fitted", line=self._host.place.line)

    def _test(self, owner: object, given: Arguments, node: ast.AST) -> object:
        """Call Trainer.test of Lightning."""
        data = given.names.get("dataloaders", given.get(1, "dataloaders"))
        modules = (given.names.get("datamodule"), data, given.get(0, "model"))
        loaders = self._module_loaders(modules, "test", ("test_dataloader",), node)
        data = loaders[0] if loaders is not None else data
        if not isinstance(data, DataSet):
            return MISSING
        self._host.emit(Event(Action.EVALUATE, self._host.place, data, model=owner))
        return Unknown(text_of(node))

    def _module_loaders(
        self, modules: Sequence[object], stage: str, names: Sequence[str], node: ast.AST
    ) -> list[object] | None:
        """Return the data that the first module makes loaders of; None if none does.

        A LightningDataModule or LightningModule is called as by Trainer: prepare_data, setup, then
        the loaders.
        """
        host = self._host
        for module in modules:
            if not isinstance(module, ObjectBox) or module.kind is None:
                continue
            if not isinstance(module.kind.find(names[0]), Function):
                continue
            for name, places in (("prepare_data", ()), ("setup", (stage,))):
                if isinstance(module.kind.find(name), Function):
                    host.call(host.attribute(module, name, node), Arguments(places), node)
            asked = [n for n in names if isinstance(module.kind.find(n), Function)]
            return [host.call(host.attribute(module, n, node), Arguments(), node) for n in asked]
        return None

    def _fit_split(
        self, data: object, share: object, given: Arguments, node: ast.AST
    ) -> tuple[object, object]:
        """Return both parts of fit(validation_split=): the last rows are validation."""
        parent = files_of(self._host, data, node)
        if share in (0, 0.0):
            return data, None
        if isinstance(data, DataSet) and not data.is_list:
            return data, None  # Keras rejects a share of anything but arrays.
        arguments = {"validation_split": share, "x": data}
        source = Source(
            LoaderName.FIT_SPLIT, self._host.place, node, arguments, given.sources, "", parent,
            choice=self._host.choice,
        )  # fmt: skip
        return DataSet(source).after("part", 0), DataSet(source).after("part", 1)


def _is_transformer(owner: object, words: Sequence[str] = _TRANSFORMERS) -> bool:
    """Tell whether a value comes from the call of a transformer, such as StandardScaler()."""
    texts = (owner.text, owner.why) if isinstance(owner, Unknown) else ()
    return any(word in text.partition("(")[0] for word in words for text in texts)


def _says(owner: object, word: str) -> bool:
    """Tell whether a value comes from a call with this word in it."""
    return isinstance(owner, Unknown) and (word in owner.text or word in owner.why)
