"""Fuzz one parser by coverage: python -m tests.torture.fuzz NAME [libFuzzer arguments]

atheris is no dependency: `pip install atheris` into a separate environment.
"""

import sys
import tempfile
from pathlib import Path


def main() -> None:
    try:
        import atheris
    except ModuleNotFoundError:
        sys.exit("Install atheris first: pip install atheris")
    with atheris.instrument_imports(include=["inspector"]):
        from tests.torture.targets import TARGETS, seeds
    name, *rest = sys.argv[1:] or [""]
    if name not in TARGETS:
        sys.exit(f"Name one of: {', '.join(TARGETS)}")
    with tempfile.TemporaryDirectory() as corpus:
        for number, data in enumerate(seeds()[name]):
            (Path(corpus) / str(number)).write_bytes(data)
        atheris.Setup([sys.argv[0], corpus, *rest], TARGETS[name])
        atheris.Fuzz()


if __name__ == "__main__":
    main()
