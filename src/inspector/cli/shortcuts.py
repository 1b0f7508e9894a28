"""The verb shortcuts: what predicts the class without the object."""

import argparse

from inspector.audit.shortcuts.search import FolderResult
from inspector.cli.options import add_verb, open_project, scan
from inspector.cli.output import Bar, print_json, print_lines, print_table
from inspector.cli.splits import add_split_options, rule_of
from inspector.project.diagnosis.shortcuts import ShortcutReport, as_json
from inspector.work.jobs import Progress


def add_verbs(verbs: object) -> None:
    """Add this module's verb to the parser."""
    shortcuts = add_verb(
        verbs, "shortcuts", _shortcuts, "what predicts the class without the object"
    )
    add_split_options(shortcuts)


def _shortcuts(arguments: argparse.Namespace) -> None:
    with open_project(arguments) as project:
        scan(project, arguments)
        rule = rule_of(arguments, project)
        progress = Progress()
        with Bar(progress, quiet=arguments.quiet):
            report = project.shortcuts.find(rule, progress=progress)
        assert report is not None
        if arguments.json:
            print_json(as_json(report))
        else:
            _print(report)


def _on_folder(result: FolderResult | None) -> tuple[str, str, str]:
    """Return the accuracy, its chance and the verdict on the evaluation folder."""
    if result is None:
        return "-", "-", "-"
    verdict = result.verdict.value.replace("_", " ")
    return f"{result.accuracy:.3f}", f"{result.chance:.3f}", verdict


def _print(report: ShortcutReport) -> None:
    folder = report.folder or "folder"
    print_table(
        [
            (
                f.result.probe.value, f"{f.result.accuracy:.3f}",
                f"[{f.result.low:.3f}, {f.result.high:.3f}]", f"{f.result.chance:.3f}",
                f"{f.result.p_corrected:.3f}", f.result.verdict.value.replace("_", " "),
                *_on_folder(f.result.folder),
            )
            for f in report.findings
        ],
        ("probe", "accuracy", "95 %", "chance", "corrected p", "shortcut", f"on {folder}",
         "chance there", "shortcut there"),
    )  # fmt: skip
    for finding in report.shortcuts:
        print(f"- {finding.text} {finding.advice}")
        print_lines(f"    {s.label}: {s.path}" for s in finding.examples)
    if report.remedies:
        options = " ".join(report.remedies)
        print(f"to do that to all images alike: inspector export DATASET --to DIR {options}")
    if not report.shortcuts:
        print("no probe predicts the class beyond chance")
    print(
        f"out of fold by group on {report.images:,} training images in {report.groups:,} groups;"
        " what a probe reads may make the class, as darkness makes night: that is for you to judge"
    )
