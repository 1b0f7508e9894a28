"""Every layout of the table is read correctly, and the guide's table is made from it."""
# The guide's tables have long lines.
# ruff: noqa: E501

import os
from collections import Counter
from pathlib import Path

import pytest
from tests.dataset.layouts.cases import CASES
from tests.dataset.layouts.layout_case import LabelCase, build
from tests.dataset.layouts.strangers import STRANGERS

from inspector.dataset.layouts import Layout, recognise
from inspector.dataset.listing import Status, list_files

GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "layouts.md"


def counted(root: Path, layout: Layout) -> tuple[dict[str, int], dict[str, int]]:
    """Count the images of each class and split as a scan lists them."""
    entries = [e for chunk in list_files(root, layout) for e in chunk]
    pending = [e for e in entries if e.status is Status.PENDING and e.label]
    images = [e for e in pending if e.path.lower().endswith((".jpg", ".jpeg", ".png"))]
    splits = Counter(e.split for e in images if e.split)
    return dict(Counter(e.label for e in images)), dict(splits)


@pytest.mark.parametrize("case", [*CASES, *STRANGERS], ids=lambda case: case.name)
def test_a_layout_is_read_without_a_question(case: LabelCase, tmp_path: Path) -> None:
    root = build(case, tmp_path / "set")
    layout = recognise(root)
    assert counted(root, layout) == (case.classes, case.splits), layout.text
    assert (layout.kind.value, layout.sure) == (case.kind, case.sure), layout.alternatives


def test_there_are_many_layouts_each_with_a_name_of_its_own() -> None:
    assert len(CASES) >= 60
    assert len(STRANGERS) >= 30
    every = (*CASES, *STRANGERS)
    assert len({case.name for case in every}) == len(every)


def test_the_guide_is_made_from_these_cases() -> None:
    text = guide()
    if os.environ.get("INSPECTOR_WRITE_GUIDE"):
        GUIDE.write_text(text, encoding="utf-8")
    assert GUIDE.read_text(encoding="utf-8") == text, "set INSPECTOR_WRITE_GUIDE=1 to write it"


def guide() -> str:
    """Return the page of the guide."""
    lines = [HEAD]
    for case in CASES:
        tree = " ".join(f"`{pattern}`" for pattern in case.tree)
        files = " ".join(f"`{name}`" for name in list(case.texts)[:3])
        classes = ", ".join(list(case.classes)[:4])
        splits = ", ".join(case.splits) or "none"
        asked = "" if case.sure else " (asks you to check)"
        cells = (case.name, tree, files, case.kind + asked, classes, splits)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


HEAD = """# Layouts

Open a dataset's folder as it is: Dataset Inspector recognises how it is laid out, without an option.
All possible readings are scored, the best one is taken, and **Opened as** says which. Where the
reading is wrong, `scan` names the others with the option that takes each:

| option | what it says |
|---|---|
| `--layout KIND` | the convention: `split-folders`, `class-folders`, `label-table`, `coco`, …; `auto` forgets earlier choices |
| `--root FOLDER` | the inner folder that is the dataset |
| `--split-role FOLDER=ROLE` | a folder is `training`, `validation`, `test`, a `class`, or is left out (`ignore`) |
| `--label-column NAME` | the column of a label table that holds the class |
| `--manifest FILE` | a CSV with path, label and optionally split and group, for anything else |

In the window, a bar under the dataset's name says what was read. A reading that may be wrong asks **Is
this right?**: **Yes** keeps it, **Change…** opens the folders with examples of their images. There each
folder's role is a click (or Enter on its row) away, **Read as** lists the other readings, **Class
column** the columns of a label table that could be the class, and the table on the right counts the
images per class and split that would come out. Nothing changes before **Open with these roles**, and no
file of yours is changed at all. The button beside the dataset's name, and Ctrl+K "opened as", open the
dialog later. It asks by itself only where no reading fits. A reading that is not confirmed is the first
finding on Overview and in `leaks` and the report.

## Classes that differ between splits

Keras numbers the class folders of each call by itself, in order of their names, empty folders included.
A class that one split lacks, or spells in another way, moves the numbers of all classes after it: the
model is right and the accuracy is wrong. The finding *The class folders of train and val differ* names
each class, the numbers that both calls give, and what to do:

| what is so | what to do |
|---|---|
| a class is in one split only | add its images; an empty folder of its name is enough for the numbers to agree |
| "Bee" in one split and "bee" in the other; "bee " with a blank; two Unicode forms of "été" | rename one of the folders |
| a class folder without an image, which Keras counts | delete it |
| `val` inside of `train`: read as validation here (and asked about), as one class named val by Keras | move it beside `train` |

## Folds, groups, photos and videos

Folds of a cross-validation (`fold1` to `fold5` as folders, or a column of a label table) are a split
rule: each against the rest, by `--fold fold2` or on Splits. Without a choice the first is held out, and
that is said.

Groups are proposed from names that tools leave: Roboflow's `x_jpg.rf.HASH`, Augmentor's
`class_original_x`, `rotated_x`, `x_aug_1`, `x_copy`, `x (1)`, Keras's `save_to_dir`, the frames of a
video (`clip_frame_012`) and folders of patients (`patient_07`). Review them on Groups before you
accept one.

HEIC and HEIF photos are read, shown and trained on here; Keras leaves them out, and stops at one that is
named .jpg. Video files are named but not read. Extract their frames, one folder per video:

    ffmpeg -i clip.mp4 -vf fps=1 clip/%05d.png

and keep each video's frames together as a group.

## Layouts that are known

What you say is remembered in the project. A split's name is a word of the folder's name, in any case:
training, train, trn, tr; validation, valid, val, vld, dev, eval, evaluation; test, tst, te, testing, holdout.
The words of other languages are known, too, with accents or without: entrenamiento, validación, prueba;
apprentissage; Trainingsdaten, Validierung, Prüfdaten; treino, validação, teste; addestramento, validazione; trening;
eğitim, doğrulama; обучение, валидация, тест; 训练集, 验证集, 测试集; 学習, 検証, テスト; 학습, 검증, 테스트; and more.
An image with several objects (COCO, YOLO, Pascal VOC, a table of boxes) has the class of most of its objects.

This table is made from the tests: `{a,b}` is each of these names, `{1..4}` each of these numbers.

| dataset or tool | images | label files | read as | classes | splits |
|---|---|---|---|---|---|"""
