"""Optional checks of the verb code: inference code beside training code, and measurements."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from inspector.cli.code_options import given_answers
from inspector.cli.output import print_table
from inspector.code_reading.program import load_code, parse_program
from inspector.code_reading.reading import CodeReading, literal
from inspector.code_reading.serving import ServingReading, read_serving
from inspector.errors import DatasetError, UsageError

if TYPE_CHECKING:
    from inspector.audit.pitfalls import Pitfall
    from inspector.project.project import Project
    from inspector.project.training.serving_checks import ServingCheck

_HEADS = ("", "channels", "EXIF", "size", "values", "line")


@dataclass(frozen=True, slots=True)
class CodeChecks:
    """Results beyond the reading of the code.

    Attributes:
        serving: The comparison of inference with training.
        check: The same comparison with measurements.
        pitfalls: Pitfalls of the split on the dataset's files; None without a dataset.
        why_none: Why the split can't be replayed on these files.
    """

    serving: ServingReading | None = None
    check: "ServingCheck | None" = None
    pitfalls: "tuple[Pitfall, ...] | None" = None
    why_none: str = ""

    @property
    def measured(self) -> set[str]:
        """The codes of findings that are printed with measurements."""
        return {p.code for p in self.pitfalls or () if p.numbers}

    def document(self) -> dict[str, object]:
        """Return the members that `code --json` has beside the reading's own."""
        members: dict[str, object] = {}
        if self.check is not None:
            members["serving"] = self.check.document()
        elif self.serving is not None:
            members["serving"] = self.serving.document()
        if self.pitfalls is not None:
            members["pitfalls"] = [
                {"code": p.code, "severity": p.severity, "text": p.text, "numbers": dict(p.numbers),
                 "files": list(p.files)}
                for p in self.pitfalls
            ]  # fmt: skip
            members["split_not_replayed"] = self.why_none or None
        return members

    def print(self, out: TextIO) -> None:
        """Print the results for people."""
        for pitfall in self.pitfalls or ():
            if pitfall.numbers:
                print(f"{pitfall.severity}: {pitfall.text} ({pitfall.code})", file=out)
        if self.why_none:
            print(f"split not replayed: {self.why_none}", file=out)
        reading = self.serving if self.check is None else self.check.reading
        if reading is not None:
            _print_serving(reading, self.check, out)


def check_code(arguments: argparse.Namespace, reading: CodeReading) -> CodeChecks:
    """Compare inference with training and measure the split, as the arguments ask."""
    answers = tuple(given_answers(arguments).items())
    training = load_code(arguments.file)
    serving = None if arguments.serve is None else load_code(arguments.serve)
    if arguments.dataset is None:
        assert serving is not None
        values = {name: literal(value) for name, value in answers}
        one, two = parse_program(training), parse_program(serving)
        return CodeChecks(read_serving(one, two, answers=values))
    from inspector.project.augment.flip_pitfalls import flip_pitfalls

    with _project(arguments) as project:
        check = None if serving is None else project.serving.check(training, serving, answers)
        pitfalls, why = _pitfalls(project, training, arguments, answers)
        pitfalls += tuple(flip_pitfalls(reading, project.previews.reference_set()))
        return CodeChecks(check.reading if check else None, check, pitfalls, why)


def _pitfalls(
    project: "Project", code: str, arguments: argparse.Namespace,
    answers: tuple[tuple[str, str], ...],
) -> "tuple[tuple[Pitfall, ...], str]":  # fmt: skip
    """Return the pitfalls of the split on these files, and why it can't be replayed."""
    from inspector.project.splits.split_rules import Rule, RuleKind
    from inspector.splits.keras_replay import Call

    call = Call(keras=arguments.keras_version)
    rule = Rule(RuleKind.CODE, call, code=code, answers=answers)
    try:
        return tuple(project.splits.membership(rule).findings), ""
    except (UsageError, DatasetError) as error:
        pitfalls = tuple(project.splits.code_pitfalls(rule))
        return pitfalls, f"{error.message}. {error.advice}"


@contextmanager
def _project(arguments: argparse.Namespace) -> Iterator["Project"]:
    """Open the project of the dataset and scan its files."""
    # Imported late: reading code needs neither images nor a project.
    from inspector.cli.options import open_project, scan

    names = argparse.Namespace(
        dataset=arguments.dataset, project=arguments.project, relocate=False, manifest=None,
        jobs=None, read_only=False, split_role=[], layout=None, root=None, label_column=None,
        folders=None, quiet=arguments.quiet,
    )  # fmt: skip
    with open_project(names) as project:
        scan(project, names)
        yield project


def _print_serving(reading: ServingReading, check: "ServingCheck | None", out: TextIO) -> None:
    _print_inputs(reading, out)
    for number, difference in enumerate(reading.differences):
        places = f"{difference.place.text} (training {difference.training_place.text})"
        text = f"{difference.severity.value}: {places}: {difference.text} ({difference.code})"
        print(text, file=out)
        if check is not None and check.changes[number].text:
            print(f"    {check.changes[number].text}", file=out)
    if check is not None and reading.differences:
        _print_whole(check, out)
    for name, lacks in (("training", reading.training_unread), ("inference", reading.unread)):
        for lack in lacks:
            print(f"not read: {name} {lack.place.text}: {lack.what}: {lack.why}", file=out)
    if not reading.differences and reading.training is not None and reading.serving:
        print("no difference between training and inference was found", file=out)


def _print_inputs(reading: ServingReading, out: TextIO) -> None:
    rows = [] if reading.training is None else [("training", reading.training)]
    rows += [("inference", one) for one in reading.serving]
    if rows:
        print("what the model is given:", file=out)
        table = [(name, *one.texts, one.place.text.removeprefix("line ")) for name, one in rows]
        print_table(table, _HEADS, out)


def _print_whole(check: "ServingCheck", out: TextIO) -> None:
    for change in check.together:
        print(f"all differences together: {change.text}", file=out)
    if check.run:
        print(f"judged: {check.run} on {check.judged:,} validation images", file=out)
    else:
        print(f"accuracy not measured: {check.why_no_run}", file=out)
