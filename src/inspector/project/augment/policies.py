"""Policies: read from files and code, and saved in the project under names."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.augmentation.policy import Policy
from inspector.augmentation.policy_json import read_policy, write_policy
from inspector.augmentation.presets import PRESETS
from inspector.code_reading.reading import parse_code
from inspector.dataset.user_files import user_file
from inspector.errors import DatasetError, UsageError
from inspector.input_files import read_text
from inspector.project.changes import Changes
from inspector.store.records import POLICIES, PoliciesRecord

if TYPE_CHECKING:
    from inspector.project.context import ProjectContext

LONGEST_NAME = 60
_Kept = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SavedPolicy:
    """A saved policy with its name."""

    name: str
    policy: Policy


class Policies:
    """The saved policies of a project."""

    def __init__(self, context: "ProjectContext") -> None:
        self._context = context

    def all(self) -> list[SavedPolicy]:
        """Return the saved policies, sorted by name; those of a newer version are skipped."""
        records = self._context.store.records.get(POLICIES).policies
        policies = []
        for name, written in sorted(records.items(), key=lambda p: p[0].casefold()):
            try:
                policies.append(SavedPolicy(name, read_policy(written)))
            except UsageError:
                continue
        return policies

    def save(self, name: str, policy: Policy) -> None:
        """Save a policy, replacing one of the same name.

        Raises:
            UsageError: The name is empty, too long, or a preset's.
        """
        name = _checked(name)
        written = write_policy(policy)
        self._change(lambda record: record | {name: written}, f"policy {name} saved")

    def rename(self, name: str, new_name: str) -> None:
        """Rename a policy.

        Raises:
            UsageError: There is none of that name, or the new name is taken or invalid.
        """
        new_name = _checked(new_name)

        def change(record: _Kept) -> _Kept:
            if new_name != name and new_name in record:
                raise UsageError(f"there is a policy {new_name} already", "Choose another name.")
            return {k: v for k, v in record.items() if k != name} | {new_name: _of(record, name)}

        self._change(change, f"policy {name} is {new_name} now")

    def delete(self, name: str) -> None:
        """Delete a policy.

        Raises:
            UsageError: There is none of that name.
        """
        self._change(
            lambda record: {k: v for k, v in record.items() if _of(record, name) is not v},
            f"policy {name} deleted",
        )

    def _change(self, change: Callable[[_Kept], _Kept], text: str) -> None:
        self._context.store.records.update(
            POLICIES, lambda record: PoliciesRecord(change(record.policies)), urgent=True
        )
        self._context.emit(Changes(policies=True, text=text))


def _of(record: _Kept, name: str) -> object:
    if name not in record:
        raise UsageError(f"there is no policy {name}", "Look at the saved names.")
    return record[name]


def load_policy(file: Path) -> Policy:
    """Read a policy file: JSON with ImageDataGenerator's names, or our own form.

    Raises:
        DatasetError: It can't be read, or is no policy; the message names the position.
    """
    try:
        return read_policy(read_text(file, what="policy", advice="Check the path."))
    except UsageError as error:
        raise DatasetError(f"{file.name}: {error.message}", error.advice) from None


def write_file(policy: Policy, file: Path, root: Path) -> None:
    """Write a policy for `load_policy`, replacing an existing file.

    Raises:
        ExportError: The file lies inside the dataset `root`, or can't be written.
    """
    with user_file(file, root, what="policy", replace=True) as stream:
        stream.write(json.dumps(write_policy(policy), indent=1) + "\n")


def policy_of_code(text: str, keras: str = "") -> Policy:
    """Read a policy from Keras code, without running it.

    Raises:
        UsageError: It contains no readable augmentation.
    """
    return parse_code(text, keras_version=keras or None)


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise UsageError(
            f"a policy's name has 1 to {LONGEST_NAME} characters", "Give it another name."
        )
    if name in PRESETS:
        raise UsageError(f"{name} is a preset", "Give your policy a name of its own.")
    return name
