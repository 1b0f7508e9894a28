"""Membership under pasted code: as its calls are read, and as it runs on the files."""

from inspector.audit.pitfalls import Pitfall
from inspector.code_reading.finding import HIGH
from inspector.errors import CodeError, UsageError
from inspector.project.splits.code_consequences import code_pitfalls
from inspector.project.splits.code_split import is_keras, pair_of, reading_of
from inspector.project.splits.exact_split import ExactSplit, exact_split
from inspector.project.splits.keras_split import by_reading, elsewhere_by_folder
from inspector.project.splits.library_split import replay_findings
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import Membership, Rule
from inspector.splits.replayed import SAVE_LIST


def by_code(source: SplitSource, rule: Rule) -> Membership:
    """Return the membership under pasted code, on the current files.

    What Keras cuts by itself is replayed. Other code is followed on the files too, and where every
    list in it is known, that decides.

    Raises:
        DatasetError: The loader would raise on this folder.
        UsageError: The code can't be read, or reads another folder.
    """
    try:
        known = by_reading(source, rule)
    except CodeError:
        raise
    except UsageError as error:
        exact = exact_split(source, rule)
        if isinstance(exact, ExactSplit):
            return _on_files(source, rule, exact)
        if not exact.why:
            raise
        raise UsageError(exact.why, error.advice) from error
    if is_keras(pair_of(reading_of(rule.code, rule.call.keras, rule.answers))):
        return known
    exact = exact_split(source, rule)
    if isinstance(exact, ExactSplit):
        same = exact.is_split(known.training, known.validation)
        return known if same else _on_files(source, rule, exact)
    if exact.doubts:
        # The reading may have missed what changes a list, or leaves it open.
        raise UsageError(exact.doubts, SAVE_LIST)
    return known


def _on_files(source: SplitSource, rule: Rule, exact: ExactSplit) -> Membership:
    reading = reading_of(rule.code, rule.call.keras, rule.answers)
    taken = {*exact.training, *exact.validation}
    head = f"{exact.folder}/" if exact.folder else ""
    every = (s.path for s in source.samples.everything() if s.status == "image")
    neither = tuple(p for p in every if p.startswith(head) and p not in taken)
    told = replay_findings(exact.assumed)
    findings = (*_overlap(exact), *code_pitfalls(source, reading, told), *told)
    return Membership(
        rule, exact.training, exact.validation, elsewhere_by_folder(source, {*taken, *neither}),
        neither, findings, exact.folder,
    )  # fmt: skip


def _overlap(exact: ExactSplit) -> list[Pitfall]:
    trained = set(exact.training)
    both = tuple(dict.fromkeys(p for p in exact.validation if p in trained))
    if not both:
        return []
    text = f"{len(both):,} of {len(exact.validation):,} validation files are training files too"
    numbers = {"both": float(len(both)), "validation": float(len(exact.validation))}
    return [Pitfall("overlap", HIGH, text, "The code puts them in both.", numbers, both)]
