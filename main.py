"""Start Dataset Inspector by a double click on this file."""

import multiprocessing
import sys
from pathlib import Path

if __name__ == "__main__":
    multiprocessing.freeze_support()
    source = Path(__file__).resolve().parent / "src"
    if source.is_dir():
        sys.path.insert(0, str(source))
    from inspector.__main__ import main

    sys.exit(main())
