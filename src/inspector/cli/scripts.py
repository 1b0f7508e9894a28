"""The verb that writes scripts for other programs: FiftyOne, cleanlab, TensorBoard, MLflow."""

import argparse
from pathlib import Path

from inspector.cli.options import add_verb, open_project, scan
from inspector.cli.output import Bar, print_json
from inspector.project.experiments.run_scripts import RunTool
from inspector.project.export.image_scripts import ImageTool
from inspector.work.jobs import Progress


def add_verbs(verbs: object) -> None:
    """Add this module's verb to the parser."""
    summary = "a script that loads decisions, labels or runs into another program"
    parser = add_verb(verbs, "script", _script, summary)
    tools = [tool.value for tool in (*ImageTool, *RunTool)]
    parser.add_argument("tool", choices=tools, metavar="TOOL", help=", ".join(tools))
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.py")


def _script(arguments: argparse.Namespace) -> None:
    with open_project(arguments) as project:
        if arguments.tool in list(RunTool):
            paths = project.run_scripts.write(RunTool(arguments.tool), arguments.output)
        else:
            scan(project, arguments)
            progress = Progress()
            with Bar(progress, quiet=arguments.quiet):
                paths = project.image_scripts.write(
                    ImageTool(arguments.tool), arguments.output, progress=progress
                )
    if arguments.json:
        print_json({"path": str(paths[0]), "data": str(paths[1])})
    else:
        print(f"{paths[0]}, which reads {paths[1]}")
