"""Open the window or the terminal door; each is imported only when it is needed."""

import gc
import sys


def main(arguments: list[str] | None = None) -> int:
    """Run the program: no arguments or `open` for the window, any other verb for the terminal.

    Args:
        arguments: Words after the program's name; None for those of the process.

    Returns:
        The exit status (CLI contract: 0, 1, 2, 3 or 130).
    """
    words = sys.argv[1:] if arguments is None else arguments
    if words and words[0] == "--child":
        from inspector.subprocesses import run_child

        run_child(words[1])
        return 0
    if not words or words[0] == "open":
        # What is built at the start stays: nothing to collect, until the window does (app.garbage).
        gc.disable()
        from inspector.app.main import open_window

        return open_window(words[1:])
    from inspector.cli.main import run

    return run(words)


if __name__ == "__main__":
    sys.exit(main())
