"""Verbs of splits: split, leaks, freeze."""

import argparse
from pathlib import Path

from inspector.cli.code_options import add_answer_option, add_role_option, given_answers
from inspector.cli.options import add_verb, finite, named_path, open_project, scan
from inspector.cli.output import Bar, print_json, print_lines, print_table
from inspector.code_reading.program import load_code
from inspector.dataset.layouts import split_of
from inspector.dataset.names import TEST
from inspector.errors import UsageError
from inspector.project.project import Project
from inspector.project.splits.leakage import KINDS, Leakage
from inspector.project.splits.replayed_split import keywords_of, replayed_rule
from inspector.project.splits.seed_variability import Measure, SeedVariability
from inspector.project.splits.snippets import snippet
from inspector.project.splits.split_rules import Membership, Rule, RuleKind, second_call
from inspector.project.splits.splits import keras_rule
from inspector.splits.keras_replay import Call, Loader
from inspector.splits.listings import Listing
from inspector.splits.other_replays import SplitFunction
from inspector.work.jobs import Progress


def add_split_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that name a split rule."""
    parser.add_argument(
        "--loader", metavar="LOADER", help=", ".join((*Loader, *SplitFunction)).replace("%", "%%")
    )
    parser.add_argument(
        "--arguments",
        default="",
        metavar="ARGS",
        help='of another library\'s call: "test_size=0.2, random_state=42, stratify=True"',
    )
    parser.add_argument("--listing", default="", metavar="LISTING", help=", ".join(Listing))
    parser.add_argument("--keras-version", default="", metavar="V")
    parser.add_argument("--validation-split", type=finite, metavar="X")
    parser.add_argument("--seed", type=int, metavar="N")
    parser.add_argument("--no-shuffle", action="store_true")
    parser.add_argument("--folder", metavar="SUB", help="the folder that the call reads")
    parser.add_argument("--by-group", action="store_true", help="keep groups together")
    parser.add_argument("--fewest-moves", action="store_true", help="with --by-group")
    parser.add_argument(
        "--fold", default="", metavar="NAME", help="of a cross-validation: the fold held out"
    )
    parser.add_argument(
        "--list", type=named_path, metavar="FILE.csv", help="CSV with path and split"
    )
    parser.add_argument(
        "--code", type=named_path, metavar="FILE.py", help="read the calls from code"
    )
    add_answer_option(parser)
    add_role_option(parser)


def rule_of(arguments: argparse.Namespace, project: Project) -> Rule:
    """Return the split rule given by the options, or the project's own if they give none.

    Raises:
        UsageError: The options contradict each other.
    """
    if arguments.code is not None:
        call = Call(keras=arguments.keras_version)
        answers = tuple(given_answers(arguments).items())
        return Rule(RuleKind.CODE, call, code=load_code(arguments.code), answers=answers)
    if arguments.answer or arguments.role:
        raise UsageError("--answer and --role go with --code", "Name the script with --code FILE.")
    if arguments.list is not None:
        return Rule(RuleKind.LIST, file=str(arguments.list.absolute()))
    if arguments.by_group:
        return Rule(
            RuleKind.GROUPS,
            share=arguments.validation_split,
            seed=arguments.seed or 0,
            fewest_moves=arguments.fewest_moves,
        )
    if arguments.loader in tuple(SplitFunction):
        return _replayed_rule(arguments, project)
    if arguments.arguments or arguments.listing:
        raise UsageError(
            "--arguments and --listing go with another library's --loader",
            f"Loaders: {', '.join(SplitFunction)}.",
        )
    if arguments.fold:
        return Rule(fold=arguments.fold)
    return _keras_rule(arguments, project)


def add_verbs(verbs: object) -> None:
    """Add this module's verbs to the parser."""
    split = add_verb(
        verbs, "split", _split, "which split a rule puts each file into, in its own order"
    )
    add_split_options(split)
    leaks = add_verb(
        verbs, "leaks", _leaks, "what leaks between the splits: files, near-duplicates, groups"
    )
    add_split_options(leaks)
    leaks.add_argument("--second-call", metavar="ARGS", help='"seed=7,validation_split=0.2"')
    leaks.add_argument("--check", action="store_true", help="exit 1 on a leak")
    leaks.add_argument("--max-share", type=finite, default=0.0, metavar="X", help="with --check")
    freeze = add_verb(verbs, "freeze", _freeze, "lock a split as a manifest with content hashes")
    add_split_options(freeze)
    freeze.add_argument("-o", "--output", type=named_path, required=True, metavar="FILE")
    freeze.add_argument("--snippet", action="store_true", help="print the Keras code that loads it")


def _keras_rule(arguments: argparse.Namespace, project: Project) -> Rule:
    if arguments.loader is None and arguments.validation_split is None:
        if arguments.seed is not None:
            raise UsageError("--seed needs --validation-split", "Such as --validation-split 0.2.")
        return project.splits.rule
    if arguments.validation_split is None:
        raise UsageError("--loader needs --validation-split", "Such as --validation-split 0.2.")
    return keras_rule(
        arguments.loader or Loader.DATASET.value,
        share=arguments.validation_split,
        seed=arguments.seed,
        shuffle=not arguments.no_shuffle,
        folder=_folder(arguments, project),
        keras=arguments.keras_version,
    )


def _replayed_rule(arguments: argparse.Namespace, project: Project) -> Rule:
    keywords = keywords_of(arguments.arguments)
    if arguments.no_shuffle:
        keywords["shuffle"] = False
    return replayed_rule(
        SplitFunction(arguments.loader),
        keywords,
        share=arguments.validation_split,
        seed=arguments.seed,
        folder=_folder(arguments, project),
        listing=arguments.listing,
    )


def _folder(arguments: argparse.Namespace, project: Project) -> str | None:
    if arguments.folder is None:
        return None
    folder = Path(arguments.folder)
    if folder.is_absolute() or ".." in folder.parts:
        raise UsageError("--folder must lie inside the dataset", "Name it relative to DATASET.")
    if not (project.root / folder).is_dir():
        split = split_of(arguments.folder)
        for name, role in project.layout.splits.items():
            if split and role == split:
                return name
        raise UsageError(f"the dataset has no folder {arguments.folder}", "Check its name.")
    return folder.as_posix()


def _split(arguments: argparse.Namespace) -> None:
    with open_project(arguments) as project:
        rule = rule_of(arguments, project)
        moves: list[dict[str, str]] | None = None
        replayed: Membership | None = None
        assumptions: list[str] = []
        if rule.kind is RuleKind.KERAS:
            both = project.splits.call_sides(rule)
            training, validation = both.training, both.validation
        else:
            if rule.kind is RuleKind.GROUPS:
                scan(project, arguments)
            else:
                project.scans.index()
            membership = project.splits.membership(rule)
            training, validation = membership.training, membership.validation
            replayed = membership if rule.kind is RuleKind.REPLAY else None
            if rule.kind is RuleKind.GROUPS:
                moves = project.splits.moves(membership)
        document: dict[str, object] = {"training": training, "validation": validation}
        if replayed is not None:
            document["test"] = replayed.elsewhere.get(TEST, ())
            document["assumptions"] = assumptions = [
                f.text for f in replayed.findings if f.code == "replay_assumption"
            ]
        if moves is not None:
            document["moved"] = moves
        if arguments.json:
            print_json(document)
            return
        print(f"{rule.text}: {len(training):,} training, {len(validation):,} validation")
        print_lines(assumptions)
        if moves is not None:
            print(f"{len(moves):,} images would move compared with the current folders")
        print_lines(f"validation  {path}" for path in validation)


def _rule_for_leaks(arguments: argparse.Namespace, project: Project) -> Rule:
    rule = rule_of(arguments, project)
    if arguments.second_call:
        if rule.kind is not RuleKind.KERAS:
            raise UsageError(
                "--second-call needs a first one", "Add --validation-split and --seed."
            )
        rule = second_call(arguments.second_call, rule)
    return rule


def _leaks(arguments: argparse.Namespace) -> int:
    with open_project(arguments) as project:
        scan(project, arguments)
        rule = _rule_for_leaks(arguments, project)
        leakage = project.splits.leaks(rule)
        drawn = None if arguments.check else _drawn(arguments, project, rule)
        if arguments.json:
            print_json(leaks_json(leakage, drawn))
        else:
            _print_leaks(leakage, drawn)
        over = bool(leakage.both) or leakage.share > arguments.max_share
        return 1 if arguments.check and over else 0


def _drawn(arguments: argparse.Namespace, project: Project, rule: Rule) -> SeedVariability | None:
    """Return the baseline models' figures over seeds; computed once, then stored by the project."""
    known = project.splits.drawn(rule)
    if known is not None:
        return known
    progress = Progress()
    with Bar(progress, quiet=arguments.quiet):
        return project.splits.score_seeds(rule, progress=progress)


def _measure_json(measure: Measure) -> dict[str, float | None]:
    return {
        "median": round(measure.median, 6),
        "p5": round(measure.at(5), 6),
        "p95": round(measure.at(95), 6),
        "this_seed": measure.this_seed,
        "percentile": None if measure.percentile is None else round(measure.percentile, 4),
    }


def leaks_json(leakage: Leakage, drawn: SeedVariability | None = None) -> dict[str, object]:
    """Return the document of `leaks --json`."""
    rates = leakage.seed_rates
    return {
        "rule": leakage.membership.rule.text,
        "threshold": leakage.threshold,
        "by_file": {"both": len(leakage.both), "neither": len(leakage.membership.neither)},
        "by_content": {kind: leakage.count(kind) for kind in KINDS},
        "validation_images": leakage.validation_images,
        "validation_leaked": sum(leak.kind != "group" for leak in leakage.leaks),
        "before_exclusions": None
        if leakage.before is None
        else {
            "validation_images": leakage.before.validation_images,
            "validation_leaked": leakage.before.leaked,
            "share": round(leakage.before.share, 6),
        },
        "share": round(leakage.share, 6),
        "share_with_groups": round(leakage.share_with_groups, 6),
        "matrix": [
            {"from": c.source, "to": c.to, **{k: len(ids) for k, ids in c.by_kind.items()}}
            for c in leakage.matrix
        ],
        "conflicting_labels": len(leakage.conflicting),
        "seed_luck": {
            "median": round(rates.median, 6),
            "p5": round(rates.at(5), 6),
            "p95": round(rates.at(95), 6),
            "this_seed": rates.this_seed,
            "seeds": len(rates.shares),
            "accuracy": _measure_json(drawn.accuracy) if drawn else None,
            "class_deviation": _measure_json(drawn.class_deviation) if drawn else None,
        },
        "findings": [
            {
                "code": f.code,
                "severity": f.severity,
                "text": f.text,
                "numbers": dict(f.numbers),
                "files": list(f.files),
            }
            for f in leakage.findings
        ],
        "both": list(leakage.both),
        "neither": list(leakage.membership.neither),
        "leaks": [
            {
                "path": leak.image.path,
                "kind": leak.kind,
                "twin": leak.neighbour.path if leak.neighbour else None,
                "similarity": round(leak.similarity, 4),
            }
            for leak in leakage.leaks
        ],
    }


def _print_leaks(leakage: Leakage, drawn: SeedVariability | None) -> None:
    membership = leakage.membership
    print(
        f"{membership.rule.text}: {leakage.training_images:,} training,"
        f" {leakage.validation_images:,} validation; {len(leakage.both):,} files in both,"
        f" {len(membership.neither):,} in neither"
    )
    n = leakage.validation_images
    neighbours = sum(leak.kind != "group" for leak in leakage.leaks)
    print(
        f"{neighbours:,} of {n:,} validation images ({leakage.share:.1%}) have a near-duplicate in"
        f" training at similarity {leakage.threshold:g} or more;"
        f" {leakage.count('group'):,} more share only a group"
    )
    if leakage.before is not None:
        print(
            f"before exclusions: {leakage.before.leaked:,} of {leakage.before.validation_images:,}"
            f" ({leakage.before.share:.1%})"
        )
    print_table(
        [
            (c.source, c.to, *(len(ids) for ids in c.by_kind.values()))
            for c in leakage.matrix
            if c.source != c.to
        ],
        ("from", "to", *KINDS),
    )
    if leakage.seed_rates.shares:
        rates = leakage.seed_rates
        print(
            f"over {len(rates.shares)} seeds the share is {rates.median:.1%}"
            f" [{rates.at(5):.1%}, {rates.at(95):.1%}]; yours {rates.this_seed or 0:.1%}"
        )
    if drawn:
        print(_drawn_text(drawn))
    for f in leakage.findings:
        print(f"{f.severity}: {f.text} ({f.code})")


def _drawn_text(drawn: SeedVariability) -> str:
    one, mix = drawn.accuracy, drawn.class_deviation
    yours = f"; yours {one.this_seed:.1%}" if one.this_seed is not None else ""
    rank = f", above {one.percentile:.0%} of them" if one.percentile is not None else ""
    return (
        f"baseline models reach {one.median:.1%} [{one.at(5):.1%}, {one.at(95):.1%}] over"
        f" {len(one.values)} seeds{yours}{rank}; a class's share of validation is off by up to"
        f" {mix.median:.1%} [{mix.at(5):.1%}, {mix.at(95):.1%}]"
        + (f"; yours {mix.this_seed:.1%}" if mix.this_seed is not None else "")
    )


def _freeze(arguments: argparse.Namespace) -> None:
    with open_project(arguments) as project:
        rule = rule_of(arguments, project)
        if rule.kind is RuleKind.GROUPS:
            scan(project, arguments)
        else:
            project.scans.index()
        frozen = project.splits.freeze(rule, arguments.output)
        code = snippet(arguments.output, project.root) if arguments.snippet else ""
        if arguments.json:
            print_json(
                {
                    "path": str(frozen.path),
                    "files": frozen.files,
                    "splits": frozen.sides,
                    **({"snippet": code} if code else {}),
                }
            )
            return
        if code:
            print(code, end="")
            return
        sides = ", ".join(f"{n:,} {side}" for side, n in frozen.sides.items())
        print(f"{frozen.files:,} files locked ({sides}): {frozen.path}")
