"""Code that splits lists itself is followed on the files: the same sides as Python's own run."""

import os
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.errors import UsageError
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule, RuleKind

PROGRAMS = {
    "positions by numpy": """
        import glob, numpy as np
        files = sorted(glob.glob("data/*/*.jpg"))
        order = np.random.RandomState(7).permutation(len(files))
        train, val = [files[i] for i in order[:20]], [files[i] for i in order[20:]]
    """,
    "positions by Python": """
        import glob, random
        files = sorted(glob.glob("data/*/*.jpg"))
        order = list(range(len(files)))
        random.Random(4).shuffle(order)
        train, val = [files[i] for i in order[6:]], [files[i] for i in order[:6]]
    """,
    "class by class in one stream": """
        import os, random
        random.seed(1)
        train, val = [], []
        for name in sorted(os.listdir("data")):
            if not os.path.isdir(os.path.join("data", name)):
                continue
            inner = sorted(os.listdir(os.path.join("data", name)))
            random.shuffle(inner)
            k = int(len(inner) * .8)
            train += [f"data/{name}/{f}" for f in inner[:k]]
            val += [f"data/{name}/{f}" for f in inner[k:]]
    """,
    "by the hash of a name, of an unsorted listing": """
        import glob, hashlib, os
        def bucket(path):
            return int(hashlib.md5(os.path.basename(path).encode()).hexdigest(), 16) % 5
        files = glob.glob("data/*/*.jpg")
        train, val = [f for f in files if bucket(f)], [f for f in files if not bucket(f)]
    """,
    "by checksum": """
        import zlib
        from pathlib import Path
        files = sorted(Path("data").rglob("*.jpg"))
        val = [p for p in files if zlib.crc32(p.name.encode("utf-8")) % 100 < 30]
        train = [p for p in files if p not in val]
    """,
    "patients of the names": """
        import glob, os, random
        from collections import defaultdict
        by_patient = defaultdict(list)
        for f in sorted(glob.glob("data/*/*.jpg")):
            by_patient[os.path.basename(f).split("_")[0]].append(f)
        patients = sorted(by_patient)
        random.Random(3).shuffle(patients)
        train = [f for p in patients[:3] for f in by_patient[p]]
        val = [f for p in patients[3:] for f in by_patient[p]]
    """,
    "names in a text file": """
        import os
        with open("data/train.txt") as lines:
            names = {line.strip() for line in lines if line.strip()}
        files = [os.path.join("data", c, f) for c in ("ant", "bee")
                 for f in sorted(os.listdir(os.path.join("data", c)))]
        train = [f for f in files if os.path.basename(f) in names]
        val = [f for f in files if os.path.basename(f) not in names]
    """,
    "a column of a table": """
        import csv
        with open("data/folds.csv") as table:
            rows = list(csv.DictReader(table))
        train = ["data/" + r["file"] for r in rows if r["fold"] != "1"]
        val = ["data/" + r["file"] for r in rows if r["fold"] == "1"]
    """,
    "copied into folders": """
        import os, random, shutil, glob
        random.seed(5)
        for name in ("ant", "bee"):
            inner = sorted(os.listdir("data/" + name))
            random.shuffle(inner)
            for part, some in (("train", inner[3:]), ("val", inner[:3])):
                os.makedirs(f"out/{part}/{name}", exist_ok=True)
                for f in some:
                    shutil.copy(f"data/{name}/{f}", f"out/{part}/{name}/{f}")
        train, val = sorted(glob.glob("out/train/*/*")), sorted(glob.glob("out/val/*/*"))
    """,
    "drawn and removed": """
        import glob, random
        train = sorted(glob.glob("data/*/*.jpg"))
        random.seed(11)
        val = random.sample(train, 5)
        for f in val:
            train.remove(f)
    """,
    "a number for each file": """
        import glob, numpy as np
        files = np.array(sorted(glob.glob("data/*/*.jpg")))
        rng = np.random.default_rng(2)
        mask = rng.random(len(files)) < .75
        train, val = files[mask], files[~mask]
    """,
    "a walk in an order of its own": """
        import os, random
        files = []
        for where, folders, names in os.walk("data"):
            folders.sort()
            files += [os.path.join(where, n) for n in sorted(names) if n.endswith(".jpg")]
        random.Random(9).shuffle(files)
        train, val = files[:18], files[18:]
    """,
    "another name of the list": """
        import glob, random
        files = sorted(glob.glob("data/*/*.jpg"))
        deck = files
        random.seed(2); random.shuffle(deck)
        del files[0]
        train, val = files[:15], files[15:]
    """,
}
REFUSED = {
    "the order of a disk": (
        """
        import glob, random
        files = glob.glob("data/*/*.jpg")
        random.seed(1); random.shuffle(files)
        train, val = files[:15], files[15:]
        """,
        "order in which a disk lists",
    ),
    "a setting outside of the code": (
        """
        import glob, os, random
        files = sorted(glob.glob("data/*/*.jpg"))
        if os.environ.get("SHUFFLE"):
            random.seed(1); random.shuffle(files)
        train, val = files[:15], files[15:]
        """,
        "line 5",
    ),
    "a helper that may change the list": (
        """
        import glob
        from mine import tidy
        files = sorted(glob.glob("data/*/*.jpg"))
        tidy(files)
        train, val = files[:15], files[15:]
        """,
        "line 5",
    ),
    "a range that Python refuses": (
        """
        import glob
        files = sorted(glob.glob("data/*/*.jpg"))
        train, val = files[:15], [files[i] for i in range(15, 20, 1, 1)]
        """,
        "only one dataset",
    ),
    "a text that is run": (
        """
        import glob
        files = sorted(glob.glob("data/*/*.jpg"))
        exec("files.reverse()")
        train, val = files[:15], files[15:]
        """,
        "more than can be followed",
    ),
}  # fmt: skip


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A project of 28 images in two classes, with a list and a table of them."""
    noise = np.random.default_rng(0)
    names: list[str] = []
    for label, count in (("ant", 13), ("bee", 15)):
        (tmp_path / "data" / label).mkdir(parents=True)
        for i in range(count):
            name = f"P{i * 7 % 5}_{label}{i:02}.jpg"
            pixels = noise.integers(0, 255, (12, 12, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / "data" / label / name)
            names.append(f"{label}/{name}")
    picked = [n.partition("/")[2] for n in names[::2]]
    (tmp_path / "data" / "train.txt").write_text("\n".join(picked) + "\n", "utf-8")
    rows = [f"{n},{i % 3}" for i, n in enumerate(names)]
    (tmp_path / "data" / "folds.csv").write_text("\n".join(["file,fold", *rows]), "utf-8")
    monkeypatch.chdir(tmp_path)
    opened = Project(tmp_path / "data", tmp_path / "p.inspector", jobs=1)
    yield opened
    opened.close()


@pytest.mark.parametrize("name", PROGRAMS)
def test_both_sides_are_those_of_the_program_itself(small: Project, name: str) -> None:
    code = textwrap.dedent(PROGRAMS[name]) + "model.fit(train, validation_data=val)\n"
    rule = Rule(RuleKind.CODE, code=code)
    membership = small.splits.membership(rule)  # Before the program runs, and writes.
    taken: list[list[str]] = []

    class Model:
        def fit(self, train: list[object], validation_data: list[object]) -> None:
            for side in (train, validation_data):
                parts = [str(path).replace(os.sep, "/").split("/")[-2:] for path in side]
                taken.append(sorted("/".join(part) for part in parts))

    exec(compile(code, name, "exec"), {"model": Model()})
    assert [sorted(membership.training), sorted(membership.validation)] == taken
    assert all(taken)


@pytest.mark.parametrize("name", REFUSED)
def test_what_only_a_run_tells_is_refused_with_the_reason(small: Project, name: str) -> None:
    code, reason = REFUSED[name]
    text = textwrap.dedent(code) + "model.fit(train, validation_data=val)\n"
    with pytest.raises(UsageError, match=reason):
        small.splits.membership(Rule(RuleKind.CODE, code=text))
