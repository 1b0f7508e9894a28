"""Do our replays of other libraries' splits equal the real ones? Thousands of random calls each.

    python bench/replays.py [SUITE...] [--calls 2000] [--venv DIR] [--record FILE.json]
    python bench/replays.py scikit-learn --release scikit-learn==1.7.2

Installs the libraries into a virtual environment (a temporary one without --venv), runs every call
there with both, and prints a Markdown table. Both may refuse: that counts as equal. --record writes
small calls with the real results, which the tests replay without the libraries.
"""

import argparse
import contextlib
import importlib.metadata
import io
import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from replay_trials import Trial

SOURCES = Path(__file__).resolve().parents[1] / "src"
# Of each suite. numpy and pandas come along.
REQUIREMENTS = {
    "scikit-learn": ("scikit-learn==1.9.1",),
    "pandas": ("pandas==3.1.1",),
    "torch": ("torch==2.13.0",),
    "datasets": ("datasets==5.2.0",),
    "tensorflow-datasets": ("tensorflow-datasets==4.9.10", "importlib_resources"),
    "keras": ("keras==3.15.1", "torch==2.13.0", "pandas", "scipy"),
    "fastai": ("fastai==2.8.12", "torch==2.13.0"),
    "files": (
        "fastai==2.8.12", "torch==2.13.0", "datasets==5.2.0", "split-folders==0.6.1",
        "opencv-python-headless", "polars", "psutil", "matplotlib", "requests", "pyyaml",
    ),
}  # fmt: skip
# Without what they depend on: their compiled operators and models are not needed.
BARE_REQUIREMENTS = ("torchvision==0.28.0", "ultralytics==8.4.190")


def main() -> int:
    """Install, run each suite in a child, print the table; return 1 on a mismatch."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "suites", nargs="*", default=[], metavar="SUITE", help=", ".join(REQUIREMENTS)
    )
    parser.add_argument("--calls", type=int, default=2_000)
    parser.add_argument("--venv", type=Path, help="keep or reuse this environment")
    parser.add_argument("--record", type=Path, metavar="FILE.json")
    parser.add_argument("--release", metavar="NAME==V", help="of one library, instead of ours")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        return _run(asked.suites, asked.calls, asked.record)
    with tempfile.TemporaryDirectory() as temporary:
        suites = asked.suites or list(REQUIREMENTS)
        python = _environment(asked.venv or Path(temporary) / "venv", suites, asked.release)
        arguments = [*suites, "--calls", str(asked.calls), "--inside"]
        if asked.record:
            arguments += ["--record", str(asked.record)]
        environment = {
            **os.environ,
            "PYTHONPATH": str(SOURCES),
            "KERAS_BACKEND": "torch",
            "HF_HUB_OFFLINE": "1",
            "YOLO_CONFIG_DIR": temporary,
            "TQDM_DISABLE": "1",
        }
        done = subprocess.run([python, __file__, *arguments], check=False, env=environment)
        return done.returncode


def _environment(folder: Path, suites: list[str], release: str | None) -> Path:
    """Create the environment, or take the one that is there."""
    python = folder / "bin" / "python"
    if not python.exists():
        packages = {"msgspec", *(package for suite in suites for package in REQUIREMENTS[suite])}
        if release:
            name = release.partition("==")[0]
            packages = {package for package in packages if package.partition("==")[0] != name}
            packages.add(release)
        venv.create(folder, with_pip=True)
        pip = [python, "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, *sorted(packages)], check=True)
        if "files" in suites:
            subprocess.run([*pip, "--no-deps", *BARE_REQUIREMENTS], check=True)
    return python


def _run(suites: list[str], calls: int, record: Path | None) -> int:
    """Run suites in this process, which has the libraries."""
    import replay_trials
    from replay_file_trials import file_rows

    print("| library | function | calls | refused by both | mismatches |\n|---|---|---|---|---|")
    recorded: list[dict[str, object]] = []
    bad = 0
    for name in suites:
        if name == "files":
            for row in file_rows(calls):
                bad += row.mismatches
                cells = row.library, row.function, row.calls, row.refused, row.mismatches
                print(f"| {' | '.join(map(str, cells))} |", flush=True)
            continue
        packages, functions = replay_trials.SUITES[name]
        versions = ", ".join(f"{p} {importlib.metadata.version(p)}" for p in packages)
        for function, make in functions.items():
            refused = mismatches = 0
            for trial in replay_trials.trials(make, calls, seed=len(function), largest=1_500):
                real, ours = _both(trial)
                refused += real is None and ours is None
                if real != ours:
                    mismatches += 1
                    _print_mismatch(trial, real, ours, mismatches)
            bad += mismatches
            print(f"| {versions} | {function} | {calls} | {refused} | {mismatches} |", flush=True)
            if record:
                recorded += [
                    _recorded(trial) for trial in replay_trials.trials(make, 14, seed=1, largest=30)
                ]
    if record:
        lines = ",\n".join(json.dumps(call, separators=(",", ":")) for call in recorded)
        record.write_text(f"[\n{lines}\n]\n", "utf-8")
    return 1 if bad else 0


def _both(trial: "Trial") -> tuple[list[list[int]] | None, list[list[int]] | None]:
    """Return the parts by the real library and by ours; None where it refuses."""
    from inspector.errors import UsageError
    from inspector.splits.other_replays import SplitCall, replay

    try:
        with contextlib.redirect_stdout(io.StringIO()):
            real = trial.real()
    except (ValueError, TypeError, RuntimeError, IndexError):
        real = None
    try:
        split = replay(trial.items, SplitCall(trial.function, trial.params))
        ours = [part.indices.tolist() for part in split.parts]
    except UsageError:
        ours = None
    return real, ours


def _print_mismatch(trial: "Trial", real: object, ours: object, number: int) -> None:
    if number < 4:
        print(f"{trial.function} n={len(trial.items)} {trial.params}", file=sys.stderr)
        print(f"  real {str(real)[:200]}\n  ours {str(ours)[:200]}", file=sys.stderr)


def _recorded(trial: "Trial") -> dict[str, object]:
    """Return a call and the real library's answer, as JSON."""
    import msgspec

    items = trial.items
    return {
        "function": str(trial.function),
        "paths": list(items.paths),
        "labels": None if items.labels is None else items.labels.tolist(),
        "groups": None if items.groups is None else items.groups.tolist(),
        "root": items.root,
        "params": msgspec.to_builtins(trial.params),
        "parts": _both(trial)[0],
    }


if __name__ == "__main__":
    sys.exit(main())
