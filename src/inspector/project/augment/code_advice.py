"""Advice on the augmentation of pasted code: its policy, and the code around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from inspector.augmentation.lint import Advice
from inspector.augmentation.lint_finding import Severity
from inspector.augmentation.policy import Policy
from inspector.code_reading.finding import CodeFinding
from inspector.code_reading.policies import training_policy
from inspector.code_reading.reading import (
    Answers,
    CodeReading,
    lint_code,
    read_code,
    read_for_form,
)
from inspector.code_reading.role_corrections import role_keys
from inspector.errors import UsageError
from inspector.project.augment.image_previews import advise


def code_advice(text: str, keras: str = "") -> list[Advice]:
    """Return the advice on code beyond its policy's parameters.

    Raises:
        UsageError: It is not Python, or `keras` is no version.
    """
    return [_advice(f) for f in lint_code(text, keras or None)]


@dataclass(frozen=True, slots=True)
class PolicyReading:
    """Pasted code as the Augment page uses it.

    Attributes:
        asked: Expressions whose value the user can enter.
        policy: The policy that training uses, or why none can be read.
        advice: Advice on the code around the policy.
    """

    reading: CodeReading
    asked: tuple[str, ...]
    policy: Policy | UsageError
    advice: list[Advice]


def read_policy(text: str, keras: str = "", answers: Answers = ()) -> PolicyReading:
    """Return the policy that code trains with, its reading, and the advice on it.

    Raises:
        UsageError: It is not Python.
    """
    reading, asked = read_for_form(text, keras, answers)
    known = {*asked, *role_keys(reading.calls)}
    taken = {name: value for name, value in answers if name in known}
    policy: Policy | UsageError
    try:
        policy = training_policy(reading.policies)
    except UsageError as problem:
        policy = problem
    advice = [_advice(f) for f in lint_code(text, keras or None, taken)]
    return PolicyReading(reading, asked, policy, advice)


def advise_code(
    text: str, images: Sequence[Path], keras: str = ""
) -> tuple[CodeReading, list[Advice]]:
    """Return the reading of code and all advice on it, measured on images if there are any.

    Raises:
        UsageError: It is not Python, or contains no augmentation.
    """
    reading = read_code(text, keras_version=keras)
    told = code_advice(text, keras)
    try:
        policy = training_policy(reading.policies)
    except UsageError:
        if not told:
            raise
        return reading, told
    # Shifts are read as this Keras applies them, so the advice on the code mentions the swap.
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
