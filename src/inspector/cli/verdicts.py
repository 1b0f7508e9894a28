"""Verbs of verdicts: diagnose, labels, report."""

import argparse
from pathlib import Path

from inspector.audit.terms import as_json
from inspector.cli.options import add_verb, open_project, scan
from inspector.cli.output import Bar, print_json, print_lines, print_table
from inspector.cli.splits import add_split_options, rule_of
from inspector.errors import UsageError
from inspector.project.diagnoses import SEEDS, Numbers
from inspector.project.project import Project
from inspector.work.jobs import Progress


def add_verbs(verbs: object) -> None:
    """Add this module's verbs to the parser."""
    diagnose = add_verb(verbs, "diagnose", _diagnose, "what the gap is made of")
    add_split_options(diagnose)
    how = diagnose.add_mutually_exclusive_group()
    how.add_argument("--quick", action="store_true", help="by quick models (the default)")
    diagnose.add_argument("--seeds", type=int, default=SEEDS, metavar="N", help="split seeds")
    diagnose.add_argument("--claimed", metavar="A,B", help="0.95,0.75: split, real folder")
    diagnose.add_argument("--predictions", type=Path, metavar="FILE.csv")


def _numbers(arguments: argparse.Namespace, project: Project) -> None:
    """Keep the numbers that the options state."""
    if arguments.claimed is None and arguments.predictions is None:
        return
    known = project.diagnoses.numbers
    split, folder = known.split, known.folder
    if arguments.claimed is not None:
        try:
            split, folder = (float(v) for v in arguments.claimed.split(","))
        except ValueError:
            raise UsageError(
                f"{arguments.claimed} is not two accuracies", "Write --claimed 0.95,0.75."
            ) from None
    file = str(arguments.predictions.absolute()) if arguments.predictions else known.predictions
    project.diagnoses.state(Numbers(split, folder, file))


def _diagnose(arguments: argparse.Namespace) -> None:
    if arguments.seeds < 1:
        raise UsageError("--seeds must be 1 or more", "5 are needed for a verdict.")
    with open_project(arguments) as project:
        _numbers(arguments, project)
        scan(project, arguments)
        rule = rule_of(arguments, project)
        progress = Progress()
        with Bar(progress, quiet=arguments.quiet):
            answer = project.diagnoses.run(rule, seeds=arguments.seeds, progress=progress)
        assert answer is not None
        own = []
        if project.diagnoses.numbers.predictions:
            own = project.diagnoses.rates(project.splits.leaks(rule, seeds=0))
        document = as_json(answer)
        if own:
            document["your_model"] = [
                {"name": r.name, "accuracy": round(r.share, 4), "low": round(r.low, 4),
                 "high": round(r.high, 4), "n": r.n} for r in own
            ]  # fmt: skip
        if arguments.json:
            print_json(document)
            return
        if own:
            print_table(
                [(r.name, f"{r.share:.3f}", f"[{r.low:.3f}, {r.high:.3f}]", r.n) for r in own],
                ("your model", "accuracy", "95 %", "images"),
            )
        print(answer.verdict)
        rows = [
            (name, _signed(t.mean), f"[{_signed(t.low)}, {_signed(t.high)}]",
             t.verdict.value.replace("_", " "), t.bound.value.replace("_", " "))
            for name, t in answer.terms.items()
        ]  # fmt: skip
        print_table(rows, ("term", "estimate", "95 %", "verdict", "bound"))
        print_lines(f"- {line}" for line in answer.evidence)
        print_lines(f"caveat: {line}" for line in answer.caveats)


def _signed(value: float | None) -> str:
    return "-" if value is None else f"{value:+.3f}"
