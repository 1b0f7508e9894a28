"""Recorded changes of boxes, so that both branches of an unknown condition can be followed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from inspector.code_reading.evaluation.values import (
    MAX_ITEMS,
    DictBox,
    ListBox,
    Unknown,
    ValueBox,
    merged,
)

_State = tuple[object, bool]


@dataclass(frozen=True, slots=True)
class Branch:
    """The boxes that a stretch of code changed, with their content afterwards."""

    after: dict[int, tuple[ValueBox, _State]]


class Memory:
    """Records the original content of each box that changes within a branch."""

    def __init__(self) -> None:
        self._before: list[dict[int, tuple[ValueBox, _State]]] = []
        self.copied = 0
        self.on_merge: Callable[[ValueBox], None] | None = None

    @property
    def in_branch(self) -> bool:
        """Whether changes may not happen, or may be undone."""
        return bool(self._before)

    def touch(self, box: ValueBox) -> None:
        """Announce that a box is about to change."""
        if self._before and id(box) not in self._before[-1]:
            self.copied += box.size
            self._before[-1][id(box)] = (box, box.state())

    def begin(self) -> None:
        """Start a branch."""
        self._before.append({})

    def end(self) -> Branch:
        """End a branch and restore the state before it."""
        before = self._before.pop()
        after = {key: (box, box.state()) for key, (box, _) in before.items()}
        for box, state in before.values():
            box.restore(state)
        return Branch(after)

    def forget_branches(self) -> None:
        """Leave all branches at once, keeping their changes."""
        self._before.clear()

    def take(self, branch: Branch) -> None:
        """Apply the changes of one branch."""
        for box, state in branch.after.values():
            self.touch(box)
            box.restore(state)

    def take_one_of(self, branches: Sequence[Branch]) -> None:
        """Apply what is certain if one of the branches was taken."""
        boxes = {key: box for b in branches for key, (box, _) in b.after.items()}
        for key, box in boxes.items():
            now = box.state()
            states = [b.after[key][1] if key in b.after else now for b in branches]
            self.touch(box)
            box.restore(_one_of(box, states))
            if self.on_merge is not None and isinstance(box, ListBox) and _differ(states):
                self.on_merge(box)


def _differ(states: Sequence[_State]) -> bool:
    """Tell whether lists certainly have other items, or another order."""
    first = states[0][0]
    assert isinstance(first, list)
    return any(
        not isinstance(data, list) or len(data) != len(first)
        or any(a is not b for a, b in zip(data, first, strict=True))
        for data, _ in states[1:]
    )  # fmt: skip


def _maybe(item: object) -> Unknown:
    """Return an item that may not be in its list."""
    if isinstance(item, Unknown) and item.options[1:] == (None,):
        return item
    return Unknown("item", "it may not be in the list", (item, None))


def _one_of(box: ValueBox, states: Sequence[_State]) -> _State:
    is_open = any(opened for _, opened in states)
    datas = [data for data, _ in states]
    if isinstance(box, ListBox):
        lists = [d for d in datas if isinstance(d, list)]
        if len({len(d) for d in lists}) > 1:
            head = [merged(column, "item") for column in zip(*lists, strict=False)]
            rest = max(lists, key=len)[len(head) :]
            return [*head, *(_maybe(v) for v in rest[: MAX_ITEMS - len(head)])], True
        return [merged(column, "item") for column in zip(*lists, strict=True)], is_open
    keys: dict[object, None] = {}
    dicts = [d for d in datas if isinstance(d, dict)]
    for data in dicts:
        keys |= dict.fromkeys(data)
    content: dict[object, object] = {}
    for key in keys:
        values = [d[key] for d in dicts if key in d]
        if isinstance(box, DictBox) and len(values) < len(dicts):
            content[key] = Unknown(str(key), "it is set on one path only")
        else:
            # A name that only one path sets has that value wherever it is used.
            content[key] = merged(values, str(key))
    return content, is_open
