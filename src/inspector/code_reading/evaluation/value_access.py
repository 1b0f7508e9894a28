"""Reading and changing attributes and items of values, counted in steps."""

import ast
import math
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any, Final

from inspector.code_reading.evaluation.host import ExactFollower
from inspector.code_reading.evaluation.memory import Memory
from inspector.code_reading.evaluation.objects import StreamValue
from inspector.code_reading.evaluation.sizes import Size
from inspector.code_reading.evaluation.value_text import text_of
from inspector.code_reading.evaluation.values import (
    MAX_ITEMS,
    MAX_NUMBER,
    MISSING,
    Arguments,
    ClassBox,
    CountingDict,
    DictBox,
    Function,
    ListBox,
    Member,
    Method,
    ObjectBox,
    PartText,
    PathText,
    Ref,
    ScopeBox,
    Unknown,
    ValueBox,
    is_number,
    is_scalar,
    merged,
)
from inspector.code_reading.program import CodePlace

MAX_ROUNDS: Final = 24
"""Loop iterations that are followed one by one."""


class TooMuchError(Exception):
    """The code does more than can be followed."""


class ValueAccess(ABC):
    """Reads and changes values; a subclass adds calls."""

    max_steps = 60_000
    max_rounds = MAX_ROUNDS
    max_items = MAX_ITEMS
    exact: ExactFollower | None = None

    def __init__(self) -> None:
        self.memory = Memory()
        self.steps = 0
        self.line = 1

    @property
    def in_branch(self) -> bool:
        """Whether what is followed now may not happen."""
        return self.memory.in_branch

    @property
    @abstractmethod
    def place(self) -> CodePlace:
        """The evaluator's current position."""

    @abstractmethod
    def call(self, function: object, given: Arguments, node: ast.AST) -> object:
        """Call a value."""

    @abstractmethod
    def attribute_of(self, owner: object, name: str, node: ast.AST) -> object:
        """Return an attribute of a library object, or MISSING."""

    @abstractmethod
    def item_of(self, owner: object, key: object, node: ast.AST) -> object:
        """Return an item of a library object, or MISSING."""

    def spend(self, steps: int = 1) -> None:
        """Count steps.

        Raises:
            TooMuchError: The limit is exceeded.
        """
        self.steps += steps
        if self.memory.copied:
            self.steps += self.memory.copied // 8
            self.memory.copied %= 8
        if self.steps > self.max_steps:
            raise TooMuchError

    def truth(self, value: object) -> bool | None:
        """Return whether a value is true; None if unknown."""
        match value:
            case Unknown(options=options) if options:
                truths = {self.truth(v) for v in options}
                return truths.pop() if len(truths) == 1 else None
            case Unknown(draw=draw) if draw < 0:
                return True
            case Unknown() | Size():
                return None
            case PartText(text=text):
                return True if text.replace("{", "").replace("}", "") != text or text else None
            case ListBox() | DictBox():
                return bool(value.data) or (None if value.open else False)
            case _ if is_scalar(value) or isinstance(value, tuple):
                return bool(value)
            case _:
                return True

    def attribute(self, owner: object, name: str, node: ast.AST) -> object:
        """Return an attribute of a value."""
        if isinstance(owner, Unknown) and owner.options:
            return merged([self.attribute(v, name, node) for v in owner.options], text_of(node))
        known = self._known_attribute(owner, name, node)
        if known is not MISSING:
            return known
        method = Method(owner, name)
        if isinstance(owner, Unknown):
            return Unknown(_named(owner.text, name), owner.why, (), method, origin=owner.origin)
        return Unknown(text_of(node), "no line of the code sets it", (), method)

    def _known_attribute(self, owner: object, name: str, node: ast.AST) -> object:
        match owner:
            case ObjectBox():
                return self._object_attribute(owner, name, node)
            case ClassBox():
                return self._class_attribute(owner, name, node)
            case Member(name=text, value=value) if name in ("name", "value"):
                return text if name == "name" else value
            case Ref(name=full, imported=imported):
                return Ref(f"{full}.{name}"[:400], imported)
            case PathText():
                return _path_attribute(owner, name)
            case _:
                known = MISSING if self.exact is None else self.exact.attribute(owner, name)
                return self.attribute_of(owner, name, node) if known is MISSING else known

    def _object_attribute(self, owner: ObjectBox, name: str, node: ast.AST) -> object:
        if name in owner.data:
            return owner.data[name]
        if owner.kind is not None:
            member = owner.kind.find(name)
            if isinstance(member, Function):
                return self._bound(member, owner, node)
            if member is not MISSING:
                return member
            if name == "__class__":
                return owner.kind
        if name == "__dict__":
            return owner
        return Unknown(text_of(node), "no line of the code sets it", (), Method(owner, name))

    def _class_attribute(self, owner: ClassBox, name: str, node: ast.AST) -> object:
        member = owner.find(name)
        if isinstance(member, Function):
            return self._bound(member, owner, node) if _decorated(member, "classmethod") else member
        if member is MISSING:
            return owner.name if name == "__name__" else Method(owner, name)
        if owner.is_enum and not isinstance(member, Member):
            return Member(name, member, owner.is_mixed)
        return member

    def _bound(self, function: Function, owner: ValueBox, node: ast.AST) -> object:
        if _decorated(function, "staticmethod"):
            return function
        whose = owner.kind if isinstance(owner, ObjectBox) else owner
        bound = Function(
            function.name, function.arguments, function.body, function.scope, function.defaults,
            function.keyword_defaults, whose if _decorated(function, "classmethod") else owner,
            function.owner, function.generator, function.decorators,
        )  # fmt: skip
        if _decorated(function, "property") or _decorated(function, "cached_property"):
            return self.call(bound, Arguments(), node)
        return bound

    def item(self, owner: object, key: object, node: ast.AST) -> object:
        """Return an item of a value."""
        unknown = Unknown(text_of(node))
        known = self._exact_item(owner, key, unknown)
        if known is not MISSING:
            return known
        match owner:
            case Unknown(options=options) if options:
                return merged([self.item(v, key, node) for v in options], text_of(node))
            case DictBox():
                return self._of_dict(owner, key, node)
            case ObjectBox(kind=ClassBox() as kind) if isinstance(
                kind.find("__getitem__"), Function
            ):
                getter = self.attribute(owner, "__getitem__", node)
                return self.call(getter, Arguments((key,)), node)
            case ObjectBox(data=names) | ScopeBox(data=names) if isinstance(key, str):
                return names.get(key, unknown)
            case ClassBox() if owner.is_enum and isinstance(key, str):
                return self._class_attribute(owner, key, node)
            case StreamValue(item=item) if isinstance(key, int):
                return item
        known = (
            self._of_sequence(owner, key, unknown) if isinstance(owner, ListBox | tuple | str)
            else self.item_of(owner, key, node)
        )  # fmt: skip
        return unknown if known is MISSING else known

    def _exact_item(self, owner: object, key: object, unknown: Unknown) -> object:
        """Return an item of what is followed exactly; MISSING for anything else."""
        if self.exact is None:
            return MISSING
        if isinstance(owner, Unknown) and owner.origin and not owner.options:
            return replace(unknown, origin=owner.origin)
        if not self.exact.has_items(owner):
            return MISSING
        known = self.exact.item(owner, key)
        plain = self.exact.is_plain_list(owner)
        return known if known is not MISSING or plain else unknown

    def _of_dict(self, box: DictBox, key: object, node: ast.AST) -> object:
        """Return an item of a dict; a defaultdict makes it for a key that it lacks."""
        lacks = isinstance(box, CountingDict) and is_key(key) and key not in box.data
        if not lacks or box.open or not isinstance(box, CountingDict):
            return _of_dict(box, key, Unknown(text_of(node)))
        if box.factory == 0:
            return 0
        value = self.call(box.factory, Arguments(), node)
        self.put(box, key, value)
        return value

    def _of_sequence(
        self, owner: ListBox | tuple[object, ...] | str, key: object, unknown: Unknown
    ) -> object:
        data = owner.data if isinstance(owner, ListBox) else owner
        is_open = isinstance(owner, ListBox) and owner.open
        if isinstance(key, tuple) and isinstance(owner, ListBox) and all(map(is_number, data)):
            return owner if not is_open else unknown  # An array with other axes.
        if isinstance(key, bool) or (is_open and not (isinstance(key, int) and key >= 0)):
            return unknown
        if isinstance(key, slice):
            ends = (key.start, key.stop, key.step)
            if not all(e is None or (isinstance(e, int) and abs(e) < MAX_NUMBER) for e in ends):
                return unknown
        elif not isinstance(key, int):
            return unknown
        try:
            value = data[key]
        except (IndexError, ValueError):
            return unknown
        return self._list(value) if isinstance(value, list) else value

    def _list(
        self, items: "list[object] | tuple[list[object], bool]", *, is_set: bool = False
    ) -> ListBox:
        content, is_open = items if isinstance(items, tuple) else (items, False)
        self.spend(len(content) // 8)
        if len(content) > self.max_items:
            raise TooMuchError
        box = ListBox(content, is_set=is_set)
        box.open = is_open
        return box

    def put(self, box: ValueBox, key: object, value: object) -> None:
        """Set an item of a dict, a list or a namespace."""
        if self.exact is not None and self.exact.put(self, box, key, value):  # type: ignore[arg-type]
            return
        self.memory.touch(box)
        if isinstance(box, ListBox):
            items = self.listed(value) if self.exact and isinstance(key, slice) else None
            if isinstance(key, slice) and items is not None and not box.open and key.step is None:
                box.data[key] = items
            elif isinstance(key, int) and -len(box.data) <= key < len(box.data) and not box.open:
                box.data[key] = value
            else:
                self.forget(box)
        elif isinstance(box, DictBox | ObjectBox | ScopeBox | ClassBox):
            data: dict[Any, object] = box.data
            if is_key(key):
                data[key] = value
                if len(data) > self.max_items:
                    raise TooMuchError
            else:
                self.forget(box)

    def update(self, box: ValueBox, other: object) -> None:
        """Apply `dict.update`."""
        self.memory.touch(box)
        if isinstance(other, DictBox | ObjectBox):
            if other.open:
                self.forget(box)
            for key, value in other.data.items():
                self.put(box, key, value)
            return
        pairs = self.listed(other)
        known = pairs is not None and all(isinstance(p, tuple) and len(p) == 2 for p in pairs)
        if not known:
            self.forget(box)
            return
        for pair in pairs or ():
            assert isinstance(pair, tuple)
            self.put(box, pair[0], pair[1])

    def remove(self, box: object, key: object) -> None:
        """Delete an item of a box."""
        if isinstance(box, ListBox | DictBox | ObjectBox | ClassBox):
            self.memory.touch(box)
            try:
                del box.data[key]  # type: ignore[arg-type]
            except (KeyError, IndexError, TypeError):
                if not is_scalar(key):
                    self.forget(box)

    def forget(self, box: ValueBox) -> None:
        """Make the whole content of a box unknown, since an unknown change affected it."""
        if self.exact is not None and not box.open:
            self.exact.forgot(box, self.line)
        self.memory.touch(box)
        box.open = True
        if isinstance(box, ListBox):
            box.data = []
            return
        data: dict[Any, object] = box.data  # type: ignore[assignment]
        for key, value in data.items():
            if not isinstance(value, Function | ClassBox | Ref):
                data[key] = Unknown(str(key), "code that is not here may change it")

    def listed(self, value: object) -> list[object] | None:
        """Return the items of an iterable; None if unknown."""
        match value:
            case ListBox(is_set=True) if self.exact is not None:
                return self.exact.ordered(value)
            case ListBox(data=data):
                return None if value.open else list(data)
            case DictBox(data=content):
                return None if value.open else list(content)
            case tuple():
                return list(value)
            case str() if len(value) <= self.max_rounds and len(value) < 10_000:
                return list(value)
            case ClassBox() if value.is_enum:
                mixed = value.is_mixed
                return [Member(k, v, mixed) for k, v in value.data.items() if not k.startswith("_")]
            case _:
                return None

    def typical(self, source: object, target: ast.AST) -> object:
        """Return a typical item of something that can't be listed."""
        return source.item if isinstance(source, StreamValue) else Unknown(text_of(target))


def _of_dict(box: DictBox, key: object, unknown: Unknown) -> object:
    """Return a value of a dict; of functions under an unknown key, one of them all."""
    if is_key(key):
        return box.data.get(key, unknown)
    values = tuple(box.data.values())
    if values and not box.open and all(isinstance(v, Function | ClassBox) for v in values):
        return Unknown(unknown.text, "which of them is not known", values[:6])
    return unknown


def _decorated(function: Function, name: str) -> bool:
    return any(isinstance(d, Ref) and d.last == name for d in function.decorators)


def _named(owner: str, name: str) -> str:
    return f"{owner}.{name}"[:200]


def is_key(key: object) -> bool:
    """Tell whether a value can be a known dict key."""
    if isinstance(key, tuple):
        return all(is_key(part) for part in key)
    if isinstance(key, PathText):
        return isinstance(key.text, str)
    return (is_scalar(key) and not (isinstance(key, float) and math.isnan(key))) or isinstance(
        key, Member
    )


def _path_attribute(path: PathText, name: str) -> object:
    text = path.text.text if isinstance(path.text, PartText) else path.text
    head, _, last = text.rpartition("/")
    whole = isinstance(path.text, str)
    match name:
        case "parent":
            return PathText((head or ".") if whole else PartText(head or "{" + "..." + "}"))
        case "name" | "stem" if whole or not last.startswith("{"):
            return last if name == "name" else last.rpartition(".")[0] or last
        case "parts" if whole:
            return tuple(
                (["/"] if text.startswith("/") else []) + [p for p in text.split("/") if p]
            )
        case "suffix" if whole:
            return "." + last.rpartition(".")[2] if "." in last[1:] else ""
        case _:
            return Method(path, name)
