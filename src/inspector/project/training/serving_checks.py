"""Training code compared with inference code, measured on images and on a trained run."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.code_reading.input_differences import Aspect, InputDifference
from inspector.code_reading.input_pixels import (
    Floats,
    input_of,
    same_shape,
    stored_pixels,
    to_levels,
    with_aspect,
)
from inspector.code_reading.model_input import ModelInput
from inspector.code_reading.program import parse_program
from inspector.code_reading.reading import Answers, literal
from inspector.code_reading.serving import ServingReading, read_serving
from inspector.dataset.decoding import read_file
from inspector.errors import TrainingError
from inspector.project.catalog.samples import Samples
from inspector.project.context import ProjectContext
from inspector.project.training.run import Run, RunState
from inspector.project.training.runs import Runs
from inspector.store.samples import Sample
from inspector.training_protocol.run_folder import BEST

MEASURED_IMAGES = 20
JUDGED_IMAGES = 200


@dataclass(frozen=True, slots=True)
class InputChange:
    """Effect of one difference on the images of the dataset.

    Attributes:
        mean_change: Mean absolute change of a model input.
        relative_change: The same relative to the standard deviation of training inputs.
        images: Number of measured images; `changed` of them differ from training.
        affected: Images of the whole dataset that are affected, where countable.
        accuracy: Accuracy of the run on images as in training, and with this difference.
    """

    mean_change: float | None = None
    relative_change: float | None = None
    images: int = 0
    changed: int = 0
    affected: int | None = None
    accuracy: tuple[float, float] | None = None

    @property
    def text(self) -> str:
        """The measurement as text, or ""."""
        parts = []
        if self.affected is not None:
            concerned = f"{self.affected:,} images" if self.affected else "none of the images"
            parts.append(f"it concerns {concerned} of this dataset")
        if self.mean_change is not None and self.relative_change is not None:
            parts.append(
                f"on {self.images} images the model's input changes by {self.mean_change:.3g} on"
                f" average, {self.relative_change:.0%} of its standard deviation"
            )
        if self.accuracy is not None:
            before, after = self.accuracy
            parts.append(f"accuracy goes from {before:.3f} to {after:.3f}")
        return "; ".join(parts)

    def document(self) -> dict[str, object]:
        """Return it for `--json`."""
        before, after = self.accuracy or (None, None)
        return {
            "mean_change": _rounded(self.mean_change),
            "relative_change": _rounded(self.relative_change),
            "images": self.images, "images_changed": self.changed, "images_affected": self.affected,
            "accuracy": before, "accuracy_with_difference": after,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ServingCheck:
    """A comparison with its measurements.

    Attributes:
        changes: One per difference.
        together: All differences at once, for each way in which inference feeds the model.
        run: The evaluated run, or ""; `judged` is its number of validation images.
        why_no_run: Why no run was evaluated, or "".
    """

    reading: ServingReading
    changes: tuple[InputChange, ...]
    together: tuple[InputChange, ...]
    run: str = ""
    judged: int = 0
    why_no_run: str = ""

    def document(self) -> dict[str, object]:
        """Return it for `--json`."""
        document = self.reading.document()
        document["differences"] = [
            {**d.document(), "measured": c.document()}
            for d, c in zip(self.reading.differences, self.changes, strict=True)
        ]
        document["together"] = [change.document() for change in self.together]
        document["run"] = self.run or None
        document["run_images"] = self.judged
        document["why_no_run"] = self.why_no_run
        return document


@dataclass(frozen=True, slots=True)
class _Stored:
    """One decoded image."""

    label: str
    pixels: NDArray[np.uint8]
    orientation: int


class ServingChecks:
    """Compares inference code with training code on the images of a project."""

    def __init__(self, context: ProjectContext, samples: Samples, runs: Runs) -> None:
        self._context = context
        self._samples = samples
        self._runs = runs

    def check(
        self, training: str, serving: str, answers: Answers = (), *, judge: bool = True
    ) -> ServingCheck:
        """Compare both codes, measuring on 20 images and on a finished run if there is one.

        Args:
            training: Pasted training code.
            serving: Pasted inference code.
            answers: Answers to what the training code does not tell.
            judge: True to evaluate the latest run as well, which starts the training child.

        Raises:
            UsageError: One of the codes is not Python, or an answer is to nothing in it.
            TrainingError: The run's model or a validation image can't be read.
        """
        images = [s for s in self._samples.everything() if s.status == "image"]
        counts: Counter[str] = Counter(s.new_label or s.label for s in images)
        reading = read_serving(
            parse_program(training), parse_program(serving),
            answers={name: literal(value) for name, value in answers},
            class_names=sorted(counts),
        )  # fmt: skip
        chosen = self._read(_spread(images, MEASURED_IMAGES), MEASURED_IMAGES)
        changes = [self._change(reading, d, chosen, images, counts) for d in reading.differences]
        together = [_measured(reading.training, one, chosen) for one in reading.serving]
        check = ServingCheck(reading, tuple(changes), tuple(together))
        if not reading.differences or not judge:
            return check
        return self._judged(check)

    def _read(self, samples: Sequence[Sample], count: int) -> list[_Stored]:
        """Decode up to `count` images; those that can't be decoded are left out."""
        images: list[_Stored] = []
        for sample in samples:
            if len(images) == count:
                break
            file = self._context.absolute(sample.path)
            try:
                pixels, orientation = stored_pixels(read_file(str(file)), file.name)
            except Exception:
                continue
            images.append(_Stored(sample.new_label or sample.label, pixels, orientation))
        return images

    def _change(
        self, reading: ServingReading, difference: InputDifference, chosen: Sequence[_Stored],
        images: Sequence[Sample], counts: Mapping[str, int],
    ) -> InputChange:  # fmt: skip
        learnt, aspect = reading.training, difference.aspect
        if aspect is Aspect.CLASSES:
            return InputChange(affected=_misnamed(difference, counts))
        if learnt is None:
            return InputChange()
        other = with_aspect(learnt, reading.serving[difference.number], aspect)
        change = _measured(learnt, other, chosen)
        if aspect is Aspect.EXIF:
            turned = sum(s.orientation > 1 for s in images)
            return InputChange(
                change.mean_change, change.relative_change, change.images, change.changed, turned
            )
        return change

    # A run.

    def _judged(self, check: ServingCheck) -> ServingCheck:
        reading, learnt = check.reading, check.reading.training
        run = next(
            (r for r in reversed(self._runs.all())
             if r.state is RunState.DONE and (r.folder / BEST).exists()), None,
        )  # fmt: skip
        if run is None or learnt is None:
            why = "no run of this dataset is done: train one to see what accuracy is lost"
            return ServingCheck(reading, check.changes, check.together, why_no_run=why)
        if learnt.scale is None:
            why = "training normalises each image by itself, which can't be undone for a run"
            return ServingCheck(reading, check.changes, check.together, why_no_run=why)
        return self._with_accuracies(check, learnt, run)

    def _with_accuracies(self, check: ServingCheck, learnt: ModelInput, run: Run) -> ServingCheck:
        reading, spec = check.reading, run.spec
        rows = list(zip(spec.validation.paths, spec.validation.labels, strict=True))
        step = max(1, len(rows) // JUDGED_IMAGES)
        images, labels = self._validation(rows[::step][:JUDGED_IMAGES])
        if not images:
            raise TrainingError(
                f"no validation image of {run.name} can be read",
                "Restore the files, or train anew.",
            )
        judge = _RunJudge(self._runs, run, learnt, images, np.array(labels, np.int32))
        before = judge.accuracy(learnt)
        changes = []
        for difference, change in zip(reading.differences, check.changes, strict=True):
            other = with_aspect(learnt, reading.serving[difference.number], difference.aspect)
            changes.append(_with_accuracy(change, before, judge.accuracy(other) if other else None))
        together = [
            _with_accuracy(change, before, judge.accuracy(one))
            for one, change in zip(reading.serving, check.together, strict=True)
        ]
        return ServingCheck(reading, tuple(changes), tuple(together), run.name, len(images))

    def _validation(self, rows: Sequence[tuple[str, int]]) -> tuple[list[_Stored], list[int]]:
        images, labels = [], []
        for path, label in rows:
            file = self._context.absolute(path)
            try:
                pixels, orientation = stored_pixels(read_file(str(file)), file.name)
            except Exception:
                continue
            images.append(_Stored(str(label), pixels, orientation))
            labels.append(label)
        return images, labels


class _RunJudge:
    """Evaluates a run's model on images that are prepared in several ways."""

    def __init__(
        self, runs: Runs, run: Run, learnt: ModelInput, images: Sequence[_Stored],
        labels: NDArray[np.int32],
    ) -> None:  # fmt: skip
        self._runs, self._run, self._learnt = runs, run, learnt
        self._images, self._labels = images, labels

    def accuracy(self, prepared: ModelInput) -> float:
        """Return the accuracy for images prepared in a given way.

        The run has its own size and normalisation: values are converted back to the levels that
        training would have made them of, and to the run's size.
        """
        side = self._run.spec.image_size_px
        pixels = np.empty((len(self._images), side, side, 3), np.float32)
        for number, image in enumerate(self._images):
            given = input_of(prepared, image.pixels, image.orientation)
            levels = to_levels(given, self._learnt)
            assert levels is not None
            pixels[number] = same_shape(np.ascontiguousarray(levels), (side, side))
        return self._runs.judge(self._run.name, pixels, self._labels)


def _with_accuracy(change: InputChange, before: float, after: float | None) -> InputChange:
    if after is None:
        return change
    return InputChange(
        change.mean_change, change.relative_change, change.images, change.changed,
        change.affected, (before, after),
    )  # fmt: skip


def _measured(
    learnt: ModelInput | None, other: ModelInput | None, images: Sequence[_Stored]
) -> InputChange:
    """Return the mean difference of two ways to prepare an image, over all images."""
    if learnt is None or other is None or not images:
        return InputChange()
    changes: list[float] = []
    spreads: list[float] = []
    for image in images:
        one = input_of(learnt, image.pixels, image.orientation)
        two = input_of(other, image.pixels, image.orientation)
        changes.append(_apart(one, two))
        spreads.append(float(one.std()))
    mean, spread = float(np.mean(changes)), float(np.mean(spreads))
    changed = sum(c > 1e-6 * max(spread, 1e-9) for c in changes)
    return InputChange(mean, mean / max(spread, 1e-9), len(images), changed)


def _apart(one: Floats, two: Floats) -> float:
    return float(np.abs(same_shape(two, one.shape) - one).mean())


def _misnamed(difference: InputDifference, counts: Mapping[str, int]) -> int | None:
    """Return the number of dataset images in classes that get another class's name."""
    if difference.names is None:
        return None
    trained, served = difference.names
    wrong = [a for a, b in zip(trained, served, strict=False) if a.casefold() != b.casefold()]
    return sum(counts.get(name, 0) for name in wrong)


def _spread(images: Sequence[Sample], count: int) -> list[Sample]:
    """Return images evenly spread over the dataset, in order of use."""
    step = max(1, len(images) // count)
    first = list(images[::step][:count])
    chosen = {s.id for s in first}
    return [*first, *(s for s in images[: 4 * count] if s.id not in chosen)]


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")
