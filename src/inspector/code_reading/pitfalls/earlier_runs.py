"""What an earlier run of the program leaves behind for the next one."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.evaluation.evaluator import Followed
from inspector.code_reading.evaluation.objects import Action, LoaderName
from inspector.code_reading.evaluation.values import Unknown
from inspector.code_reading.finding import MIDDLE, CodeFinding
from inspector.code_reading.loader_rules import LOADER_RULES
from inspector.code_reading.roles import DatasetRole

_OF_THE_RUN: Final = re.compile(r"\btime(_ns)?\(|\bnow\(|rand|getpid|uuid|secrets")


def earlier_run_findings(followed: Followed, calls: Sequence[CodeCall]) -> Iterator[CodeFinding]:
    """Yield a model that goes on from the run before, while each run makes another split."""
    fits = {
        number: call for call in calls
        if call.role is DatasetRole.TRAINING and _differs_by_run(call)
        for number in call.fit_numbers
    }  # fmt: skip
    written = {e.name for e in followed.events if e.action is Action.STORE}
    before: list[str] = []
    loaded = None
    for number, event in enumerate(followed.events):
        if event.action is Action.STORE:
            before.append(event.name)
        elif event.action is Action.LOAD and event.name in written and event.name not in before:
            loaded = event
        elif number in fits and loaded is not None:
            yield CodeFinding(
                "trained_by_earlier_runs", MIDDLE,
                f"The model goes on from {loaded.name}, which a run before has saved, and each run"
                f" splits {fits[number].folder or 'the images'} anew (line"
                f" {fits[number].place.line}): earlier runs were trained on images that validate"
                " now. Give the split a fixed seed, or save its lists.",
                loaded.place,
            )  # fmt: skip
            return


def _differs_by_run(call: CodeCall) -> bool:
    """Tell whether each run of the program makes another split."""
    rule = LOADER_RULES[call.loader]
    if not rule.seed or not rule.seed_decides(call.source.arguments):
        return False
    value = call.source.arguments.get(rule.seed)
    if value is None:
        return rule.seed_needed and call.loader is not LoaderName.DATASET
    return isinstance(value, Unknown) and bool(_OF_THE_RUN.search(f"{value.text} {value.why}"))
