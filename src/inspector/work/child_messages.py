"""One request to a child process, and the messages that it sends back."""

from collections.abc import Generator

from inspector.errors import ProcessError
from inspector.subprocesses import ChildProcess, ProcessExited, wait_for_answers
from inspector.work.jobs import Stop

_LISTEN_SECONDS = 0.2
_ADVICE = "Try again; where memory is short, close other programs first."


def messages_from(
    name: str, request: object, *, whose: str, stop: Stop, low_priority: bool = False
) -> Generator[object, None, None]:
    """Start a child, send it `request` and yield its messages until `stop` is set.

    The child is killed when the generator is exhausted or closed.

    Args:
        name: "package.module:function" of the child.
        request: First message to the child.
        whose: The child in an error message, such as "the map's process".
        stop: Checked every 0.2 s, however long the child is silent.
        low_priority: True to yield to the window.

    Raises:
        ProcessError: The child can't be started, or exits.
    """
    try:
        child = ChildProcess(name, low_priority=low_priority, one_thread=True)
    except ProcessExited as gone:
        raise ProcessError(f"{whose} can't be started, {gone}", _ADVICE) from gone
    try:
        child.send(request)
        while not stop.is_set():
            if wait_for_answers([child], _LISTEN_SECONDS):
                yield child.receive()
    except ProcessExited as gone:
        raise ProcessError(f"{whose} is gone, {gone}", _ADVICE) from gone
    finally:
        child.kill()


def unknown_message(message: object, *, whose: str) -> ProcessError:
    """Return the error of a message that the parent does not know."""
    return ProcessError(f"{whose} sent an unknown message: {message!r}", _ADVICE)
