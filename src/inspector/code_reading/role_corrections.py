"""Corrected roles of datasets, stored among the answers to the code."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.roles import DatasetRole
from inspector.errors import UsageError

_PREFIX: Final = "role of "
_OPTION: Final = re.compile(r"(?:(\d+):)?(\d+)(?:#(\d+))?$")


def is_role(expression: str) -> bool:
    """Tell whether an answer is the role of a dataset."""
    return expression.startswith(_PREFIX)


def role_keys(calls: Sequence[CodeCall]) -> list[str]:
    """Return the key of each call's role: its position and number there."""
    keys: list[str] = []
    for call in calls:
        key = f"{_PREFIX}{call.place.text}"
        number = sum(k.partition(" #")[0] == key for k in keys) + 1
        keys.append(key if number == 1 else f"{key} #{number}")
    return keys


def role_answers(texts: Sequence[str]) -> dict[str, str]:
    """Return answers from options such as "12=validation", "3:12=test" or "12#2=training".

    Raises:
        UsageError: One is not LINE=ROLE.
    """
    answers: dict[str, str] = {}
    for text in texts:
        where, _, role = text.partition("=")
        match = _OPTION.match(where.strip())
        if match is None or role.strip() not in list(DatasetRole):
            raise UsageError(
                f'"{text}" does not say the role of a line',
                f"Such as 12=validation, of a notebook's cell 3 as 3:12=validation; roles are"
                f" {', '.join(DatasetRole)}.",
            )
        cell, line, number = match.groups()
        place = f"line {line}" if cell is None else f"cell {cell}, line {line}"
        more = f" #{number}" if number not in (None, "1") else ""
        answers[f"{_PREFIX}{place}{more}"] = role.strip()
    return answers


def with_roles(calls: Sequence[CodeCall], answers: Mapping[str, str]) -> tuple[CodeCall, ...]:
    """Return calls with the corrected roles.

    Raises:
        UsageError: An answer matches no call, or is no role.
    """
    roles = {key: value.strip(" '\"") for key, value in answers.items() if is_role(key)}
    if not roles:
        return tuple(calls)
    keys = role_keys(calls)
    for key, role in roles.items():
        if key not in keys or role not in list(DatasetRole):
            raise UsageError(
                f"{key.removeprefix(_PREFIX)} makes no dataset"
                if key not in keys
                else f"{role} is no role",
                "See the lines in the table of `inspector code FILE`.",
            )
    given = {key: DatasetRole(role) for key, role in roles.items()}
    return tuple(_corrected(calls, [given.get(key) for key in keys]))


def _corrected(
    calls: Sequence[CodeCall], roles: Sequence[DatasetRole | None]
) -> Iterator[CodeCall]:
    fits = tuple(sorted({n for call in calls for n in call.fit_numbers}))
    for call, role in zip(calls, roles, strict=True):
        if role is None:
            yield call
        elif role is DatasetRole.OTHER:
            yield replace(call, role=role, trained=False, fit_numbers=())
        else:
            # A corrected role implies that a model is trained or judged with it.
            yield replace(call, role=role, trained=True, fit_numbers=call.fit_numbers or fits)
