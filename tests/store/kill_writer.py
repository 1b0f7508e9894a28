"""A child that writes operations endlessly and reports each acknowledged one."""

import sys
import time
from pathlib import Path

from inspector.store import decisions
from inspector.store.database import Database
from inspector.store.decisions import Change
from inspector.store.decisions import DecisionField as Field

SAMPLES = 40


def main() -> None:
    database = Database(Path(sys.argv[1]))
    for number in range(1, 100_000):
        changes = [Change(sample, Field.REASON, f"r{number}") for sample in range(1, SAMPLES + 1)]
        changes += [Change(number, Field.NOT_ALIKE, "1", b=number + 1)]
        database.write(
            lambda c, n=number, todo=changes: decisions.apply(c, "drop", f"number {n}", todo, n),
            urgent=True,
        )
        print(number, flush=True)
        time.sleep(0)


if __name__ == "__main__":
    main()
