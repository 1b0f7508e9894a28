"""Verbs about the program itself: projects, backups, caches, doctor, desktop."""

import argparse
import shutil
from datetime import datetime
from pathlib import Path

from inspector.cli import doctor
from inspector.cli.options import add_output, named_path
from inspector.cli.output import human_bytes, print_json, print_lines, print_table
from inspector.desktop import desktop_entry as menu
from inspector.desktop.paths import cache_folder, default_project, projects_folder
from inspector.errors import InspectorError
from inspector.project.context import remembered_root
from inspector.store.backups import list_backups, restore


def add_verbs(verbs: object) -> None:
    """Add this module's verbs to the parser."""
    assert isinstance(verbs, argparse._SubParsersAction)
    projects = verbs.add_parser("projects", help="known projects with their size")
    projects.set_defaults(run=_projects)
    backups = verbs.add_parser("backups", help="the backups of a project file, and restore one")
    backups.set_defaults(run=_backups)
    backups.add_argument(
        "dataset",
        metavar="DATASET",
        type=named_path,
        help="the dataset's folder, or a project file",
    )
    backups.add_argument("--project", type=named_path, metavar="FILE", help="the project file")
    backups.add_argument(
        "--restore", type=int, metavar="N", help="restore backup N; the replaced file is kept"
    )
    caches = verbs.add_parser("caches", help="the caches, which can be rebuilt")
    caches.set_defaults(run=_caches)
    caches.add_argument("--clear", action="store_true", help="delete them")
    machine = verbs.add_parser("doctor", help="what is missing on this machine, by name")
    machine.set_defaults(run=_doctor)
    desktop = verbs.add_parser("desktop", help="the menu entry in your own folders, without root")
    desktop.set_defaults(run=_desktop)
    action = desktop.add_mutually_exclusive_group(required=True)
    action.add_argument(
        "--install", action="store_true", help="project files then open by a double click"
    )
    action.add_argument("--remove", action="store_true", help="remove them again")
    for parser in (projects, backups, caches, machine, desktop):
        add_output(parser)


def _projects(arguments: argparse.Namespace) -> None:
    rows = []
    for file in sorted(projects_folder().glob("*.inspector")):
        rows.append((str(file), _dataset_of(file), file.stat().st_size))
    if arguments.json:
        print_json([{"path": p, "dataset": d, "bytes": b} for p, d, b in rows])
    elif rows:
        print_table([(p, d, human_bytes(b)) for p, d, b in rows], ("project", "dataset", "size"))
    else:
        print("no project yet: open a dataset first")


def _dataset_of(file: Path) -> str:
    """Return the dataset of a project; a project that can't be opened does not hide the others."""
    try:
        return remembered_root(file)
    except InspectorError as error:
        return f"({error.message})"


def _backups(arguments: argparse.Namespace) -> None:
    dataset: Path = arguments.dataset
    is_file = dataset.suffix == ".inspector" and not dataset.is_dir()
    project = arguments.project or (dataset if is_file else default_project(dataset))
    if arguments.restore is not None:
        aside = restore(project, arguments.restore, datetime.now())
        if arguments.json:
            print_json({"restored": str(project), "kept": str(aside or "")})
        else:
            replaced = f"; what it replaced is {aside}" if aside else ""
            print(f"restored: {project}{replaced}")
        return
    backups = list_backups(project)
    if arguments.json:
        print_json(
            [
                {
                    "number": b.number, "path": str(b.path), "made": b.created.isoformat(),
                    "bytes": b.size_bytes, "reason": b.reason,
                }
                for b in backups
            ]
        )  # fmt: skip
    elif backups:
        rows = [(b.number, f"{b.created}", human_bytes(b.size_bytes), b.reason) for b in backups]
        print_table(rows, ("number", "made", "size", "why"))
        print("restore one with --restore NUMBER")
    else:
        print("no backup yet: one is made each day that the project is opened")


def _caches(arguments: argparse.Namespace) -> None:
    folder = cache_folder()
    size = _size(folder)
    if arguments.clear:
        shutil.rmtree(folder, ignore_errors=True)
    document = {"path": str(folder), "bytes": size, "cleared": arguments.clear}
    if arguments.json:
        print_json([document])
    else:
        done = "cleared" if arguments.clear else "can be cleared with --clear"
        print(f"{folder}: {human_bytes(size)} of thumbnails and fingerprints, {done}")


def _size(folder: Path) -> int:
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())


def _doctor(arguments: argparse.Namespace) -> None:
    missing = doctor.check()
    if arguments.json:
        print_json(
            [{"name": m.name, "what_it_is": m.what_it_is, "command": m.command} for m in missing]
        )
    elif missing:
        print_table([(m.name, m.what_it_is, m.command) for m in missing], ("lacks", "", "fix"))
    else:
        print("nothing is missing")


def _desktop(arguments: argparse.Namespace) -> None:
    files = menu.install() if arguments.install else menu.remove()
    done = "installed" if arguments.install else "removed"
    if arguments.json:
        print_json({"action": done, "files": [str(f) for f in files]})
    elif files:
        print_lines([*(f"{done}: {f}" for f in files)])
    else:
        print("nothing was installed")
