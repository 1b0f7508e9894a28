"""Arguments that decide the files of a call, and which of them are unknown."""

import ast
import re
from typing import Final

from inspector.code_reading.evaluation.objects import DataSet, LoaderName, Source
from inspector.code_reading.evaluation.sizes import Size
from inspector.code_reading.evaluation.split_objects import slice_share
from inspector.code_reading.evaluation.value_text import shown
from inspector.code_reading.evaluation.values import (
    ListBox,
    Member,
    Method,
    PartText,
    PathText,
    Unknown,
    is_known,
)
from inspector.code_reading.program import Unread
from inspector.code_reading.roles import DatasetRole

_PIECE: Final = re.compile(r"\{([^{}]+)\}")


class CallArguments:
    """Arguments of one call, with the unknown ones."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.unread: list[Unread] = []
        if source.open and source.loader is not LoaderName.FILES:
            self.lacks(source.open, "it is not in the code")

    def lacks(self, what: str, why: str, value: object = None) -> None:
        """Record that a deciding value is unknown."""
        self.unread.append(Unread(self._source.place, what, why, unknown_expression(value)))

    def _get(self, name: str, default: object = None, *, decides: bool = True) -> object:
        value = self._source.arguments.get(name, default)
        if name not in self._source.arguments and self._source.open:
            return Unknown(name)
        if isinstance(value, Unknown | PartText) and decides:
            self.lacks(name, _because(value), value)
        return value

    def path(self, value: object) -> str | None:
        """Return a folder as text; None if nothing of it is known."""
        if isinstance(value, Member):
            value = value.value
        if isinstance(value, PathText | PartText | str):
            text = shown(value)
            known = isinstance(value, str) or is_known(value)
            if known or text.rstrip("/").rpartition("/")[2].strip("{}") not in ("", "..."):
                bare = text.startswith("{") and text.endswith("}") and "/" not in text
                if known or not bare:
                    return text if len(text) == 1 else text.rstrip("/")
        known = is_known(value)
        self.lacks("folder", "it is not a text" if known else _because(value), value)
        return None

    def share(self, name: str, default: float | None = None) -> float | None:
        """Return an argument as a share."""
        value = self._get(name, default)
        if value is None or isinstance(value, Unknown | PartText):
            return None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        self.lacks(name, f"{shown(value)[:40]!r} is not a share")
        return None

    def whole(self, name: str, default: int) -> int | None:
        """Return an argument as a positive integer."""
        value = self._get(name, default)
        return value if isinstance(value, int) and value > 0 else None

    def maker_share(self) -> float | None:
        """Return the share of a flow's generator, if a subset is requested."""
        if self._source.arguments.get("subset") is None and not self._source.open:
            return None
        maker = self._source.maker
        if maker is None:
            self.lacks(
                "validation_split",
                "the ImageDataGenerator that it comes from is not in the code",
            )
            return None
        value = maker.arguments.get("validation_split", Unknown(maker.open) if maker.open else None)
        if isinstance(value, Unknown | PartText):
            why, expression = _because(value), unknown_expression(value)
            self.unread.append(Unread(maker.place, "validation_split", why, expression))
            return None
        return float(value) if isinstance(value, int | float) else None

    def left_right(self) -> float | None:
        """Return the share of split_dataset that goes to the right."""
        right, left = self._get("right_size"), self._get("left_size")
        for value, sign in ((right, 0), (left, 1)):
            if isinstance(value, float):
                return 1 - value if sign else value
            if isinstance(value, int):
                self.lacks("validation_split", "split_dataset is given a number of files")
                return None
        return None

    def test_size(self, default: float) -> float | None:
        """Return the share that scikit-learn holds out."""
        test, train = self._get("test_size"), self._get("train_size")
        if isinstance(test, float):
            return test
        if isinstance(test, Size) and self._is_of_another(test):
            self.lacks("test_size", "it is the length of another list, and only the files tell it")
            return None
        if isinstance(test, Size):
            return test.share
        if test is None and isinstance(train, float):
            return 1 - train
        if test is None and train is None and not self._source.open:
            return default
        return None

    def _is_of_another(self, size: Size) -> bool:
        """Tell whether a size is computed from the length of a list that is not split here."""
        parent = self._source.parent
        if parent is None or parent.has("indices"):
            return False
        return not size.datasets <= {parent.number}

    def ratio(self, data: DataSet) -> float | None:
        """Return the share of one part of split-folders."""
        if self._source.arguments.get("kind") != "ratio":
            self.lacks("validation_split", "fixed() moves a number of files of each class")
            return None
        ratio = self._get("ratio", (0.8, 0.1, 0.1))
        items = ratio.data if isinstance(ratio, ListBox) else ratio
        numbers = items if isinstance(items, list | tuple) else ()
        shares = [float(v) for v in numbers if isinstance(v, float | int)]
        part = data.part
        if not isinstance(part, int) or part >= len(shares) or len(shares) < len(numbers):
            return None
        return round(1 - shares[0] if part == 0 else shares[part], 10)

    def require(self, name: str) -> None:
        """Record an argument as unknown if it decides and is not known."""
        if are_folder_names(self._source.arguments.get(name)):
            return
        value = self._get(name)
        if not isinstance(value, Unknown | PartText) and not is_known(value):
            self.lacks(name, "a part of it is not in the code")

    def text(self, name: str) -> str | None:
        """Return an argument as text."""
        value = self._get(name)
        return value if isinstance(value, str) else None

    def seed(
        self, name: str, *, decides: bool, default: int | None = None, needed: str = ""
    ) -> int | None:
        """Return a seed; if it decides the files, record an unknown or missing one."""
        value = self._get(name, default, decides=decides)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if value is None and needed:
            self.lacks(name, needed)
        elif value is not None and decides and not isinstance(value, Unknown | PartText):
            self.lacks(name, f"the seed {shown(value)[:40]!r} is not a whole number")
        return None

    def flag(self, name: str, *, default: bool, decides: bool) -> bool | None:
        """Return an argument as a flag."""
        value = self._get(name, default, decides=decides)
        return bool(value) if isinstance(value, bool | int | None) else None


def unknown_expression(value: object) -> str:
    """Return the source of the unknown part of a value; "" if it is no expression."""
    if isinstance(value, PathText):
        value = value.text
    if isinstance(value, PartText):
        piece = _PIECE.search(value.text)
        text = piece.group(1) if piece else ""
    else:
        text = value.text if isinstance(value, Unknown) else ""
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    return "" if isinstance(node, ast.Constant) else text


def _because(value: object) -> str:
    """Return why a value is unknown."""
    if isinstance(value, Unknown):
        reason = f" ({value.why})" if value.why else ""
        return f"it is {value.text}, whose value is not in the code{reason}"
    return f"it is {shown(value)}, of which a part is not in the code"


def sliced_share(data: DataSet, role: DatasetRole) -> float | None:
    """Return the share that a slice such as "train[80%:]" holds out; None if unknown."""
    part = next((s.values[0] for s in data.steps if s.name == "part" and s.values), None)
    if not isinstance(part, str):
        return None
    share = slice_share(part)[1]
    if share is None or share == 1:
        return None
    return round(1 - share if role is DatasetRole.TRAINING else share, 10)


def taken_share(data: DataSet, role: DatasetRole) -> float | None:
    """Return the share that takes and skips leave for a role, if known."""
    start, end = 0.0, 1.0
    cuts = [s for s in data.membership if s.name in ("take", "skip")]
    for step in cuts:
        size = step.values[0] if step.values else None
        if not isinstance(size, Size):
            return None
        if step.name == "take":
            end = min(end, start + size.share)
        else:
            start = min(end, start + size.share)
    if not cuts:
        return None
    return 1 - (end - start) if role is DatasetRole.TRAINING else end - start


def side_share(second: Size | None, role: DatasetRole, data: DataSet) -> float | None:
    """Return the share that slices hold out."""
    if second is None:
        return None
    part = next((s.values[0] for s in data.steps if s.name == "part"), 0)
    mine = second.share if part == 1 else 1 - second.share
    return 1 - mine if role is DatasetRole.TRAINING else mine


def are_folder_names(value: object) -> bool:
    """Tell whether class names are those of another dataset: its folders, as by default."""
    match value:
        case Method(owner=DataSet(source=source), name="class_names"):
            own = source.arguments.get("class_names")
            return own is None or are_folder_names(own)
        case Unknown(options=options) if options:
            return all(v is None or are_folder_names(v) for v in options)
    return False
