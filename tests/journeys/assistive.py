"""Use the open window as a screen reader user does: by roles and names only.

Run by the system's Python, which has the bindings; prints what it heard as JSON.

    python3 assistive.py TARGET
"""

import contextlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402 - the version has to be named first

WAIT_SECONDS = 90
PRESS_SECONDS = 3
MOST_CHILDREN = 60


def parts(node: Any, depth: int = 0) -> Iterator[Any]:
    """Yield the visible nodes at and below a node."""
    if node is None or depth > 25:
        return
    try:
        count = min(node.get_child_count(), MOST_CHILDREN)
        if depth and not node.get_state_set().contains(Atspi.StateType.SHOWING):
            return
    except Exception:
        # It went while it was looked at.
        return
    yield node
    for place in range(count):
        try:
            child = node.get_child_at_index(place)
        except Exception:
            continue
        yield from parts(child, depth + 1)


def wait(look: Callable[[], Any], what: str) -> Any:
    """Return the first truthy answer of `look`."""
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        with contextlib.suppress(GLib.GError):  # a part went while it was looked at: look again
            answer = look()
            if answer:
                return answer
        time.sleep(0.3)
    raise SystemExit(f"waited in vain for {what}")


def program() -> Any:
    """Return the program, once it is accessible."""
    desktop = Atspi.get_desktop(0)
    every = [desktop.get_child_at_index(i) for i in range(desktop.get_child_count())]
    return next((a for a in every if a is not None and a.get_name() == "inspector"), None)


def names(app: Any, role: str) -> list[str]:
    """Return the names of all nodes with a role."""
    return [n.get_name() for n in parts(app) if n.get_role_name() == role and n.get_name()]


def named(app: Any, role: str, start: str) -> Any:
    """Return the node with a role whose name starts with `start`."""
    fits = (n for n in parts(app) if n.get_role_name() == role and n.get_name().startswith(start))
    return next(fits, None)


def press(app: Any, role: str, start: str) -> None:
    """Press it, once it exists."""

    def ready() -> Any:
        part = named(app, role, start)
        usable = part is not None and part.get_state_set().contains(Atspi.StateType.ENABLED)
        return part if usable else None

    part = wait(ready, f"{role} {start}")
    actions = [part.get_action_name(i) for i in range(part.get_n_actions())]
    part.do_action(actions.index("Press"))


def main(target: str) -> None:
    """Open, exclude the copies of one cluster, read the gallery, export."""
    app = wait(program, "the program")
    heard: dict[str, object] = {}
    heard["finding"] = wait(
        lambda: [
            n for n in names(app, "label") if n.endswith("have a near-duplicate in training.")
        ],
        "the findings",
    )
    press(app, "check box", "Duplicates")
    heard["clusters"] = wait(
        lambda: [n for n in names(app, "list item") if n.startswith("cluster of")], "the clusters"
    )
    press(app, "push button", "Exclude")
    heard["status"] = wait(
        lambda: [n for n in names(app, "label") if n.startswith("1 decision since export")],
        "the decision",
    )
    press(app, "check box", "Gallery")
    heard["items"] = wait(
        lambda: [n for n in names(app, "list item") if ", training" in n], "the gallery"
    )
    press(app, "check box", "Export")
    field = wait(lambda: named(app, "text", "Target folder"), "the target")
    field.set_text_contents(target)
    press(app, "push button", "Export")
    # Images leak: the button asks once more, with their number on it. It asks again where the plan
    # for the new target came in between.
    pressed_at = 0.0

    def done() -> list[str]:
        nonlocal pressed_at
        said = [n for n in names(app, "label") if n.startswith("Done:")]
        part = None if said else named(app, "push button", "Export")
        enabled = part is not None and part.get_state_set().contains(Atspi.StateType.ENABLED)
        if enabled and time.monotonic() > pressed_at + PRESS_SECONDS:
            pressed_at = time.monotonic()
            press(app, "push button", "Export")
        return said

    heard["done"] = wait(done, "the export")
    print(json.dumps(heard))


if __name__ == "__main__":
    main(sys.argv[1])
