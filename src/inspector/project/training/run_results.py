"""What a trained model reveals about the data: its confusions and its confident mistakes."""

from dataclasses import dataclass

from inspector.audit.leakage import edges_across
from inspector.audit.predictions import Prediction, Rate, rates, read_predictions
from inspector.dataset.names import Label
from inspector.errors import TrainingError
from inspector.project.review.similarity_graph import link
from inspector.project.splits.leakage import KINDS
from inspector.project.splits.source import SplitSource
from inspector.project.training.run import Run
from inspector.store.sample_table import SampleTable, among
from inspector.store.samples import Sample
from inspector.training_protocol.run_folder import PREDICTIONS_BEST, PREDICTIONS_LAST


@dataclass(frozen=True, slots=True)
class Mistake:
    """A misclassified validation image; confidence is 0..1."""

    sample: Sample
    label: Label
    predicted: Label
    confidence: float


@dataclass(frozen=True, slots=True)
class RunResult:
    """Predictions of one run for its validation images.

    Attributes:
        cells: Sample ids by (true class, predicted class).
        rates: Overall, with and without a near-duplicate in training, by class.
        mistakes: Most confident first.
        gone: Validation images that are no longer in the dataset.
    """

    run: str
    classes: tuple[str, ...]
    cells: dict[tuple[str, str], tuple[int, ...]]
    rates: tuple[Rate, ...]
    mistakes: tuple[Mistake, ...]
    gone: int


def run_result(source: SplitSource, run: Run, *, last: bool = False) -> RunResult:
    """Read the predictions of a run's best weights, or of the last.

    Raises:
        TrainingError: There are no predictions yet.
        DatasetError: They can't be read.
    """
    file = run.folder / (PREDICTIONS_LAST if last else PREDICTIONS_BEST)
    if not file.exists():
        raise TrainingError(
            "there is no prediction before the first epoch", "Let the run train a little longer."
        )
    predictions = read_predictions(file)
    rows = source.groups.images()
    judged = {p.path for p in predictions}
    known: dict[str, Sample] = {s.path: s for s in rows if s.path in judged}
    cells: dict[tuple[str, str], list[int]] = {}
    for p in predictions:
        if p.path in known:
            cells.setdefault((p.label, p.predicted), []).append(known[p.path].id)
    wrong = sorted(
        (p for p in predictions if p.label != p.predicted and p.path in known),
        key=lambda p: (-p.confidence, p.path),
    )
    return RunResult(
        run.name, run.spec.class_names, {k: tuple(ids) for k, ids in cells.items()},
        tuple(_rates(source, run, predictions, rows)),
        tuple(Mistake(known[p.path], p.label, p.predicted, p.confidence) for p in wrong),
        sum(p.path not in known for p in predictions),
    )  # fmt: skip


def _rates(
    source: SplitSource, run: Run, predictions: list[Prediction], rows: SampleTable
) -> list[Rate]:
    """Return rates with connections to the images that the run really trained on."""
    spec = run.spec
    learned = among(rows.paths, {*spec.training.paths, *spec.selection.paths})
    judged = among(rows.paths, {*spec.validation.paths})
    ties = link(source.duplicates, source.groups, rows).at(source.duplicates.threshold).ties
    codes = edges_across(ties, learned, judged)
    tie: dict[str, str] = {rows.paths[i]: KINDS[codes[i] - 1] for i in codes.nonzero()[0].tolist()}
    numbers = source.groups.numbers(rows, with_duplicates=True)
    group: dict[str, int] = dict(zip(rows.paths, numbers.tolist(), strict=True))
    return rates(predictions, tie, dict.fromkeys(spec.validation.paths, "validation"), group)
