"""Effects of policies, measured by one child process that starts at the first question."""

import threading

from inspector.errors import ProjectError
from inspector.subprocesses import ChildProcess, ProcessExited
from inspector.work.effects_process import NAME, Answer, Given, Question


class PolicyEffects:
    """Takes images and answers questions about policies; a dead child is restarted at the next."""

    def __init__(self) -> None:
        self._child: ChildProcess | None = None
        self._given: dict[type[Given], Given] = {}
        self._sent: dict[type[Given], Given] = {}
        self._lock = threading.Lock()

    def give(self, pictures: Given) -> None:
        """Measure on these images from the next question on; returns at once."""
        self._given[type(pictures)] = pictures

    def ask(self, question: Question) -> Answer:
        """Return the answer; one question at a time.

        Raises:
            ProjectError: The child exited without an answer.
        """
        with self._lock:
            try:
                return self._ask(question)
            except ProcessExited as error:
                self._end()
                raise ProjectError(
                    f"measuring ended ({error})", "Move a number to try again."
                ) from error

    def close(self) -> None:
        """Kill the child; a waiting `ask` raises."""
        child = self._child
        if child is not None:
            child.abort()
        with self._lock:
            self._end()

    def _ask(self, question: Question) -> Answer:
        if self._child is None:
            self._child = ChildProcess(NAME)
        for kind, given in list(self._given.items()):
            if self._sent.get(kind) is not given:
                self._child.send(given)
                self._sent[kind] = given
        self._child.send(question)
        answer: Answer = self._child.receive()  # type: ignore[assignment]
        return answer

    def _end(self) -> None:
        if self._child is not None:
            self._child.kill()
        self._child = None
        self._sent.clear()
