"""Read a program: its datasets, its augmentation, and the findings about them."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from inspector.augmentation.lint_finding import LintContext
from inspector.augmentation.policy import Policy
from inspector.augmentation.policy_json import write_policy
from inspector.augmentation.value_rules import RULES
from inspector.code_reading.calls import code_calls
from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.evaluation.evaluator import Followed, follow
from inspector.code_reading.evaluation.host import ExactFollower
from inspector.code_reading.evaluation.keras_objects import BUILT_IN_SIDES
from inspector.code_reading.evaluation.objects import Action, Arrays, DataSet, LoaderName, Source
from inspector.code_reading.evaluation.value_text import shown
from inspector.code_reading.evaluation.values import ListBox, is_scalar
from inspector.code_reading.finding import HIGH, LOW, MIDDLE, CodeFinding
from inspector.code_reading.pitfalls.earlier_runs import earlier_run_findings
from inspector.code_reading.pitfalls.losses import loss_findings
from inspector.code_reading.pitfalls.offline_copies import offline_findings
from inspector.code_reading.pitfalls.overlaps import overlap_findings
from inspector.code_reading.pitfalls.split_groups import group_findings
from inspector.code_reading.pitfalls.untraced_data import untraced_data
from inspector.code_reading.policies import (
    CodePolicy,
    HiddenValueError,
    code_policies,
    training_policy,
)
from inspector.code_reading.policy_findings import policy_findings
from inspector.code_reading.program import CodePlace, Program, Unread, parse_program
from inspector.code_reading.role_corrections import is_role, role_keys, with_roles
from inspector.code_reading.roles import DatasetRole
from inspector.code_reading.split_findings import pairs, split_findings
from inspector.errors import UsageError

Answers = tuple[tuple[str, str], ...]
"""Expressions whose value the code does not tell, with the user's answers."""

_LEVELS = {"error": HIGH, "warning": MIDDLE, "hint": LOW}


@dataclass(frozen=True, slots=True)
class CodeReading:
    """The reading of a program.

    Attributes:
        calls: Datasets in text order.
        policies: Augmentations, those used in training first.
        findings: Most severe first.
        unread: What was not read, with the reason.
        notes: What a reader should know, such as assumed defaults.
        context: Sizes of training images in the code.
        fitted: True if a generator is fitted to the training images, as featurewise parameters
            need.
        containers: What the positions of a split point into.
    """

    calls: tuple[CodeCall, ...]
    policies: tuple[CodePolicy, ...]
    findings: tuple[CodeFinding, ...]
    unread: tuple[Unread, ...]
    notes: tuple[tuple[CodePlace, str], ...] = ()
    context: LintContext = field(default_factory=LintContext)
    fitted: bool = False
    containers: Mapping[Source, DataSet] = field(default_factory=dict)

    def asked(self) -> tuple[str, ...]:
        """Return the expressions whose value the user can enter."""
        return tuple(dict.fromkeys(u.expression for u in self.unread if u.expression))

    def pairs(self) -> tuple[tuple[CodeCall, CodeCall], ...]:
        """Return each evaluation call with its training call, the trained pair first."""
        return tuple(pairs(self.calls))

    def split_findings(self) -> tuple[CodeFinding, ...]:
        """Return the findings about the split, without those about augmentation alone."""
        return tuple(f for f in self.findings if f.about_split)

    def document(self) -> dict[str, object]:
        """Return the reading as JSON for `inspector code --json`."""
        return {
            "calls": [c.document() for c in self.calls],
            "policies": [
                {
                    "role": p.role.value,
                    "policy": None if p.policy is None else write_policy(p.policy),
                    "left_out": list(p.left_out),
                    "line": p.place.line,
                    "cell": p.place.cell,
                }
                for p in self.policies
            ],
            "findings": [
                {
                    "code": f.code, "severity": f.severity.value, "text": f.text,
                    "line": f.place.line, "cell": f.place.cell,
                }
                for f in self.findings
            ],
            "unread": [
                {
                    "line": u.place.line, "cell": u.place.cell, "what": u.what, "why": u.why,
                    "expression": u.expression,
                }
                for u in self.unread
            ],
            "notes": [
                {"line": place.line, "cell": place.cell, "text": text}
                for place, text in self.notes
            ],
        }  # fmt: skip


def read_program(
    program: Program, *, keras_version: str = "", answers: Mapping[str, str] | None = None
) -> CodeReading:
    """Read a program without running it.

    Args:
        program: A script or notebook.
        keras_version: Version it is written for, "2.8" or "3.15"; "" for the newest.
        answers: The user's answers by the source of the expression: a number, a list, or a text
            with or without quotation marks.

    Raises:
        UsageError: `keras_version` is no version, or an answer matches nothing in the code.
    """
    followed = follow(program, {text: literal(value) for text, value in (answers or {}).items()})
    for text in answers or {}:
        if text not in followed.answered and not is_role(text):
            raise UsageError(
                f"{text} is no expression whose value is missing in this code",
                "Name it as `inspector code FILE --json` does under unread, expression.",
            )
    calls = with_roles(code_calls(followed), answers or {})
    policies = code_policies(followed, calls, keras_version=keras_version)
    setting = _setting(followed, calls, keras_version)
    findings = [
        *(
            replace(f, about_split=True)
            for f in (
                *split_findings(followed, calls),
                *overlap_findings(followed, calls),
                *offline_findings(followed, calls),
                *group_findings(program, followed, calls),
                *loss_findings(followed, calls),
                *earlier_run_findings(followed, calls),
            )
        ),
        *policy_findings(followed, calls, policies, keras_version),
        *_value_findings(followed, policies, setting),
    ]
    unread = [*program.broken, *followed.unread, *(u for c in calls for u in c.unread)]
    unread += untraced_data(followed, calls)
    unread += [
        Unread(
            p.place, "the augmentation", p.error.message,
            p.error.expression if isinstance(p.error, HiddenValueError) else "",
        )
        for p in policies if p.error is not None
    ]  # fmt: skip
    notes = (*program.notes, *followed.notes, *_tables(calls), *_arrays(followed))
    findings.sort(key=lambda f: f.severity.rank)
    unread.sort(key=lambda u: (u.place.cell or 0, u.place.line))
    return CodeReading(
        calls, policies, tuple(_once(findings)),
        tuple(dict.fromkeys(unread)),
        tuple(dict.fromkeys(notes)),
        setting,
        any(e.action is Action.ADAPT for e in followed.events), followed.libraries.parents,
    )  # fmt: skip


def _tables(calls: Sequence[CodeCall]) -> Iterator[tuple[CodePlace, str]]:
    """Report calls whose files are in a table that is not in the code."""
    for call in calls:
        if call.loader is LoaderName.DATAFRAME or _is_of_table(call):
            given = call.source.arguments
            what, it = "the rows of a table decide", "the table"
            if "lines" in given:
                what, it = f"the lines of {shown(given['table'])[:80]} decide", "that file"
            yield (
                call.place,
                f"{what} which files are read, and {it} is not in the code: save the lists as a CSV"
                " with the columns path and split, and give it with --list",
            )


def _arrays(followed: Followed) -> Iterator[tuple[CodePlace, str]]:
    """Report what reads arrays that come with Keras, which are no files."""
    for event in followed.events:
        data = {Action.FIT: "training", Action.EVALUATE: "the test", Action.PREDICT: "predict"}
        roles = ((data.get(event.action, ""), event.data), ("validation", event.validation))
        for role, value in roles:
            first = value[0] if isinstance(value, tuple) and value else value
            if isinstance(first, Arrays) and role:
                yield event.place, f"{role} reads arrays of {first.name}, which are in no folder"


def _is_of_table(call: CodeCall) -> bool:
    """Tell whether what is split are the rows of a table that is read from a file."""
    data: DataSet | None = call.data
    for _ in range(8):
        if data is None:
            return False
        if data.source.loader is LoaderName.FILES:
            return data.source.arguments.get("table") is not None
        data = data.container or data.source.parent
    return False


def _once(findings: Sequence[CodeFinding]) -> Iterator[CodeFinding]:
    """Leave out what is reported twice for one line."""
    seen = set()
    for finding in findings:
        key = (finding.code, finding.place, finding.text)
        if key not in seen:
            seen.add(key)
            yield finding


def read_code(
    text: str, *, keras_version: str = "", answers: Mapping[str, str] | None = None
) -> CodeReading:
    """Read code: pasted lines, a script, or the text of a notebook.

    Raises:
        UsageError: It is not Python, or too long; `keras_version` is no version; or an answer
            matches nothing in the code.
    """
    return read_program(parse_program(text), keras_version=keras_version, answers=answers)


def calls_on_files(
    text: str, answers: Mapping[str, str], run: ExactFollower
) -> tuple[CodeCall, ...]:
    """Return the calls of code that is followed on the files of a dataset.

    Raises:
        UsageError: It is not Python, or too long.
    """
    known = {name: literal(value) for name, value in answers.items() if not is_role(name)}
    return code_calls(follow(parse_program(text), known, exact=run))


def pairs_of(calls: Sequence[CodeCall]) -> tuple[tuple[CodeCall, CodeCall], ...]:
    """Return each evaluation call with its training call, the trained pair first."""
    return tuple(pairs(calls))


def literal(text: str) -> object:
    """Return an answer: a Python value if it is one, else the text itself."""
    try:
        value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return text.strip()
    if isinstance(value, list):
        return ListBox(value)
    return value if is_scalar(value) or isinstance(value, tuple) else text.strip()


def read_for_form(
    text: str, keras_version: str = "", answers: Answers = ()
) -> tuple[CodeReading, tuple[str, ...]]:
    """Return the reading of code, and the expressions whose value the user can enter.

    Answers to other expressions are ignored: they belong to other code.

    Raises:
        UsageError: It is not Python, or `keras_version` is no version.
    """
    bare = read_code(text, keras_version=keras_version)
    known = {*bare.asked(), *role_keys(bare.calls)}
    taken = {name: value for name, value in answers if name in known}
    if not taken:
        return bare, bare.asked()
    reading = read_code(text, keras_version=keras_version, answers=taken)
    return reading, tuple(dict.fromkeys((*bare.asked(), *reading.asked())))


def answers_of(texts: Sequence[str]) -> dict[str, str]:
    """Return answers by expression, from texts such as "args.seed=42".

    Raises:
        UsageError: A text has no "=".
    """
    answers: dict[str, str] = {}
    for text in texts:
        expression, sign, value = text.partition("=")
        if not sign or not expression.strip() or not value.strip():
            raise UsageError(
                f'"{text}" does not say the value of an expression', "Such as args.seed=42."
            )
        answers[expression.strip()] = value.strip()
    return answers


def parse_code(text: str, *, keras_version: str | None = None) -> Policy:
    """Return the policy that a piece of code trains with.

    Args:
        text: Code. Without a call of fit, the first generator or stack of layers that augments.
        keras_version: Version the code was written for, "2.8" or "3"; decides which axis a shift of
            ImageDataGenerator moves along. None takes each shift along the axis of its name.

    Raises:
        UsageError: It is not Python, contains no augmentation, or hides one of its values.
    """
    return training_policy(read_code(text, keras_version=keras_version or "").policies)


def lint_code(
    text: str, keras_version: str | None = None, answers: Mapping[str, str] | None = None
) -> list[CodeFinding]:
    """Return the findings about the augmentation of code beyond its policy's parameters.

    Raises:
        UsageError: It is not Python, or `keras_version` is no version.
    """
    program = parse_program(text)
    followed = follow(program, {name: literal(value) for name, value in (answers or {}).items()})
    calls = with_roles(code_calls(followed), answers or {})
    policies = code_policies(followed, calls, keras_version=keras_version or "")
    return list(policy_findings(followed, calls, policies, keras_version or ""))


def _setting(followed: Followed, calls: Sequence[CodeCall], keras_version: str) -> LintContext:
    """Return the sizes of training images in the code."""
    sizes: set[tuple[int, int]] = set()
    for call in calls:
        if call.role in (DatasetRole.VALIDATION, DatasetRole.TEST):
            continue
        given = call.source.arguments
        size = given.get("target_size", given.get("image_size"))
        items = tuple(size.data) if isinstance(size, ListBox) else size
        if isinstance(items, tuple) and len(items) == 2:
            height, width = items
            if isinstance(height, int) and isinstance(width, int):
                sizes.add((height, width))
    for event in followed.events:
        if isinstance(event.data, Arrays):
            side = BUILT_IN_SIDES[event.data.name]
            sizes.add((side, side))
    return LintContext(keras_version=keras_version or None, sizes=tuple(sorted(sizes)))


def _value_findings(
    followed: Followed, policies: Sequence[CodePolicy], setting: LintContext
) -> Iterator[CodeFinding]:
    """Yield the lint findings for the policies that training uses."""
    fitted = [e.data for e in followed.events if e.action is Action.ADAPT]
    trained = [p for p in policies if p.role is DatasetRole.TRAINING] or [
        p for p in policies if p.role is DatasetRole.OTHER
    ]
    for code_policy in trained:
        if code_policy.policy is None:
            continue
        told: set[str] = set()
        for rule in RULES:
            for point in rule(code_policy.policy, setting):
                if point.field in told or point.rule == "swapped-axes":
                    continue
                if point.rule == "needs-fit" and code_policy.generator in fitted:
                    continue
                told.add(point.field)
                yield CodeFinding(
                    point.rule.replace("-", "_"), _LEVELS[point.severity], point.message,
                    code_policy.place, point.field, point.suggestion,
                )  # fmt: skip
