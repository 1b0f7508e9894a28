"""Lists that change under another name, repeated images, and groups that a split ignores."""

from tests.code_reading.scripts.script import TE, TR, VA, Script

SCRIPTS = [
    Script(
        "a list shuffled under its other name",
        """\
import glob, random
pool = sorted(glob.glob("ferns/*/*.png"))
deck = pool
random.seed(14); random.shuffle(deck)
n = int(0.7 * len(pool))
model.fit(load(pool[:n]), validation_data=load(pool[n:]))
train, val = pool[:n], pool[n:]
""",
        calls=[(TR, "ferns", 0.3, 14), (VA, "ferns", 0.3, 14)],
    ),
    Script(
        "a function that shuffles its argument",
        """\
import glob, random
def mix(items): random.Random(8).shuffle(items)
paths = sorted(glob.glob("shells/*/*.jpg"))
mix(paths)
k = len(paths) // 4
val, train = paths[:k], paths[k:]
""",
        calls=[(TR, "shells", 0.25, 8), (VA, "shells", 0.25, 8)],
    ),
    Script(
        "sorted again after the shuffle",
        """\
import glob, random
paths = sorted(glob.glob("owls/*/*.jpg"))
random.seed(3); random.shuffle(paths); paths.sort()
n = int(len(paths) * 0.9)
train, val = paths[:n], paths[n:]
""",
        calls=[(TR, "owls", 0.1, None), (VA, "owls", 0.1, None)],
    ),
    Script(
        "numpy's stream used by another shuffle",
        """\
import glob, numpy as np
from sklearn.utils import shuffle
paths = sorted(glob.glob("moths/*/*.jpg"))
np.random.seed(6)
demo = shuffle(list(range(9)))
np.random.shuffle(paths)
n = int(len(paths) * 0.8)
train, val = paths[:n], paths[n:]
""",
        calls=[(TR, "moths", 0.2, None), (VA, "moths", 0.2, None)],
        unread=frozenset({(8, "seed")}),
    ),
    Script(
        "records made by a decorator with a call",
        """\
import dataclasses, keras
@dataclasses.dataclass(frozen=True)
class Run:
    folder: str = "bark"
    seed: int = 0
base = Run(seed=4)
r = dataclasses.replace(base, folder="bark")
tr, va = keras.utils.image_dataset_from_directory(r.folder, validation_split=.2, subset="both", seed=r.seed)
model.fit(tr, validation_data=va)
""",
        calls=[(TR, "bark", 0.2, 4), (VA, "bark", 0.2, 4)],
    ),
    Script(
        "validation that is the test folder",
        """\
from torchvision.datasets import ImageFolder
from torch.utils.data import DataLoader
train, test = ImageFolder("tiles/train"), ImageFolder("tiles/test")
val = test
tl, vl, el = DataLoader(train, 8, shuffle=True), DataLoader(val, 8), DataLoader(test, 8)
for x, y in tl:
    crit(net(x), y).backward()
""",
        calls=[(TR, "tiles/train", None, None), (VA, "tiles/test", None, None),
               (TE, "tiles/test", None, None)],
        codes=frozenset({"test_is_validation"}),
    ),
    Script(
        "dataclasses filled from a command line",
        """\
from dataclasses import dataclass
from datasets import load_dataset
from transformers import HfArgumentParser, TrainingArguments
@dataclass
class Data:
    where: str = "gems"
    held: float = 0.3
    seed: int = 21
data, targs = HfArgumentParser((Data, TrainingArguments)).parse_args_into_dataclasses()
ds = load_dataset("imagefolder", data_dir=data.where, split="train").train_test_split(data.held, seed=data.seed)
train, val = ds["train"], ds["test"]
""",
        calls=[(TR, "gems", 0.3, 21), (VA, "gems", 0.3, 21)],
    ),
    Script(
        "rare images repeated before the split",
        """\
import glob, pandas as pd
from sklearn.utils import resample
from sklearn.model_selection import train_test_split
rows = [{"path": p, "y": p.split("/")[1]} for p in sorted(glob.glob("welds/*/*.jpg"))]
df = pd.DataFrame(rows)
few = resample(df[df.y == "crack"], replace=True, n_samples=90, random_state=1)
df = pd.concat([df[df.y == "fine"], few])
train_df, val_df = train_test_split(df, test_size=0.2, random_state=5)
""",
        calls=[(TR, "welds", 0.2, 5), (VA, "welds", 0.2, 5)],
        high=frozenset({"augmented_before_split"}),
    ),
    Script(
        "patients that the split ignores",
        """\
import glob, os
from sklearn.model_selection import train_test_split
files = sorted(glob.glob("scans/*/*.png"))
patient_ids = [os.path.basename(f).split("_")[0] for f in files]
print(len(set(patient_ids)), "patients")
train, val = train_test_split(files, test_size=0.2, random_state=9)
""",
        calls=[(TR, "scans", 0.2, 9), (VA, "scans", 0.2, 9)],
        codes=frozenset({"split_ignores_groups"}),
    ),
    Script(
        "a size taken from another list",
        """\
import glob
from sklearn.model_selection import train_test_split
files = sorted(glob.glob("cups/*/*.jpg"))
rest, val = train_test_split(files, test_size=0.1, random_state=2)
train, test = train_test_split(rest, test_size=len(val), random_state=2)
""",
        calls=[(TR, "cups", None, 2), (TE, "cups", None, 2), (VA, "cups", 0.1, 2)],
        unread=frozenset({(5, "test_size")}),
    ),
    Script(
        "a text that is run as code",
        """\
import glob
from sklearn.model_selection import train_test_split
files = sorted(glob.glob("keys/*/*.jpg"))
exec("files.reverse()")
train, val = train_test_split(files, test_size=0.2, random_state=2)
""",
        calls=[(TR, "keys", 0.2, 2), (VA, "keys", 0.2, 2)],
        unread=frozenset({(4, "exec(...)")}),
    ),
]  # fmt: skip
