"""Makes decisions without a pause, and reports each one once it is acknowledged.

actor.py drop|undo|window DATASET PROJECT
actor.py drops DATASET PROJECT N: N processes at once, each on its share of the images.
actor.py verbs FILE.json: runs each list of words in the file as a verb, and tells its exit code.
"""

import contextlib
import io
import json
import os
import socket
import sys
from functools import partial
from pathlib import Path

from inspector.project.project import Project


def drop(project: Project, first: int, step: int) -> None:
    rows = [s for s in project.samples.everything() if s.status == "image"]
    for sample in rows[first::step]:
        decided = project.decisions.drop([sample.id])
        print(decided.operation, sample.path, flush=True)


def drops(dataset: str, file: str, count: int) -> int:
    """Decide in many processes, forked after the imports, which take longer than deciding.

    Each has a project of its own, as separate programs do, and tells a whole line at once.
    """
    children = []
    for number in range(count):
        child = os.fork()
        if not child:
            project = Project(Path(dataset), Path(file), jobs=1)
            drop(project, number, count)
            project.close()
            os._exit(0)
        children.append(child)
    return sum(os.waitpid(child, 0)[1] != 0 for child in children)


def undo(project: Project) -> None:
    while (decided := project.decisions.undo()).operation:
        print(decided.operation, flush=True)


def window(dataset: str, file: str) -> int:
    """Decide through an open window, with its keys."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from inspector.app.main import MainWindow

    app = QApplication([])
    shown = MainWindow()
    shown.show()

    def tell(path: str, decided: object) -> None:
        print(getattr(decided, "operation"), path, flush=True)  # noqa: B009 - of any result

    def decide() -> None:
        view = shown.view
        assert view is not None
        rows = [s for s in view.project.samples.everything() if not s.mark]
        for sample in rows:
            work = partial(view.project.decisions.drop, [sample.id])
            view.bridge.call(work, partial(tell, sample.path), writes=True)

    shown.project_opened.connect(lambda: QTimer.singleShot(300, decide))
    shown.open_path(dataset, file)
    return app.exec()


def verbs(file: str) -> None:
    """Run many verbs in one interpreter, as starting it takes longer than most of them."""
    from inspector.cli.main import run

    print(json.dumps([name for _, name in socket.if_nameindex()]), flush=True)
    for words in json.loads(Path(file).read_text("utf-8")):
        with contextlib.redirect_stdout(io.StringIO()):
            code = run(words)
        print(json.dumps([words[0], code]), flush=True)


def main() -> None:
    if sys.argv[1] == "verbs":
        verbs(sys.argv[2])
        return
    what, dataset, file, *rest = sys.argv[1:]
    if what == "window":
        sys.exit(window(dataset, file))
    if what == "drops":
        sys.exit(drops(dataset, file, int(rest[0])))
    project = Project(Path(dataset), Path(file), jobs=1)
    if what == "drop":
        drop(project, 0, 1)
    else:
        undo(project)
    project.close()


if __name__ == "__main__":
    main()
