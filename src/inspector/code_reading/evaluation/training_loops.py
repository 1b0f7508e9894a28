"""Loops over batches that train: what torch code and tf.GradientTape do in place of fit."""

from inspector.code_reading.evaluation.objects import SPLIT_LOADERS, DataSet, StreamValue


class TrainingLoops:
    """Keeps which dataset the innermost loop runs over, and which rounds of folds are open."""

    def __init__(self) -> None:
        self._datasets: list[DataSet] = []
        self._branches: list[tuple[int, list[DataSet]]] = []
        self._fresh: list[bool] = []
        self._optimizers = 0

    def enter(self, source: object) -> int:
        """Start a loop over a value; return what `leave` needs."""
        before = len(self._datasets)
        data = source.data if isinstance(source, StreamValue) else source
        if isinstance(data, DataSet):
            self._datasets.append(data)
        return before

    def leave(self, before: int) -> None:
        """End a loop."""
        del self._datasets[before:]

    def begin_branch(self) -> None:
        """Start one branch of a condition that is not known."""
        self._branches.append((len(self._datasets), []))

    def end_branch(self) -> list[DataSet]:
        """End the branch; return the datasets that were trained on in it."""
        return self._branches.pop()[1]

    def trained_on(self, data: DataSet | None = None) -> DataSet | None:
        """Return the dataset that a step of training reads for certain; None where there is none.

        Args:
            data: That both branches of a condition train on; None for the innermost loop's.
        """
        if data is None:
            data = self._datasets[-1] if self._datasets else None
        if data is None:
            return None
        if self._branches and self._branches[-1][0] == len(self._datasets):
            self._branches[-1][1].append(data)
            return None
        return data

    def begin_round(self) -> None:
        """Start a round over the folds of a cross-validator."""
        if self._fresh:
            self._fresh[-1] = False

    def enter_folds(self, item: object) -> bool:
        """Start a loop whose items stand for folds; tell whether they do."""
        folds = _is_fold(item)
        if folds:
            self._fresh.append(False)
        return folds

    def leave_folds(self) -> None:
        """End a loop over folds."""
        self._fresh.pop()

    def made_optimizer(self) -> None:
        """Keep that an optimizer is made: for a model that starts anew."""
        self._optimizers += 1
        self.started_anew()

    def started_anew(self) -> None:
        """Keep that the weights start anew in this round."""
        if self._fresh:
            self._fresh[-1] = True

    @property
    def carries_weights(self) -> bool:
        """Whether this round trains on with the weights of the round before."""
        return bool(self._fresh) and not self._fresh[-1] and self._optimizers > 0


def _is_fold(item: object) -> bool:
    parts = item if isinstance(item, tuple) else (item,)
    return any(
        _is_fold(p) if isinstance(p, tuple)
        else isinstance(p, DataSet) and p.source.loader in SPLIT_LOADERS
        and p.source.loader.value.endswith("Fold")
        for p in parts
    )  # fmt: skip
