"""Verbs of training: train, runs."""

import argparse
import dataclasses
import json
import sys

from inspector.cli.options import add_verb, named_path, open_project, scan, seed_count
from inspector.cli.output import print_json, print_table
from inspector.cli.splits import add_split_options, rule_of
from inspector.errors import TrainingError, UsageError
from inspector.project.augment.policies import load_policy
from inspector.project.project import Project
from inspector.project.training.run import EPOCHS, IMAGE_SIZE_PX, Run, RunConfig
from inspector.project.training.runs import OpenedTest, seeds_of
from inspector.training_protocol.messages import (
    EpochDone,
    Event,
    RunDone,
    RunFailed,
    RunStopped,
    Started,
)
from inspector.training_protocol.run_spec import IMAGENET, LITE0, LITE0_TUNED, SMALL_CNN, Budget

_EVENTS: dict[type, str] = {
    Started: "run", EpochDone: "epoch", RunDone: "done", RunFailed: "failed", RunStopped: "stopped",
}  # fmt: skip


def add_verbs(verbs: object) -> None:
    """Add this module's verbs to the parser."""
    train = add_verb(verbs, "train", _train, "train a model in a child process")
    add_split_options(train)
    train.add_argument("--policy", type=named_path, metavar="FILE")
    train.add_argument(
        "--model", default=SMALL_CNN, metavar="NAME",
        help=f"{SMALL_CNN}; {LITE0} (frozen, in seconds) or {LITE0_TUNED}, offline; a name of"
        " keras.applications; or a .keras file",
    )  # fmt: skip
    train.add_argument("--epochs", type=int, metavar="N", help=f"default {EPOCHS}")
    train.add_argument(
        "--seeds", type=seed_count, default=1, metavar="N", help="runs with other seeds"
    )
    train.add_argument("--image-size", type=int, default=IMAGE_SIZE_PX, metavar="PX")
    train.add_argument(
        "--budget", choices=[Budget.EPOCHS.value, Budget.PLATEAU.value], default="epochs",
        help="plateau: until the selection holdout stops improving, --epochs at most",
    )  # fmt: skip
    train.add_argument(
        "--weights", metavar="FILE", help=f"of a backbone; {IMAGENET} lets Keras download them"
    )
    train.add_argument("--resume", metavar="RUN")
    train.add_argument("--json-lines", action="store_true", help="one JSON object per event")
    runs = add_verb(verbs, "runs", _runs, "stored runs")
    runs.add_argument(
        "--evaluate", metavar="RUN",
        help="load its best weights, and evaluate them again on its validation files",
    )  # fmt: skip
    runs.add_argument(
        "--open-test", metavar="RUN", help="evaluate its best weights on the test folder, once"
    )


def _train(arguments: argparse.Namespace) -> None:
    if arguments.seeds < 1 or (arguments.epochs is not None and arguments.epochs < 1):
        raise UsageError("--seeds and --epochs must be 1 or more", "Check them.")
    with open_project(arguments) as project:
        if arguments.resume:
            names = [project.runs.resume(arguments.resume, epochs=arguments.epochs)]
        else:
            names = _new_runs(arguments, project)
        failures: list[RunFailed] = []

        def print_event(answer: Event) -> None:
            _print_event(answer, arguments)
            if isinstance(answer, RunFailed):
                failures.append(answer)

        project.runs.train(names, print_event)
        if failures:
            raise TrainingError(failures[-1].reason, failures[-1].advice)


def _new_runs(arguments: argparse.Namespace, project: Project) -> list[str]:
    scan(project, arguments)
    policy = load_policy(arguments.policy) if arguments.policy else None
    config = RunConfig(
        policy, arguments.model, arguments.epochs or EPOCHS, image_size_px=arguments.image_size,
        policy_name=arguments.policy.stem if arguments.policy else "",
        budget=Budget(arguments.budget), weights=arguments.weights,
    )  # fmt: skip
    rule = rule_of(arguments, project)
    specs = [project.runs.plan(rule, one) for one in seeds_of(config, arguments.seeds)]
    return [project.runs.store(spec) for spec in specs]


def event_of(answer: Event) -> str | None:
    """Return the name of an event; None if the terminal does not print it."""
    return _EVENTS.get(type(answer))


def _print_event(answer: Event, arguments: argparse.Namespace) -> None:
    event = event_of(answer)
    if event is None:
        return
    if arguments.json_lines or arguments.json:
        print(json.dumps({"event": event, **dataclasses.asdict(answer)}), flush=True)
        return
    match answer:
        case Started():
            print(f"{answer.run}: {answer.parameters:,} parameters", file=sys.stderr)
        case EpochDone():
            print(
                f"{answer.run} epoch {answer.epoch}: validation {answer.val_accuracy:.3f},"
                f" training {answer.accuracy:.3f}, {answer.seconds:.1f} s"
            )
        case RunDone():
            print(
                f"{answer.run}: best epoch {answer.best_epoch} by the selection holdout, validation"
                f" {answer.best_val_accuracy:.3f}; last epoch {answer.last_val_accuracy:.3f}"
            )
        case _:
            return


def _runs(arguments: argparse.Namespace) -> None:
    with open_project(arguments) as project:
        if arguments.evaluate:
            _evaluate(arguments, project)
            return
        if arguments.open_test:
            project.runs.open_test(project.runs.run(arguments.open_test).name)
        runs, opened = project.runs.all(), project.runs.opened_test()
        if arguments.json:
            print_json([_row(run, opened) for run in runs])
            return
        print_table(
            [
                (r.name, r.spec.split, r.title, f"seed {r.spec.seed}", r.state.value,
                 f"{len(r.history)} of {r.spec.epochs}",
                 f"{r.best.val_accuracy:.3f}" if r.best else "-",
                 f"{r.history[-1].val_accuracy:.3f}" if r.history else "-") for r in runs
            ],
            ("run", "split", "what", "", "state", "epochs", "validation: best epoch", "last"),
        )  # fmt: skip
        if opened is not None:
            print(
                f"test folder opened on {opened.at} by {opened.run}: {opened.accuracy:.3f}"
                f" [{opened.low:.3f}, {opened.high:.3f}] of {opened.images:,} images"
            )


def _evaluate(arguments: argparse.Namespace, project: Project) -> None:
    run = project.runs.run(arguments.evaluate)
    evaluation = project.runs.evaluate(run.name)
    accuracy = run.best.val_accuracy if run.best else None
    if arguments.json:
        print_json([_row(run, None) | {"evaluated": dataclasses.asdict(evaluation)}])
        return
    accuracy_text = "-" if accuracy is None else f"{accuracy:.4f}"
    print(
        f"{run.name}: accuracy {evaluation.accuracy:.4f} of {evaluation.images:,} validation"
        f" images, whose hashes are those of the spec; {accuracy_text} when it was trained"
    )


def _row(run: Run, opened: OpenedTest | None) -> dict[str, object]:
    last = run.history[-1] if run.history else None
    return {
        "run": run.name,
        "split": run.spec.split,
        "policy": run.spec.policy_name,
        "model": run.spec.model,
        "seed": run.spec.seed,
        "state": run.state.value,
        "reason": run.reason,
        "epochs": run.spec.epochs,
        "done": len(run.history),
        "best_epoch": last.best_epoch if last else None,
        "best_val_accuracy": run.best.val_accuracy if run.best else None,
        "val_accuracy": last.val_accuracy if last else None,
        "test": dataclasses.asdict(opened) if opened and opened.run == run.name else None,
    }
