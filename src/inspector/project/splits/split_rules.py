"""Split rules: how membership comes about, and its result."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from inspector.audit.pitfalls import Pitfall
from inspector.code_reading.reading import Answers
from inspector.dataset.layouts import IMAGE_ENDINGS
from inspector.dataset.names import TRAINING, VALIDATION, RelativePath, Split
from inspector.errors import UsageError
from inspector.splits.keras_replay import Call
from inspector.store.records import Record, RecordKey
from inspector.store.sample_table import SampleTable
from inspector.store.samples import Sample


class RuleKind(StrEnum):
    """What makes the split."""

    FOLDERS = "folders"
    KERAS = "keras call"
    REPLAY = "other library"
    CODE = "pasted code"
    GROUPS = "by group"
    LIST = "list of files"


@dataclass(frozen=True, slots=True)
class Rule:
    """A split rule.

    Attributes:
        call: For a Keras call; `second` is the call that makes validation, if it differs.
        folder: Folder that the call reads, relative to the dataset; "" for the root, None for the
            training folder if there is one, else the root.
        code: Pasted code, with `answers` to what it does not tell, and corrected roles.
        serving: Inference code that is compared with `code`; it decides nothing.
        share: For a split by group: validation share per class; None for the current one, or 0.2.
        seed: For a split by group.
        fewest_moves: For a split by group: leave images in place as far as possible.
        fold: For folders that are folds of a cross-validation: the held-out one; "" for the first.
        file: For a list of files: a CSV with the columns path and split, such as a locked split.
        function: For another library: a `SplitFunction`, with its `keywords` as a JSON object.
        listing: For another library: what lists the files; "" for the usual listing.
    """

    kind: RuleKind = RuleKind.FOLDERS
    call: Call = field(default_factory=Call)
    second: Call | None = None
    folder: str | None = None
    code: str = ""
    answers: Answers = ()
    serving: str = ""
    share: float | None = None
    seed: int = 0
    fewest_moves: bool = False
    fold: str = ""
    file: str = ""
    function: str = ""
    keywords: str = ""
    listing: str = ""

    @property
    def arguments(self) -> str:
        """The keywords of another library's call as written in a script."""
        try:
            keywords = msgspec.json.decode(self.keywords or "{}", type=dict[str, object])
        except msgspec.DecodeError:
            return self.keywords
        return ", ".join(f"{name}={value!r}" for name, value in keywords.items())

    @property
    def text(self) -> str:
        """The rule as text."""
        match self.kind:
            case RuleKind.FOLDERS:
                return f"{self.fold} against the other folds" if self.fold else "the folders"
            case RuleKind.CODE:
                return "the pasted code"
            case RuleKind.GROUPS:
                return f"groups kept together, seed {self.seed}"
            case RuleKind.LIST:
                return f"the list {Path(self.file).name}"
            case RuleKind.REPLAY:
                listed = f" on {self.listing}" if self.listing else ""
                return f"{self.function}({self.arguments}){listed}"
            case RuleKind.KERAS:
                call = self.call
                shuffle = "" if call.shuffle else ", shuffle=False"
                keras = f", Keras {call.keras}" if call.keras else ""
                call_text = f"{call.loader.value}(validation_split={call.validation_split:g}"
                return f"{call_text}, seed={call.seed}{shuffle}){keras}"


@dataclass(frozen=True, slots=True)
class Membership:
    """The splits of all images under a rule.

    Attributes:
        training: Paths in the rule's order; a file may be in both splits.
        validation: The same.
        elsewhere: Other images by the name of their split, such as "test" or "validation folder".
        neither: Files that the calls list and that are in no split.
        calls_to: Folder that the calls read, relative, or "".
        evaluation: Name of the second split: "test" if the folders have no validation.
    """

    rule: Rule
    training: tuple[RelativePath, ...]
    validation: tuple[RelativePath, ...]
    elsewhere: dict[Split, tuple[RelativePath, ...]]
    neither: tuple[RelativePath, ...] = ()
    findings: tuple[Pitfall, ...] = ()
    calls_to: str = ""
    evaluation: Split = VALIDATION

    def sides(self) -> dict[RelativePath, Split]:
        """Return the split of each path; the first one for a file in both."""
        every = ((TRAINING, self.training), (self.evaluation, self.validation))
        sides: dict[RelativePath, Split] = {}
        for side, paths in (*every, *self.elsewhere.items()):
            for path in paths:
                sides.setdefault(path, side)
        return sides


SPLIT_RULE = Record(RecordKey.SPLIT_RULE, Rule, Rule())


def counts(sample: Sample) -> bool:
    """Tell whether a file is an image, judged by its name if it was not read yet."""
    return sample.status == "image" or (
        sample.status == "pending" and sample.path.lower().endswith(IMAGE_ENDINGS)
    )


def counted_rows(rows: SampleTable) -> NDArray[np.bool_]:
    """Return which samples (n,) count; see `counts`."""
    status = rows.text("status")
    counted = status.equals("image")
    for row in np.flatnonzero(status.equals("pending")).tolist():
        counted[row] = rows.paths[row].lower().endswith(IMAGE_ENDINGS)
    return counted


def moves(rows: Sequence[Sample], membership: Membership) -> list[dict[str, str]]:
    """Return what moves relative to the current folders: path, from, to."""
    to = membership.sides()
    return [
        {"path": s.path, "from": s.split, "to": to[s.path]}
        for s in rows
        if s.path in to and s.split and s.split != to[s.path]
    ]


def second_call(text: str, first: Rule) -> Rule:
    """Return the rule with a second call read from "seed=7,validation_split=0.2".

    Raises:
        UsageError: A name is unknown or a value is no number.
    """
    call = first.call
    for part in text.split(","):
        name, _, value = (p.strip() for p in part.partition("="))
        try:
            match name:
                case "seed":
                    call = replace(call, seed=int(value))
                case "validation_split":
                    call = replace(call, validation_split=float(value))
                case "shuffle":
                    call = replace(call, shuffle=value.lower() in ("true", "1"))
                case _:
                    raise UsageError(
                        f"the second call has no argument {name}",
                        "It takes seed, validation_split and shuffle.",
                    )
        except ValueError:
            raise UsageError(f"{name}={value} is no number", "Write seed=7.") from None
    return replace(first, second=call)
