"""The membership under a split rule of any kind."""

from typing import assert_never

from inspector.project.splits.code_membership import by_code
from inspector.project.splits.folder_split import by_folders
from inspector.project.splits.grouped_split import by_groups
from inspector.project.splits.keras_split import by_call
from inspector.project.splits.listed_split import by_list
from inspector.project.splits.replayed_split import by_replay
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import Membership, Rule, RuleKind


def membership(source: SplitSource, rule: Rule) -> Membership:
    """Return the membership: replayed on the current files for calls, else as catalogued.

    Raises:
        DatasetError: The loader would raise on this folder, or the folders are no splits.
        UsageError: The arguments are wrong, or the code can't be read.
    """
    match rule.kind:
        case RuleKind.FOLDERS:
            return by_folders(source, rule)
        case RuleKind.GROUPS:
            return by_groups(source, rule)
        case RuleKind.KERAS:
            return by_call(source, rule)
        case RuleKind.CODE:
            return by_code(source, rule)
        case RuleKind.LIST:
            return by_list(source, rule)
        case RuleKind.REPLAY:
            return by_replay(source, rule)
    assert_never(rule.kind)
