#!/usr/bin/env python3
"""Start Dataset Inspector by a double click on this file, or as the packaged program."""

import importlib.util
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def find_environment() -> None:
    """Go on in the environment that `make run` sets up, where this Python has no Qt."""
    if importlib.util.find_spec("PySide6") is not None:
        return
    places = (HERE / ".venv/bin/python", HERE / ".venv/Scripts/python.exe")
    if python := next((p for p in places if p.exists()), None):
        os.execv(python, [str(python), __file__, *sys.argv[1:]])
    import shlex
    import shutil

    terminal = shutil.which("x-terminal-emulator")
    if terminal and os.environ.get("DISPLAY") and not sys.stdout.isatty():
        words = shlex.join(sys.argv[1:])
        script = f"cd {shlex.quote(str(HERE))} && make run ARGS={shlex.quote(words)} || read answer"
        os.execv(terminal, [terminal, "-e", "sh", "-c", script])
    sys.stderr.write(
        "error: the program is not set up yet\n"
        f"advice: Run `make run` in {HERE}: it brings what is missing.\n"
    )
    sys.exit(3)


def leave_bundle() -> None:
    """Keep the bundle's libraries away from the system's programs that we start.

    The loader has read the variable by now; children of our own set it again.
    """
    kept = os.environ.pop("LD_LIBRARY_PATH_ORIG", "")
    os.environ.pop("LD_LIBRARY_PATH", None)
    if kept:
        os.environ["LD_LIBRARY_PATH"] = kept


if __name__ == "__main__":
    if "--multiprocessing-fork" in sys.argv:
        # Nothing of ours asks for this; a library that does must not get a second window.
        import multiprocessing

        multiprocessing.freeze_support()
    if getattr(sys, "frozen", False):
        leave_bundle()
    else:
        find_environment()
        if (HERE / "src").is_dir():
            sys.path.insert(0, str(HERE / "src"))
    from inspector.__main__ import main

    sys.exit(main())
