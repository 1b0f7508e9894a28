"""A diagnosis in a child process: it tells how far it is, its first figures, and the answer."""

from collections.abc import Callable
from dataclasses import dataclass

from inspector.audit.gap import diagnose
from inspector.audit.terms import Diagnosis, Question
from inspector.children import Child, ChildGone, Parent
from inspector.work.jobs import Progress, Stop

NAME = "inspector.work.diagnosing:run"


@dataclass(frozen=True, slots=True)
class Ask:
    """Diagnose a question with so many split seeds."""

    question: Question
    seeds: int | None


@dataclass(frozen=True, slots=True)
class At:
    """Some parts of a stage are done."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class First:
    """The first figures, without controls and verdicts."""

    answer: Diagnosis


@dataclass(frozen=True, slots=True)
class Answer:
    """All of it."""

    answer: Diagnosis


def run(parent: Parent) -> None:
    """Be the child: answer one `Ask`."""
    ask = parent.receive()
    assert isinstance(ask, Ask)
    answer = diagnose(
        ask.question,
        seeds=ask.seeds,
        progress=lambda stage, done, total: parent.send(At(stage, done, total)),
        first=lambda figures: parent.send(First(figures)),
    )
    parent.send(Answer(answer))


def ask_child(
    question: Question,
    *,
    seeds: int | None,
    stop: Stop,
    progress: Progress,
    first: Callable[[Diagnosis], None] | None = None,
    low_priority: bool = False,
) -> Diagnosis | None:
    """Diagnose in a child; return None when stopped.

    Raises:
        ChildGone: The child ended without an answer.
    """
    child = Child(NAME, low_priority=low_priority)
    stage = ""
    done = 0
    try:
        child.send(Ask(question, seeds))
        while not stop.is_set():
            match child.receive():
                case At() as at:
                    if at.stage != stage:
                        stage, done = at.stage, 0
                        progress.start(f"diagnosis: {stage}", at.total)
                    progress.advance(at.done - done)
                    done = at.done
                case First(answer=figures):
                    if first is not None:
                        first(figures)
                case Answer(answer=answer):
                    return answer
                case other:
                    raise ChildGone(f"an answer of an unknown kind: {other!r}")
        return None
    finally:
        child.kill()
