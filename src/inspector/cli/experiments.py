"""The option --train of diagnose: the gap by real trainings, with a plan and progress."""

import argparse
import sys
from collections.abc import Callable

from inspector.audit.diagnosis import Diagnosis
from inspector.audit.gap.diagnose import SEEDS_OF_MANY
from inspector.cli.comparisons import as_json
from inspector.cli.output import Bar, print_json
from inspector.errors import UsageError
from inspector.project.experiments.comparison_plans import ComparisonPlan
from inspector.project.experiments.comparison_records import ComparisonSetup
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule, RuleKind
from inspector.project.training.run import EPOCHS, IMAGE_SIZE_PX, RunConfig
from inspector.training_protocol.messages import Event, RunDone
from inspector.training_protocol.run_spec import SMALL_CNN
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
