"""A split by another library's call, replayed on the current files."""

import ast
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import msgspec
import numpy as np

from inspector.audit.pitfalls import Pitfall
from inspector.code_reading.finding import HIGH
from inspector.dataset.names import TRAINING, VALIDATION, parse_listed_paths, parse_split
from inspector.errors import DatasetError, UsageError
from inspector.project.splits.keras_split import elsewhere_by_folder, training_folder
from inspector.project.splits.library_split import replay_findings
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import Membership, Rule, RuleKind
from inspector.splits.listings import Listing, list_items
from inspector.splits.other_replays import (
    SplitCall,
    SplitFunction,
    replay,
    split_call,
    usual_listing,
)
from inspector.splits.replayed import Items, ReplayedSplit

# How each function names the share that it holds back.
_SHARES: Mapping[SplitFunction, Callable[[float], dict[str, object]]] = {
    **{
        function: lambda share: {"test_size": share}
        for function in (
            SplitFunction.TRAIN_TEST_SPLIT,
            SplitFunction.SHUFFLE_SPLIT,
            SplitFunction.STRATIFIED_SHUFFLE_SPLIT,
            SplitFunction.GROUP_SHUFFLE_SPLIT,
            SplitFunction.HUGGING_FACE,
        )
    },
    **{
        function: lambda share: {"valid_pct": share}
        for function in (SplitFunction.RANDOM_SPLITTER, SplitFunction.FROM_FOLDER)
    },
    **{
        function: lambda share: {"validation_split": share}
        for function in (
            SplitFunction.FIT,
            SplitFunction.FLOW,
            SplitFunction.FLOW_FROM_DATAFRAME,
        )
    },
    SplitFunction.RANDOM_SPLIT: lambda share: {"lengths": [_rest(share), share]},
    SplitFunction.SPLIT_FOLDERS: lambda share: {"ratio": [_rest(share), share]},
    SplitFunction.SPLIT_CLASSIFY: lambda share: {"train_ratio": _rest(share)},
    SplitFunction.PANDAS_SAMPLE: lambda share: {"frac": _rest(share)},
}


def replayed_rule(
    function: SplitFunction,
    keywords: Mapping[str, object],
    *,
    share: float | None = None,
    seed: int | None = None,
    folder: str | None = None,
    listing: str = "",
) -> Rule:
    """Return the rule of one call of another library.

    Args:
        function: The splitting function.
        keywords: By the library's names; `groups` is a pattern searched in a path, whose first
            group names the image's group.
        share: Validation share, passed as the function takes it.
        seed: Seed of the call.
        folder: Folder that the script reads, relative; None for the training folder if any.
        listing: A `Listing`; "" for the function's usual one.

    Raises:
        UsageError: A keyword or the listing is unknown.
    """
    given = dict(keywords)
    if share is not None:
        if function not in _SHARES:
            raise UsageError(
                f"{function} takes no validation share",
                "Give its own arguments, such as n_splits=5.",
            )
        given = {**_SHARES[function](share), **given}
    if seed is not None:
        given["seed"] = seed
    if listing not in ("", *Listing):
        raise UsageError(f'there is no listing "{listing}"', f"Listings: {', '.join(Listing)}.")
    _call_of(function, given)
    return Rule(
        RuleKind.REPLAY,
        folder=folder,
        function=function.value,
        keywords=json.dumps(given, sort_keys=True),
        listing=listing,
    )


def keywords_of(text: str) -> dict[str, object]:
    """Return the keywords of a call written as in a script: "test_size=0.2, random_state=42".

    Raises:
        UsageError: It is no list of keywords with plain values.
    """
    try:
        call = ast.parse(f"f({text})", mode="eval").body
        assert isinstance(call, ast.Call)
        if call.args or any(keyword.arg is None for keyword in call.keywords):
            raise ValueError
        return {str(k.arg): ast.literal_eval(k.value) for k in call.keywords}
    except (SyntaxError, ValueError, AssertionError):
        raise UsageError(
            f'"{text}" are not keywords with plain values',
            "Write them as in the script: test_size=0.2, random_state=42, stratify=True.",
        ) from None


def by_replay(source: SplitSource, rule: Rule) -> Membership:
    """Return the membership under another library's call, with its assumptions.

    Raises:
        UsageError: The library rejects the arguments, or something that decides is unknown.
        DatasetError: It rejects the folder, or a part is empty.
    """
    try:
        function = SplitFunction(rule.function)
        keywords = msgspec.json.decode(rule.keywords or "{}", type=dict[str, object])
        listing = Listing(rule.listing) if rule.listing else usual_listing(function)
    except ValueError as error:
        raise UsageError(
            f"the rule {rule.text} cannot be read: {error}", "Choose the split rule again."
        ) from error
    folder = training_folder(source, "" if _reads_splits(rule, keywords) else rule.folder)
    items = list_items(folder, listing)
    if "groups" in keywords:
        items = _grouped(items, str(keywords["groups"]))
    split = replay(items, _call_of(function, keywords))
    inside = folder.relative_to(source.context.root).as_posix()
    inside = "" if inside == "." else inside
    listed = parse_listed_paths(items.paths, folder=inside)
    paths = {
        parse_split(part.name, where=rule.text): tuple(listed[i] for i in part.indices.tolist())
        for part in split.parts
    }
    training, validation = paths.pop(TRAINING, ()), paths.pop(VALIDATION, ())
    if not training or not validation:
        raise DatasetError(
            f"{rule.text} leaves training or validation empty: {len(training)} and"
            f" {len(validation)} of {len(items)} files",
            "Change the share, or open the folder that the script reads.",
        )
    taken = {*training, *validation, *(path for part in paths.values() for path in part)}
    neither = tuple(path for path in listed if path not in taken)
    others = elsewhere_by_folder(source, {*taken, *neither})
    return Membership(
        rule,
        training,
        validation,
        {**paths, **others},
        neither,
        tuple(_findings(split, training, validation)),
        inside,
    )


def _reads_splits(rule: Rule, keywords: Mapping[str, object]) -> bool:
    """Tell whether the call reads the split folders themselves, and the rule names no other."""
    by_folder = rule.function == SplitFunction.FROM_FOLDER and keywords.get("valid_pct") is None
    return rule.folder is None and (
        by_folder or rule.function == SplitFunction.GRANDPARENT_SPLITTER
    )


def _rest(share: float) -> float:
    """Return the other share as a person writes it: 0.93 beside 0.07."""
    return round(1 - share, 10)


def _call_of(function: SplitFunction, keywords: Mapping[str, object]) -> SplitCall:
    return split_call(function, {k: v for k, v in keywords.items() if k != "groups"})


def _grouped(items: Items, pattern: str) -> Items:
    """Name the group of each item by a pattern."""
    try:
        search = re.compile(pattern).search
    except re.error as error:
        raise UsageError(f'the pattern "{pattern}" is wrong: {error}', "Correct it.") from error
    names: list[str] = []
    for path in items.paths:
        match = search(path)
        if match is None or not match.re.groups:
            raise UsageError(
                f'the pattern "{pattern}" finds no group in {path}',
                "Put the part that names the group in parentheses.",
            )
        names.append(match.group(1) or "")
    return replace(items, groups=np.array(names, np.str_))


def _findings(
    split: ReplayedSplit, training: tuple[str, ...], validation: tuple[str, ...]
) -> list[Pitfall]:
    both = tuple(sorted({*training} & {*validation}))
    findings = [*replay_findings(split.assumptions)]
    if both:
        findings.insert(
            0,
            Pitfall(
                "overlap",
                HIGH,
                f"{len(both):,} of {len(validation):,} validation files are training files too",
                "The library lists them twice.",
                {"both": len(both), "validation": len(validation)},
                both,
            ),
        )
    return findings
