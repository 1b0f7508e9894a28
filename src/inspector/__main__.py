"""Entry point of window and terminal; each is imported only when needed."""

import gc
import sys

# Rows by the million hold no cycles: looking for those at each 700 new objects takes a tenth of a
# rescan. Source: docs/measurements/scale.md.
OBJECTS_PER_COLLECTION = 100_000


def main(arguments: list[str] | None = None) -> int:
    """Run the program: the window without arguments or for `open`, the terminal for other verbs.

    Args:
        arguments: Command line after the program name; None for that of the process.

    Returns:
        Exit status (CLI contract: 0, 1, 2, 3 or 130).
    """
    words = sys.argv[1:] if arguments is None else arguments
    if words and words[0] == "--child":
        from inspector.subprocesses import run_child

        run_child(words[1])
        return 0
    if not words or words[0] == "open":
        # Objects of the start-up live on, so collecting is pointless until the window schedules it.
        gc.disable()
        from inspector.app.main import open_window

        return open_window(words[1:])
    gc.set_threshold(OBJECTS_PER_COLLECTION)
    from inspector.cli.main import run

    return run(words)


if __name__ == "__main__":
    sys.exit(main())
