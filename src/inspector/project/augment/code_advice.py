"""Advice on the augmentation of pasted code: its policy's numbers, and the code around them."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from inspector.augmentation.lint import Advice
from inspector.augmentation.lint_finding import Severity
from inspector.augmentation.policy import Policy
from inspector.code_reading.finding import CodeFinding
from inspector.code_reading.policies import training_policy
from inspector.code_reading.reading import CodeReading, lint_code, read_code
from inspector.errors import UsageError
from inspector.project.augment.previews import advise


def code_advice(text: str, keras: str = "") -> list[Advice]:
    """Return what there is to say of code beyond its policy's numbers.

    Raises:
        UsageError: It is not Python, or `keras` is no version.
    """
    return [_advice(f) for f in lint_code(text, keras or None)]


def policy_with_advice(text: str, keras: str = "") -> tuple[Policy, list[Advice]]:
    """Return the policy that code trains with, and what there is to say of the code around it.

    Raises:
        UsageError: It is not Python, or holds no augmentation that can be read.
    """
    reading = read_code(text, keras_version=keras)
    return training_policy(reading.policies), code_advice(text, keras)


def advise_code(
    text: str, images: Sequence[Path], keras: str = ""
) -> tuple[CodeReading, list[Advice]]:
    """Return how code is read, and all advice on it, measured on images where there are any.

    Raises:
        UsageError: It is not Python, or holds no augmentation at all.
    """
    reading = read_code(text, keras_version=keras)
    told = code_advice(text, keras)
    try:
        policy = training_policy(reading.policies)
    except UsageError:
        if not told:
            raise
        return reading, told
    # The shifts of code are read as this Keras moves them, so the code is told of the exchange.
    points = [
        a for a in advise(policy, images, keras, sizes=reading.context.sizes)
        if a.rule != "swapped-axes" and not (a.rule == "needs-fit" and reading.fitted)
    ]  # fmt: skip
    return reading, points + told


def _advice(finding: CodeFinding) -> Advice:
    return Advice(
        finding.rule, finding.parameter, cast(Severity, finding.severity.lint_level),
        finding.text, {}, finding.suggestion,
    )  # fmt: skip
