"""The verb compare: policies, strengths, shares or models against a baseline."""

import argparse
import dataclasses
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from inspector.audit.comparisons import MARGIN
from inspector.cli.options import add_verb, finite, named_path, open_project, scan, seed_count
from inspector.cli.output import print_json, print_lines, print_table
from inspector.cli.splits import add_split_options, rule_of
from inspector.cli.training import event_of
from inspector.dataset.layouts import Role
from inspector.errors import UsageError
from inspector.project.augment.policies import load_policy
from inspector.project.experiments.comparison_plans import ComparisonPlan
from inspector.project.experiments.comparison_records import ComparisonSetup, StoredComparison
from inspector.project.experiments.comparison_results import Comparison, ComparisonRow
from inspector.project.experiments.variants import NONE, Variant, article, models, shares, strengths
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule, RuleKind
from inspector.project.training.run import EPOCHS, IMAGE_SIZE_PX, RunConfig
from inspector.training_protocol.messages import Event, RunDone
from inspector.training_protocol.run_spec import SMALL_CNN, Budget

PLATEAU_EPOCHS = 5 * EPOCHS


def add_verbs(verbs: object) -> None:
    """Add this module's verbs to the parser."""
    compare = add_verb(verbs, "compare", _compare, "policies against a baseline, by training")
    add_split_options(compare)
    add = compare.add_argument
    add(
        "--policy",
        type=named_path,
        action="append",
        default=[],
        metavar="FILE",
        help="may be repeated",
    )
    add("--article", action="store_true", help="the article's three examples against none")
    add("--strength", metavar="P=A,B,..", help="one parameter: rotation_range=0,10,20,40")
    add("--share", metavar="A,B,..", help="shares of training's groups: 0.1,0.25,0.5,1")
    add(
        "--cleaning",
        action="store_true",
        help="with and without the excluded images, at equal size",
    )
    add("--model", action="append", default=[], metavar="NAME", help="repeat to compare models")
    add("--baseline", metavar="NAME", help=f"default: {NONE}, or the first one named")
    add("--seeds", type=seed_count, default=5, metavar="N", help="a verdict needs 5")
    add("--budget", choices=[Budget.STEPS.value, Budget.PLATEAU.value], default="steps")
    add("--epochs", type=int, metavar="N",
        help=f"default {EPOCHS}; at the most with plateau, default {PLATEAU_EPOCHS}")  # fmt: skip
    add("--image-size", type=int, default=IMAGE_SIZE_PX, metavar="PX")
    add("--normalisation", choices=["equal", "policy"], default="equal")
    add("--margin", type=finite, default=MARGIN, metavar="X", help="practically equal within it")
    add(
        "--no-early-stop",
        action="store_true",
        help="also train policies without a chance to the end",
    )
    add("--resume", metavar="COMPARISON", help="continue an interrupted comparison")
    add("--dry-run", action="store_true", help="show the plan, do nothing")
    add("--json-lines", action="store_true", help="one JSON object per event")


def _compare(arguments: argparse.Namespace) -> None:
    if arguments.epochs is not None and arguments.epochs < 1:
        raise UsageError("--epochs must be 1 or more", "Leave it out for the default.")
    with open_project(arguments) as project:
        comparisons = project.comparisons
        if arguments.resume:
            name = arguments.resume
        else:
            plan = _plan(arguments, project)
            _print_plan(plan, arguments)
            if arguments.dry_run:
                return
            name = comparisons.store(plan)
        try:
            comparisons.train(name, _listener(comparisons.kept(name), arguments))
        finally:
            # However the training ended, print the results so far.
            _print_result(comparisons.result(name), comparisons.kept(name), arguments)


def _plan(arguments: argparse.Namespace, project: Project) -> ComparisonPlan:
    """Return the plan for the options."""
    candidates = [] if arguments.cleaning else _candidates(arguments)
    if arguments.seeds < 1 or arguments.margin < 0:
        raise UsageError("--seeds must be 1 or more and --margin 0 or more", "Check them.")
    scan(project, arguments)
    budget = Budget(arguments.budget)
    epochs = arguments.epochs or (PLATEAU_EPOCHS if budget is Budget.PLATEAU else EPOCHS)
    model = arguments.model[0] if arguments.model else SMALL_CNN
    config = RunConfig(None, model, epochs, image_size_px=arguments.image_size)
    setup = ComparisonSetup(
        arguments.seeds, budget=budget, margin=arguments.margin,
        own_normalisation=arguments.normalisation == "policy",
        stop_early=not arguments.no_early_stop,
    )  # fmt: skip
    rule = _rule(arguments, project)
    if arguments.cleaning:
        return project.comparisons.plan_cleaning(rule, config, setup=setup)
    return project.comparisons.plan(
        rule, candidates, config, setup=setup, baseline=arguments.baseline
    )


def _rule(arguments: argparse.Namespace, project: Project) -> Rule:
    """Return the split rule; by group if the folders are no split and no rule is given."""
    rule = rule_of(arguments, project)
    if rule.kind is RuleKind.FOLDERS and project.layout.role is not Role.SPLITS:
        return Rule(RuleKind.GROUPS)
    return rule


def _candidates(arguments: argparse.Namespace) -> list[Variant]:
    """Return the variants along one axis.

    Raises:
        UsageError: No axis is given, or two.
    """
    several = len(arguments.model) > 1
    axes = [arguments.article, bool(arguments.strength), bool(arguments.share), several]
    if sum(axes) > 1:
        raise UsageError(
            "--article, --strength, --share and several --model are one comparison each",
            "Name one of them.",
        )
    policies = [(file.stem, load_policy(file)) for file in arguments.policy]
    if arguments.share or several:
        if len(policies) > 1:
            raise UsageError("shares and models take at most one --policy", "Name one of them.")
        policy = policies[0][1] if policies else None
        if several:
            return models(arguments.model, policy)
        return shares(_numbers("--share", arguments.share), policy)
    candidates = [Variant(name, policy) for name, policy in policies]
    if arguments.strength:
        parameter, _, values = arguments.strength.partition("=")
        return [*strengths(parameter, _numbers("--strength", values)), *candidates]
    if arguments.article:
        return [*article(), *candidates]
    if not candidates:
        raise UsageError("there is nothing to compare", "Name a --policy FILE, or --article.")
    if arguments.baseline in (None, NONE):
        candidates.insert(0, Variant(NONE))
    return candidates


def _numbers(option: str, text: str) -> list[float]:
    try:
        return [float(v) if "." in v or "e" in v else int(v) for v in text.split(",")]
    except ValueError:
        raise UsageError(f"{option} needs numbers, as in 0.1,0.5,1", "Check them.") from None


def _listener(record: StoredComparison, arguments: argparse.Namespace) -> Callable[[Event], None]:
    """Return a function that prints each event with its policy and seed."""
    known = {turn.run: turn for turn in record.turns}

    def print_event(answer: Event) -> None:
        event = event_of(answer)
        turn = known.get(getattr(answer, "run", ""))
        if event is None or turn is None:
            return
        if arguments.json_lines:
            more = {"policy": turn.candidate, "seed": turn.seed}
            print(json.dumps({"event": event, **dataclasses.asdict(answer), **more}), flush=True)
        elif isinstance(answer, RunDone) and not arguments.quiet:
            print(
                f"{turn.candidate}, seed {turn.seed}: validation {answer.best_val_accuracy:.3f}"
                f" at epoch {answer.best_epoch} of {answer.epochs}, {answer.seconds:.0f} s",
                file=sys.stderr, flush=True,
            )  # fmt: skip

    return print_event


def _print_plan(plan: ComparisonPlan, arguments: argparse.Namespace) -> None:
    """Print what would be trained and how long it should take."""
    seconds = plan.expected_seconds
    document = {
        "event": "plan", "run": "", "baseline": plan.record.baseline,
        "policies": [one.name for one in plan.record.candidates], "trainings": len(plan.specs),
        "expected_seconds": None if seconds is None else round(seconds, 1),
        "split": plan.record.rule, "notes": plan.notes,
    }  # fmt: skip
    if arguments.json_lines:
        print(json.dumps(document), flush=True)
    elif arguments.json:
        if arguments.dry_run:
            print_json(document)
    else:
        took = "not known before the first run" if seconds is None else _span(seconds)
        stream = sys.stdout if arguments.dry_run else sys.stderr
        print(f"{len(plan.specs)} trainings on {plan.record.rule}; time: {took}", file=stream)
        for note in plan.notes:
            print(f"- {note}", file=stream)


def _print_result(
    comparison: Comparison, record: StoredComparison, arguments: argparse.Namespace
) -> None:
    notes = comparison.notes
    if arguments.json or arguments.json_lines:
        document = as_json(comparison, record) | {"notes": notes}
        if arguments.json_lines:
            document = {"event": "result", "run": comparison.name} | document
        print_json(document)
        return
    base = comparison.reference
    rows: list[Sequence[object]] = [
        (base.policy, _share(base.accuracy), "", "", "", "", _short(base.seconds_per_epoch),
         _short(base.seconds_to_best), "baseline")
    ]  # fmt: skip
    rows += [_cells(row) for row in comparison.rows]
    print_table(
        rows,
        (
            "policy",
            "accuracy",
            "difference",
            "95 %",
            "p (Holm)",
            "last epoch",
            "s/epoch",
            "s to best",
            "",
        ),
    )
    if comparison.partial:
        print(f"partial: {comparison.done} of {comparison.total} trainings are complete;"
              f" continue with --resume {comparison.name}")  # fmt: skip
    print(
        f"evaluated on {comparison.images:,} images in {comparison.groups:,} groups;"
        f" {comparison.rule}"
    )
    print_lines(f"- {note}" for note in notes)


def _cells(row: ComparisonRow) -> tuple[object, ...]:
    interval = f"[{_signed(row.low)}, {_signed(row.high)}]"
    factor = f" ({row.time_factor:.1f}x)" if row.time_factor else ""
    p = "-" if row.p_adjusted is None else f"{row.p_adjusted:.3f}"
    return (
        row.policy, _share(row.figures.accuracy), _signed(row.mean), interval, p,
        _signed(row.last.mean), _short(row.seconds_per_epoch),
        _short(row.figures.seconds_to_best) + factor, row.text,
    )  # fmt: skip


def as_json(comparison: Comparison, record: StoredComparison) -> dict[str, Any]:
    """Return a comparison as `compare --json` prints it."""
    differences = []
    for row in comparison.rows:
        one = {
            "policy": row.policy, "mean": row.mean, "low": row.low, "high": row.high,
            "p_adjusted": row.p_adjusted, "smallest_detectable": row.smallest_detectable,
            "seeds": row.seeds, "seconds_per_epoch": row.seconds_per_epoch,
            "decision": row.decision.value, "practically_equal": row.practically_equal,
            "accuracy": row.figures.accuracy, "accuracy_sd": row.figures.sd,
            "last_epoch": {
                "accuracy": row.figures.last_accuracy, "mean": row.last.mean,
                "low": row.last.low, "high": row.last.high,
            },
            "seconds_to_best": row.figures.seconds_to_best, "time_factor": row.time_factor,
            "text": row.text,
        }  # fmt: skip
        differences.append(_rounded(one))
    base = comparison.reference
    runs = [{"run": t.run, "policy": t.candidate, "seed": t.seed} for t in record.turns]
    return {
        "baseline": comparison.baseline, "comparison": comparison.name,
        "partial": comparison.partial,
        "baseline_figures": _rounded(
            {"accuracy": base.accuracy, "accuracy_sd": base.sd, "seeds": base.seeds,
             "last_epoch": base.last_accuracy, "seconds_per_epoch": base.seconds_per_epoch,
             "seconds_to_best": base.seconds_to_best}
        ),
        "split": comparison.rule, "budget": comparison.budget.value, "margin": comparison.margin,
        "images": comparison.images, "groups": comparison.groups, "runs": runs,
        "differences": differences,
    }  # fmt: skip


def _rounded(entries: dict[str, Any]) -> dict[str, Any]:
    """Round figures to six decimals, also in nested mappings."""
    return {
        name: _rounded(v) if isinstance(v, dict) else round(v, 6) if isinstance(v, float) else v
        for name, v in entries.items()
    }


def _span(seconds: float) -> str:
    return f"about {seconds:.0f} s" if seconds < 90 else f"about {seconds / 60:.0f} min"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _signed(value: float | None) -> str:
    return "-" if value is None else f"{value:+.3f}"
