"""Count right, abstained and wrong verdicts on real images with a planted truth.

    python bench/verdicts.py [--data DIR] [--cifar DIR] [--trials 20] [--case NAME] [--seed 1000]

Images come from the clothing photos under INSPECTOR_DATA (default ../shared/data beside the
project) and, with --cifar, from the unpacked CIFAR-10 (train/CLASS/*.jpg); trials alternate between
the two. Near-frames are made by small crops, shifts and changes of brightness. Every trial draws
anew; the table is in Markdown, a row for each case and verdict.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import verdict_cases as cases
import verdict_pools as pools_of
from inspector.audit import conditions as arms
from inspector.audit import decision_rules as rules
from inspector.audit.baseline_models import fit
from inspector.audit.descriptors import describe, reduce, thumbnails16
from inspector.audit.diagnosis import Bound, Diagnosis, Question, Verdict
from inspector.audit.folds import cut, own_groups, random_folds
from inspector.audit.gap import diagnose as gap
from inspector.audit.intervals import holm, p_value, paired_difference

# A measured effect this far from the margin of leakage is a truth; nearer ones are not judged.
CLEAR_OF_MARGIN = 0.01
TRUTH_SEEDS = 30
COLUMNS = ("right", "abstained", "wrong", "yes", "no")
DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data"


def diagnose(planted: cases.Planted, seed: int) -> Diagnosis:
    """Ask the product about a planted dataset."""
    records = pools_of.records(planted.pictures)
    question = Question(
        describe(records), thumbnails16(records), planted.labels, planted.group,
        planted.training, ~planted.training, your_split=planted.your_split, seed=seed,
    )  # fmt: skip
    return gap.diagnose(question)


def measured_leakage(planted: cases.Planted, seed: int) -> float:
    """Return what group folds cost on this very dataset, over seeds that no diagnosis draws."""
    y = planted.labels
    group = own_groups(planted.group)
    setting = arms.Study(
        reduce(describe(pools_of.records(planted.pictures))), y, group, group,
        np.flatnonzero(planted.training), np.zeros(0, np.int64), int(y.max()) + 1, TRUTH_SEEDS,
        seed + 500_000, arms.ProgressReporter(lambda stage, done, total: None, lambda: False),
    )  # fmt: skip
    known = np.unique(group[setting.train], return_inverse=True)[1].astype(np.int64)
    random = arms.random_assignments(setting)
    grouped = arms.group_assignments(setting, known, 0)
    size = arms.common_size(setting, [*random, *grouped])
    right = [arms.score_folds(setting, one, size, folder=False).train for one in (random, grouped)]
    return float(right[0].mean() - right[1].mean())


def truth_of(effect: float) -> str:
    """Return what a measured leakage makes of the question whether it is above the margin."""
    if abs(effect - rules.LEAKAGE_ABOVE) < CLEAR_OF_MARGIN:
        return "any"
    return "yes" if effect > rules.LEAKAGE_ABOVE else "no"


def judge(verdict: Verdict, truth: str) -> str:
    """Compare a verdict with a truth of `cases.Planted`."""
    if verdict is Verdict.CANNOT_TELL:
        return "abstained"
    if truth == "any":
        return "not judged"
    return "right" if verdict.value == truth else "wrong"


def outcomes(planted: cases.Planted, found: Diagnosis) -> dict[str, str]:
    """Return the outcome for leakage and for shift."""
    leakage, shift = found.terms["leakage"], found.terms["shift"]
    if planted.hidden:
        # The rule: at least, at most, and no verdict at all about the shift.
        leak = judge(leakage.verdict, "yes")
        leak = "wrong" if leakage.bound is not Bound.AT_LEAST else leak
        silent = shift.verdict is Verdict.CANNOT_TELL
        return {"leakage": leak, "shift": "abstained" if silent else "wrong"}
    return {
        "leakage": judge(leakage.verdict, planted.leakage),
        "shift": judge(shift.verdict, planted.shift),
    }


def identical_policies(pool: pools_of.Pool, seed: int) -> dict[str, str]:
    """Compare a policy with six that are the same: no difference may be found."""
    rng = np.random.default_rng(seed)
    rows = cases.draw(pool, rng, 900 if pool.small else 1_500)
    x = reduce(describe(pools_of.records(pool.pictures[rows])))
    y = np.unique(pool.labels[rows], return_inverse=True)[1]
    classes = int(y.max()) + 1
    size = np.bincount(y) * 7 // 10
    right = np.zeros((7, 5, len(y)))
    for s in range(5):
        folds = random_folds(y, 5, rng)
        for policy in range(7):
            for k in range(5):
                chosen = cut(np.flatnonzero(folds != k), y, size, rng)
                held = folds == k
                named = fit(x[chosen], y[chosen], classes).predict(x[held])
                right[policy, s, held] = named == y[held]
    group = np.arange(len(y))
    p = np.array([p_value(paired_difference(right[i], right[0], group)) for i in range(1, 7)])
    return {
        "one policy": "wrong" if p[0] <= 0.05 else "right",
        "any of six": "wrong" if holm(p).min() <= 0.05 else "right",
    }


def run(name: str, pools: list[pools_of.Pool], trials: int, seed: int, log: Path | None) -> None:
    """Run one case and print its rows."""
    counted: dict[str, Counter[str]] = {}
    shifts, started = [], time.process_time()
    for trial in range(trials):
        pool = pools[trial % len(pools)]
        own = seed + trial
        line: dict[str, Any] = {"case": name, "seed": own, "pool": pool.name}
        if name == "identical_policies":
            found = identical_policies(pool, own)
        else:
            planted = cases.CASES[name](pool, np.random.default_rng(own))
            diagnosis = diagnose(planted, own)
            if planted.leakage == "measured":
                line["measured"] = measured_leakage(planted, own)
                planted = replace(planted, leakage=truth_of(line["measured"]))
            found = outcomes(planted, diagnosis)
            line |= gap_line(diagnosis) | {"truth": [planted.leakage, planted.shift]}
            shifts.append(diagnosis.terms["shift"].mean or 0.0)
        for term, outcome in found.items():
            counted.setdefault(term, Counter())[outcome] += 1
            said = line.get(term + "_verdict")
            if said is not None:
                counted[term][str(said)] += 1
        if log is not None:
            with log.open("a") as file:
                file.write(json.dumps(line | found) + "\n")
    mean = f"{np.mean(shifts):+.3f}" if shifts else ""
    seconds = (time.process_time() - started) / max(1, trials)
    for term, counts in counted.items():
        figures = " | ".join(str(counts[o]) for o in COLUMNS)
        print(f"| {name} | {term} | {figures} | {mean} | {seconds:.1f} |", flush=True)


def gap_line(found: Diagnosis) -> dict[str, object]:
    """Return the figures that thresholds are judged by."""
    leakage, shift = found.terms["leakage"], found.terms["shift"]
    return {
        "leak": [leakage.mean, leakage.low, leakage.high, leakage.placebo],
        "leakage_verdict": leakage.verdict, "shift_verdict": shift.verdict,
        "loss": [shift.mean, shift.low, shift.high],
        "residual": found.residual, "auc": found.domain_auc.value, "p": found.domain_auc.p,
        "joint": found.arms["joint"].mean, "random": found.arms["random"].mean,
        "folder": found.arms["folder"].mean, "evidence": found.evidence,
    }  # fmt: skip


def main(arguments: list[str]) -> None:
    """Parse the words and run the cases."""
    every = [*cases.CASES, "identical_policies"]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    data = Path(os.environ.get("INSPECTOR_DATA", DEFAULT))
    parser.add_argument("--data", type=Path, default=data)
    parser.add_argument("--cifar", type=Path)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--case", action="append", choices=every)
    parser.add_argument("--seed", type=int, default=1_000)
    parser.add_argument("--log", type=Path, help="append a JSON line for each trial")
    chosen = parser.parse_args(arguments)
    pools = [pools_of.clothing(chosen.data)]
    if chosen.cifar is not None:
        pools.append(pools_of.cifar(chosen.cifar))
    print(f"| case | term | {' | '.join(COLUMNS)} | mean loss | CPU s |")
    print("|---" * (len(COLUMNS) + 4) + "|")
    for name in chosen.case or every:
        run(name, pools, chosen.trials, chosen.seed, chosen.log)


if __name__ == "__main__":
    main(sys.argv[1:])
