"""The option --train of diagnose and crossvalidate: real trainings, with a plan and progress."""

import argparse
import dataclasses
import json
import sys
from collections.abc import Callable

from inspector.audit.diagnosis import Diagnosis
from inspector.audit.gap.diagnose import SEEDS_OF_MANY
from inspector.cli.comparisons import as_json
from inspector.cli.options import named_path, scan
from inspector.cli.output import Bar, print_json, print_lines, print_table
from inspector.cli.splits import rule_of
from inspector.cli.training import event_of
from inspector.errors import UsageError
from inspector.project.augment.policies import load_policy
from inspector.project.experiments import fold_results
from inspector.project.experiments.comparison_plans import ComparisonPlan
from inspector.project.experiments.comparison_records import ComparisonSetup
from inspector.project.experiments.fold_results import StoredFolds, TrainedFoldAccuracy
from inspector.project.experiments.trained_folds import FoldsPlan
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule, RuleKind
from inspector.project.training.run import EPOCHS, IMAGE_SIZE_PX, RunConfig
from inspector.training_protocol.messages import Event, RunDone
from inspector.training_protocol.run_spec import LITE0, SMALL_CNN
from inspector.work.jobs import Progress


def add_training_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a diagnosis by training."""
    group = parser.add_argument_group("with --train")
    group.add_argument("--model", default=SMALL_CNN, metavar="NAME")
    group.add_argument("--epochs", type=int, default=EPOCHS, metavar="N")
    group.add_argument("--image-size", type=int, default=IMAGE_SIZE_PX, metavar="PX")
    group.add_argument("--no-cleaning", action="store_true", help="leave out before and after")
    group.add_argument("--dry-run", action="store_true", help="show the plan, train nothing")


def train_answer(
    arguments: argparse.Namespace, project: Project, rule: Rule
) -> tuple[Diagnosis | None, dict[str, object]]:
    """Train the conditions of a gap; return the answer, and what is printed beside it in JSON.

    The answer is None for a dry run.

    Raises:
        TrainingError: A run failed.
        UsageError: The number of epochs is not valid.
    """
    if arguments.epochs < 1:
        raise UsageError("--epochs must be 1 or more", "Leave it out for the default.")
    seeds = arguments.seeds or SEEDS_OF_MANY
    config = RunConfig(
        model=arguments.model, epochs=arguments.epochs, image_size_px=arguments.image_size
    )
    progress = Progress()
    with Bar(progress, quiet=arguments.quiet):
        plan = project.experiments.plan(rule, config, seeds=seeds, progress=progress)
    assert plan is not None
    cleaning = _cleaning(arguments, project, config, seeds)
    runs = plan.trainings + (len(cleaning.specs) if cleaning else 0)
    took = plan.expected_seconds
    if took is not None and cleaning is not None and cleaning.expected_seconds is not None:
        took += cleaning.expected_seconds
    if arguments.dry_run and arguments.json:
        print_json({"trainings": runs, "steps": plan.steps, "expected_seconds": took})
        return None, {}
    duration = "not known before the first run" if took is None else f"about {took / 60:.0f} min"
    print(
        f"{runs} trainings of {plan.steps:,} steps, {seeds} seeds; time: {duration}",
        file=sys.stdout if arguments.dry_run else sys.stderr,
    )
    if arguments.dry_run:
        return None, {}

    def on_event(answer: Event) -> None:
        if isinstance(answer, RunDone):
            progress.advance()

    progress.start("trainings", runs)
    more: dict[str, object] = {}
    with Bar(progress, quiet=arguments.quiet):
        try:
            experiment = project.experiments.run(plan, on_event)
            if cleaning is not None:
                more = _cleaned(project, cleaning, on_event)
        except KeyboardInterrupt:
            # Print the complete results, then that the training was stopped.
            experiment = project.experiments.known(plan)
            more["stopped"] = True
            if experiment.answer is None:
                raise
    return experiment.answer, more | {
        "partial": experiment.partial,
        "seeds_done": experiment.seeds_done,
    }


def _cleaned(
    project: Project, cleaning: ComparisonPlan, on_event: Callable[[Event], None]
) -> dict[str, object]:
    name = project.comparisons.start(cleaning, on_event)
    result = project.comparisons.result(name)
    document = as_json(result, project.comparisons.kept(name))
    return {"cleaning": document, "cleaning_text": result.rows[0].text}


def _cleaning(
    arguments: argparse.Namespace, project: Project, config: RunConfig, seeds: int
) -> ComparisonPlan | None:
    """Plan trainings before and after cleaning; None if nothing is excluded or not asked for."""
    if arguments.no_cleaning:
        return None
    setup = ComparisonSetup(seeds, stop_early=False)
    try:
        return project.comparisons.plan_cleaning(Rule(RuleKind.GROUPS), config, setup=setup)
    except UsageError:
        return None


def add_fold_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a cross-validation by training."""
    group = parser.add_argument_group("by real trainings")
    add = group.add_argument
    add("--train", action="store_true", help="train a model per fold, and one on your split")
    add("--model", default=SMALL_CNN, metavar="NAME", help=f"as of train; {LITE0} is the quickest")
    add("--policy", type=named_path, metavar="FILE")
    add("--epochs", type=int, default=EPOCHS, metavar="N")
    add("--image-size", type=int, default=IMAGE_SIZE_PX, metavar="PX")
    add("--fold-seed", type=int, default=0, metavar="N", help="of the groups' places in folds")
    add("--resume", metavar="NAME", help="train what is missing of a stored cross-validation")
    add("--dry-run", action="store_true", help="show the plan, train nothing")
    add("--json-lines", action="store_true", help="one JSON object per event")


def trains(arguments: argparse.Namespace) -> bool:
    """Tell whether a cross-validation is by real trainings.

    Raises:
        UsageError: An option needs --train.
    """
    if arguments.dry_run and not arguments.train:
        raise UsageError("--dry-run shows the plan of trainings", "Add --train.")
    return bool(arguments.train or arguments.resume)


def train_folds(arguments: argparse.Namespace, project: Project) -> None:
    """Train a cross-validation, or what is missing of it, and print its result."""
    folds = project.experiments.folds
    if arguments.epochs < 1:
        raise UsageError("--epochs must be 1 or more", "Leave it out for the default.")
    name = arguments.resume
    if not name:
        scan(project, arguments)
        policy = load_policy(arguments.policy) if arguments.policy else None
        config = RunConfig(
            policy, arguments.model, arguments.epochs, image_size_px=arguments.image_size,
            policy_name=arguments.policy.stem if arguments.policy else "",
        )  # fmt: skip
        plan = folds.plan(
            rule_of(arguments, project), config, folds=arguments.folds, seed=arguments.fold_seed
        )
        _print_folds_plan(plan, arguments)
        if arguments.dry_run:
            return
        name = folds.store(plan)
    record = folds.kept(name)
    try:
        folds.train(name, _fold_listener(record, arguments))
    finally:
        # However the training ended, print the results so far.
        _print_folds_result(folds.result(name), record, arguments)


def _print_folds_plan(plan: FoldsPlan, arguments: argparse.Namespace) -> None:
    seconds = plan.record.expected_seconds
    document = {
        "event": "plan", "run": "", "trainings": plan.trainings, "folds": len(plan.record.folds),
        "images": len(plan.record.groups), "split": plan.record.rule, "model": plan.record.model,
        "expected_seconds": None if seconds is None else round(seconds, 1), "notes": plan.notes,
    }  # fmt: skip
    if arguments.json_lines:
        print(json.dumps(document), flush=True)
    elif arguments.json:
        if arguments.dry_run:
            print_json(document)
    else:
        took = "not known before the first run" if seconds is None else f"about {seconds:.0f} s"
        print(
            f"{plan.trainings} trainings: {len(plan.record.folds)} group folds of"
            f" {len(plan.record.groups):,} images, and {plan.record.rule}; time: {took}",
            file=sys.stdout if arguments.dry_run else sys.stderr,
        )


def _fold_listener(record: StoredFolds, arguments: argparse.Namespace) -> Callable[[Event], None]:
    """Return a function that prints each event with its fold, from 1; 0 is the split."""
    fold_of = {turn.run: number for number, turn in enumerate(record.turns)}

    def print_event(answer: Event) -> None:
        event, fold = event_of(answer), fold_of.get(getattr(answer, "run", ""))
        if event is None or fold is None:
            return
        if arguments.json_lines:
            more = {"fold": fold, "crossvalidation": record.name}
            print(json.dumps({"event": event, **dataclasses.asdict(answer), **more}), flush=True)
        elif isinstance(answer, RunDone) and not arguments.quiet:
            title = f"fold {fold} of {len(record.folds)}" if fold else f"your {record.evaluation}"
            print(
                f"{title}: {answer.best_val_accuracy:.3f} at epoch {answer.best_epoch} of"
                f" {answer.epochs}, {answer.seconds:.0f} s",
                file=sys.stderr, flush=True,
            )  # fmt: skip

    return print_event


def _print_folds_result(
    result: TrainedFoldAccuracy, record: StoredFolds, arguments: argparse.Namespace
) -> None:
    if arguments.json or arguments.json_lines:
        document = fold_results.as_json(result, record=record)
        if arguments.json_lines:
            document = {"event": "result", "run": result.name} | document
        print_json(document)
        return
    print(result.text)
    rows: list[tuple[str, str, str, str]] = []
    if result.stated is not None:
        rows.append(("your own model", f"{result.stated:.3f}", "", ""))
    for title, value in (
        (f"your {result.evaluation}", result.split),
        (f"{len(result.folds)} group folds", result.accuracy),
        ("difference on the same images", result.difference),
    ):
        if value is not None:
            limits = f"[{value.low:.3f}, {value.high:.3f}]"
            rows.append((title, f"{value.mean:.3f}", limits, ""))
    rows += [
        (f"fold {number}", "-" if fold.accuracy is None else f"{fold.accuracy:.3f}", "",
         f"{fold.images:,} in {fold.groups:,} groups")
        for number, fold in enumerate(result.folds, 1)
    ]  # fmt: skip
    print_table(rows, ("accuracy", "mean", "95 %", "images"))
    if result.partial:
        print(f"partial: {result.done} of {len(result.folds)} folds are trained;"
              f" continue with --resume {result.name}")  # fmt: skip
    print(f"{result.images:,} images in {result.groups:,} groups; {result.rule}")
    print_lines(f"- {note}" for note in result.notes)
