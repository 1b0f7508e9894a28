"""Training loops over batches: what torch code and tf.GradientTape do in place of fit."""

import re
from collections.abc import Sequence
from typing import Final

from inspector.code_reading.evaluation.objects import (
    SPLIT_LOADERS,
    DataSet,
    LoaderName,
    StreamValue,
)
from inspector.code_reading.evaluation.values import Unknown

_ITSELF: Final = re.compile(r"^(?:sorted|tqdm|list)\((\w+)\)$")
_IS_IMAGE: Final = re.compile(
    r"endswith|suffix|splitext|is_?file|is_?dir|exists|None|\.\w{3,4}['\"]"
)
"""Conditions that tell images from other files."""


class TrainingLoops:
    """Tracks the dataset of the innermost loop, and the open rounds of cross-validation."""

    def __init__(self) -> None:
        self._datasets: list[DataSet] = []
        self._targets: dict[str, DataSet] = {}
        self._depth = 0
        self._depths: list[int] = []
        self._skips: list[tuple[int, str]] = []
        self._branches: list[tuple[int, list[DataSet], str]] = []
        self._fresh: list[bool] = []
        self._optimizers = 0
        self._models: list[object] = []

    def enter(self, source: object, target: str = "") -> int:
        """Start a loop over a value; return the state for `leave`."""
        before = len(self._datasets)
        data = source.data if isinstance(source, StreamValue) else source
        if isinstance(data, Unknown):
            data = self._of_outer_loop(data.text)
        if isinstance(data, DataSet):
            self._datasets.append(data)
            self._depths.append(self._depth)
            self._targets[target] = data
        return before

    def _of_outer_loop(self, text: str) -> DataSet | None:
        """Return the files of a loop whose variable is looped over, as the names of os.walk are."""
        name = _ITSELF.sub(r"\1", text)
        for target, data in self._targets.items():
            if data in self._datasets and re.search(rf"\b{re.escape(name)}\b", target):
                return data
        return None

    def folder_of(self, target: str) -> object:
        """Return the folder of the files that a loop with this variable goes through, or None."""
        data = self._targets.get(target)
        listed = data is not None and data.source.loader is LoaderName.FILES
        return data.source.arguments.get("directory") if data is not None and listed else None

    def leave(self, before: int) -> None:
        """End a loop."""
        del self._datasets[before:], self._depths[before:]

    def deepen(self, by: int) -> None:
        """Start a loop of any kind, by 1, or end it, by -1."""
        self._depth += by

    def begin_skip(self, condition: str) -> None:
        """Start what an item reaches only where a condition did not skip it."""
        self._skips.append((len(self._datasets), condition))

    def end_skip(self) -> None:
        """End what `begin_skip` started."""
        self._skips.pop()

    def begin_branch(self, condition: str = "") -> None:
        """Start one branch of an unknown condition."""
        self._branches.append((len(self._datasets), [], condition))

    def files(self) -> DataSet | None:
        """Return the files or rows that the innermost loop over a dataset goes through, or None.

        A condition within the loop chooses among them, unless it is about what is an image. In a
        loop within it, more than one is made of each.
        """
        data = self._datasets[-1] if self._datasets else None
        if data is None or data.source.loader is not LoaderName.FILES:
            return None
        conditions = [(depth, text) for depth, _, text in self._branches] + self._skips
        for depth, condition in conditions:
            if depth == len(self._datasets) and not _IS_IMAGE.search(condition):
                data = data.after("filter", condition)
        return data.after("concatenate") if self._depth > self._depths[-1] else data

    def end_branch(self) -> list[DataSet]:
        """End the branch; return the datasets it trained on."""
        return self._branches.pop()[1]

    def trained_on(self, data: DataSet | None = None) -> DataSet | None:
        """Return the dataset that a training step certainly reads, or None.

        Args:
            data: Dataset that both branches of a condition train on; None for the innermost loop's.
        """
        if data is None:
            data = self._datasets[-1] if self._datasets else None
        if data is None:
            return None
        if self._branches and self._branches[-1][0] == len(self._datasets):
            self._branches[-1][1].append(data)
            return None
        return data

    @property
    def reads_nothing(self) -> bool:
        """Whether no loop around this point goes through a dataset."""
        return not self._datasets

    def begin_round(self, models: Sequence[object]) -> None:
        """Start a round over the folds of a cross-validator, with the models that there are."""
        self._fresh[-1] = False
        self._models = list(models)

    def enter_folds(self, item: object) -> bool:
        """Start a loop whose items may be folds; return whether they are."""
        folds = _is_fold(item)
        if folds:
            self._fresh.append(False)
        return folds

    def leave_folds(self) -> None:
        """End a loop over folds."""
        self._fresh.pop()

    def made_optimizer(self) -> None:
        """Record that an optimizer is created: for a model that starts from scratch."""
        self._optimizers += 1
        self.started_anew()

    def started_anew(self) -> None:
        """Record that the weights are reset in this round."""
        if self._fresh:
            self._fresh[-1] = True

    def trained_before(self, model: object) -> bool:
        """Whether a model was made before this round over folds, and keeps its weights."""
        carried = bool(self._fresh) and not self._fresh[-1]
        return carried and any(m is model for m in self._models)

    @property
    def carries_weights(self) -> bool:
        """Whether this round continues with the weights of the previous one."""
        return bool(self._fresh) and not self._fresh[-1] and self._optimizers > 0


def _is_fold(item: object) -> bool:
    parts = item if isinstance(item, tuple) else (item,)
    return any(
        _is_fold(p) if isinstance(p, tuple)
        else isinstance(p, DataSet) and p.source.loader in SPLIT_LOADERS
        and p.source.loader.value.endswith("Fold")
        for p in parts
    )  # fmt: skip
