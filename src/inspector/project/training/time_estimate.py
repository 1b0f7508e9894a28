"""Estimated training times, from the speed of earlier trainings."""

from collections.abc import Sequence
from statistics import median

from inspector.project.training.run import Run
from inspector.training_protocol.run_spec import Budget, RunSpec

# Evaluating an image costs about a third of training on it.
_EVALUATED = 1 / 3

# Measured on two cores: importing TensorFlow, and building and saving a small model.
_START_SECONDS = 6.0
_RUN_SECONDS = 0.8


def estimate_seconds(runs: Sequence[Run], specs: Sequence[RunSpec]) -> float | None:
    """Return the estimated time for all specs; an upper bound where they end on a plateau.

    A speed is of one model at one image size; None if a spec's was never measured.
    """
    total = _START_SECONDS
    for spec in specs:
        known = [
            r for r in runs
            if len(r.history) > 1
            and (r.spec.model, r.spec.image_size_px) == (spec.model, spec.image_size_px)
        ]  # fmt: skip
        # An augmented epoch takes longer than a plain one; without one of the same kind, use any.
        alike = [r for r in known if (r.spec.policy is None) == (spec.policy is None)] or known
        if not alike:
            return None
        pace = median(median(e.seconds for e in r.history[1:]) / _load(r.spec) for r in alike)
        first = median(
            max(0.0, r.history[0].seconds - median(e.seconds for e in r.history[1:])) for r in alike
        )
        total += _RUN_SECONDS + first + pace * _load(spec) * _epochs(spec)
    return total


def _load(spec: RunSpec) -> float:
    """Return the images of an epoch, evaluated ones weighted by their cost."""
    return len(spec.training) + _EVALUATED * (len(spec.selection) + len(spec.validation))


def _epochs(spec: RunSpec) -> float:
    if spec.budget is Budget.STEPS:
        return spec.steps / -(-len(spec.training) // spec.batch_size)
    return spec.epochs
