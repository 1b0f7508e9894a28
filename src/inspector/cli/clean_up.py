"""The verb fix: exclude copies across splits, leave everything else unchanged, export."""

import argparse
import dataclasses

from inspector.cli.options import add_verb, named_path, open_project, scan
from inspector.cli.output import Bar, print_json, print_table, print_warning
from inspector.errors import ExportError, UsageError
from inspector.project.export.clean_up_plan import CleanUpChoice, CleanUpPlan
from inspector.project.project import Project
from inspector.project.review.copies import CopyChoice, CopyPair, KeptSplit
from inspector.project.review.duplicates import PairKind
from inspector.project.review.false_pairs import expected_json
from inspector.work.jobs import Progress

TWO_LABELS = "two-labels"
_ASKED = {"near": PairKind.NEAR, "flipped": PairKind.TRANSFORMED}


def add_verbs(verbs: object) -> None:
    """Add this module's verb to the parser."""
    fix = add_verb(verbs, "fix", _fix, "exclude copies across splits, export, report")
    fix.add_argument("--to", type=named_path, required=True, metavar="DIR")
    fix.add_argument("--dry-run", action="store_true", help="show the plan, do nothing")
    fix.add_argument(
        "--resplit", action="store_true",
        help="move images, so that groups and near-duplicates stay in one split",
    )  # fmt: skip
    fix.add_argument(
        "--include", metavar="KINDS", default="",
        help=f"also exclude what is not certain: {', '.join((*_ASKED, TWO_LABELS))}",
    )  # fmt: skip
    fix.add_argument(
        "--keep", choices=[k.value for k in KeptSplit], default=KeptSplit.EVALUATION.value,
        help="whose copies stay (default: the test set's, then validation's)",
    )  # fmt: skip
    fix.add_argument(
        "--keep-image", action="append", default=[], metavar="P",
        help="keep this image although it is a copy: the pair is no duplicate",
    )  # fmt: skip


def _choice(arguments: argparse.Namespace, project: Project) -> CleanUpChoice:
    kinds = [word.strip() for word in arguments.include.split(",") if word.strip()]
    unknown = [word for word in kinds if word not in (*_ASKED, TWO_LABELS)]
    if unknown:
        raise UsageError(
            f"--include {unknown[0]} is no kind", f"Kinds: {', '.join((*_ASKED, TWO_LABELS))}."
        )
    kept_images = project.samples.by_paths(arguments.keep_image)
    copies = CopyChoice(
        KeptSplit(arguments.keep), frozenset(_ASKED[k] for k in kinds if k in _ASKED),
        TWO_LABELS in kinds, {sample.id: False for sample in kept_images},
    )  # fmt: skip
    return CleanUpChoice(copies, resplit=arguments.resplit)


def _fix(arguments: argparse.Namespace) -> None:
    with open_project(arguments) as project:
        scan(project, arguments)
        plan = project.fixes.plan(arguments.to, choice=_choice(arguments, project))
        if not arguments.json:
            _print_plan(plan)
        for note in plan.notes:
            print_warning(note)
        if plan.obstacles:
            raise ExportError(
                "; ".join(plan.obstacles),
                "Nothing was done. Keep some of these images with --keep-image, or collect others.",
            )
        if arguments.dry_run:
            if arguments.json:
                print_json({**_plan_json(plan), "drops": [_pair_json(p) for p in plan.excluded],
                            "left": [_pair_json(p) for p in plan.copies.pairs if not p.ticked],
                            "moves": list(plan.moves)})  # fmt: skip
            return
        progress = Progress()
        with Bar(progress, quiet=arguments.quiet):
            fixed = project.fixes.run(plan, progress=progress)
        done = fixed.exported
        assert done is not None
        if arguments.json:
            written = {"lock": fixed.lock, "report": fixed.report, "code": fixed.code}
            print_json({**_plan_json(plan), **dataclasses.asdict(done), **written})
            return
        print(
            f"{done.files:,} files, {done.verified:,} verified: {arguments.to};"
            f" {done.leaks_after} known pairs and {done.groups_after} groups across splits"
        )
        print(f"report: {fixed.report}")
        print(f"code that loads it: {fixed.code}")


def _plan_json(plan: CleanUpPlan) -> dict[str, object]:
    before, after = plan.leaked
    return {
        "dropped_copies": len(plan.excluded),
        "unreadable": len(plan.unreadable),
        "resplit": plan.resplit is not None,
        "moved": len(plan.moves),
        "lock": str(plan.lock_file or ""),
        "leaked_before": before,
        "leaked_after": after,
        "balance": [
            {"split": split, "label": label, "before": one, "after": two}
            for (split, label), (one, two) in plan.balance.items()
        ],
        "near_precision": {
            "judged": plan.precision.judged, "same": plan.precision.same,
            "low": plan.precision.low, "high": plan.precision.high,
            "from": plan.precision.near_from,
            "expected_false": expected_json(plan.precision.expected),
        },
        "notes": list(plan.notes),
    }  # fmt: skip


def _pair_json(pair: CopyPair) -> dict[str, object]:
    return {
        "path": pair.excluded.path, "kept": pair.keeper.path, "kind": pair.kind.value,
        "similarity": round(pair.similarity, 4), "splits": list(pair.splits[::-1]),
        "labels": [pair.excluded.new_label or pair.excluded.label,
                   pair.keeper.new_label or pair.keeper.label],
    }  # fmt: skip


def _print_plan(plan: CleanUpPlan) -> None:
    steps = []
    if plan.lock_file:
        steps.append(f"lock today's split in {plan.lock_file}")
    before, after = plan.leaked
    steps.append(
        f"exclude {_count(len(plan.excluded), 'copy', 'copies')} across splits (one decision, which"
        f" undo takes back): {before:,} -> {after:,} evaluation images have a near-duplicate in"
        " training"
    )
    if plan.unreadable:
        steps.append(f"exclude {_count(len(plan.unreadable), 'file', 'files')} that can't be read")
    if plan.resplit is not None:
        new, moves = plan.resplit, _count(len(plan.moves), "image", "images")
        steps.append(
            f"make a new split with groups kept together: {len(new.training):,} training,"
            f" {len(new.validation):,} validation; {moves} move"
        )
    else:
        steps.append("keep every folder, name and split")
    steps.append(f"copy to {plan.target}, verify, and write the report and the code beside it")
    for number, step in enumerate(steps, 1):
        print(f"{number}. {step}")
    near = [pair for pair in plan.copies.pairs if pair.kind is PairKind.NEAR]
    if near:
        left = sum(not pair.ticked for pair in near)
        print(f"{left:,} of {_count(len(near), 'near pair', 'near pairs')} across splits stay.")
        print(plan.precision.text)
    if not plan.balance:
        return
    print_table(
        [(split or "-", label, f"{one:,}", f"{two:,}", f"{two - one:+,}" if two != one else "")
         for (split, label), (one, two) in plan.balance.items()],
        ("split", "class", "before", "after", "change"),
    )  # fmt: skip


def _count(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"
