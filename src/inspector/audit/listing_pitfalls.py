"""Pitfalls of the files that a Keras call lists: their names, classes and order."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from inspector.audit.pitfalls import Pitfall, Replayed
from inspector.code_reading.finding import HIGH, LOW, MIDDLE
from inspector.splits.keras_lists import Listed
from inspector.splits.keras_replay import Loader, cut, is_text, shown_name


def binary_labels(r: Replayed) -> Iterator[Pitfall]:
    """Yield the pitfall of binary labels for more than two classes."""
    count = len(r.listed.class_names)
    for call in r.calls:
        reading = call.reading
        arguments = {} if reading is None else reading.source.arguments
        mode = arguments.get("class_mode", arguments.get("label_mode"))
        if mode == "binary" and count > 2:
            beyond = int((r.listed.labels > 1).sum())
            yield Pitfall(
                "binary_with_many_classes", HIGH,
                f"Line {call.line} asks for binary labels, and there are {count} classes",
                f"{beyond:,} of {len(r.listed.labels):,} images are of the third class or later,"
                " which such a model can't predict. Use \"categorical\" or whole numbers"
                ' ("sparse", "int").',
                {"classes": count, "images": beyond},
            )  # fmt: skip
            return


def no_shuffle(r: Replayed) -> Iterator[Pitfall]:
    """Yield the pitfall of `shuffle=False`, which holds back whole classes."""
    if r.two.shuffle or r.two.loader is not Loader.DATASET or not r.two.validation_split:
        return
    named = set(_label_of(r, r.validation))
    missing = [n for n in r.listed.class_names if n not in named]
    if missing:
        yield Pitfall(
            "shuffle_false", HIGH,
            "shuffle=False holds back the last files by name",
            f"Validation has {len(named)} of"
            f" {len(r.listed.class_names)} classes ({', '.join(sorted(named)[:5])}).",
            {"classes_in_validation": len(named), "classes": len(r.listed.class_names)},
            r.validation,
        )  # fmt: skip


def empty_split(r: Replayed) -> Iterator[Pitfall]:
    """Yield the pitfall of a share so small that no file is held back."""
    count = len(r.listed.paths)
    share = r.two.validation_split
    if r.two.loader is Loader.DATASET and share and count and not int(share * count):
        yield Pitfall(
            "empty_split", HIGH,
            f"int({share:g} * {count}) is 0, so Keras puts all {count} files into validation and"
            " finds none for training", "",
            {"files": count, "held_back": 0}, r.validation,
        )  # fmt: skip


def repeated_class(r: Replayed) -> Iterator[Pitfall]:
    """Yield the pitfall of a class that `class_names` lists twice."""
    for call in (r.one, r.two):
        twice = [n for n, c in Counter(call.class_names or ()).items() if c > 1]
        if twice:
            both = sorted(set(r.training) & set(r.validation))
            yield Pitfall(
                "class_names_repeat", HIGH,
                f"class_names has {', '.join(twice)} twice, so Keras lists these files twice",
                f"{len(both):,} files are in training and in validation.",
                {"both": len(both)}, tuple(both),
            )  # fmt: skip
            return


def unbalanced(r: Replayed) -> Iterator[Pitfall]:
    """Yield the pitfalls of classes without validation files, or with far from their share."""
    everything = Counter(_label_of(r, r.listed.paths))
    held = Counter(_label_of(r, r.validation))
    share = r.two.validation_split
    if not share or len(everything) < 2 or not r.validation or not r.same_folder:
        return
    none = sorted(label for label in everything if not held[label])
    if none:
        shown = ", ".join(none[:5])
        yield Pitfall(
            "class_without_validation", MIDDLE,
            f"{len(none)} of {len(everything)} classes have no validation file",
            f"{shown}.",
            {"classes": len(none)}, tuple(p for p in r.listed.paths if p.split("/")[0] in none),
        )  # fmt: skip
    shares = {label: held[label] / n for label, n in everything.items()}
    # Two standard errors of sampling without replacement are to be expected.
    far = {
        label: s for label, s in shares.items()
        if abs(s - share) > 2 * (share * (1 - share) / everything[label]) ** 0.5
    }  # fmt: skip
    if far and r.two.loader is not Loader.GENERATOR and not none:
        worst = max(far, key=lambda label: abs(far[label] - share))
        yield Pitfall(
            "not_stratified", LOW,
            "The split is not stratified",
            f"{far[worst]:.0%} of {worst} is in validation, where"
            f" {share:.0%} was asked for.",
            {"worst_share": round(far[worst], 4), "asked": share},
        )  # fmt: skip


def hidden_files(r: Replayed) -> Iterator[Pitfall]:
    """Yield the pitfall of hidden files that are listed as images."""
    files = tuple(p for p in r.listed.paths if p.rpartition("/")[2].startswith("."))
    if files:
        yield Pitfall(
            "hidden_files", HIGH if any("/._" in f"/{f}" for f in files) else LOW,
            f"{len(files):,} hidden files are listed as images (._name files are a Mac's notes"
            " and end the epoch with an error)", "",
            {"files": len(files)}, files,
        )  # fmt: skip


def names_not_utf8(r: Replayed) -> Iterator[Pitfall]:
    """Yield the pitfall of file names that are not UTF-8."""
    files = tuple(p for p in r.listed.paths if not is_text(p))
    if files and r.one.loader is not Loader.GENERATOR:
        yield Pitfall(
            "name_not_utf8", HIGH,
            f"{len(files):,} names are not UTF-8, and Keras stops at the first"
            f" ({shown_name(files[0])})",
            "Rename them.",
            {"files": len(files)}, files,
        )  # fmt: skip


def first_files(r: Replayed) -> Iterator[Pitfall]:
    """Yield the pitfall of a generator that holds back the first files by name."""
    if r.two.loader is Loader.GENERATOR and r.two.validation_split:
        yield Pitfall(
            "first_files", LOW,
            "This generator holds back the first files of each class by name, without a shuffle",
            "With frames named in order that is nearly a split by time, and other files than"
            " image_dataset_from_directory takes.",
            {"validation": len(r.validation)}, r.validation,
        )  # fmt: skip


def truncated(r: Replayed) -> Iterator[Pitfall]:
    """Yield the pitfall of a validation size that Keras truncates instead of rounding."""
    count, share = len(r.listed.paths), r.two.validation_split
    exact = share * count
    if r.two.loader is Loader.DATASET and share and abs(exact - round(exact)) < 1e-6:
        held = int(exact)
        if held != round(exact):
            yield Pitfall(
                "truncated", LOW,
                f"int({share:g} * {count}) is {held}, one less than the {round(exact)} meant",
                "Keras truncates instead of rounding.",
                {"held_back": held, "meant": round(exact)},
            )  # fmt: skip


def class_order(r: Replayed) -> Iterator[Pitfall]:
    """Yield the pitfall of class numbers that differ from the class names: 10 sorts before 2."""
    names = r.listed.class_names
    numbers = [n for n in names if n.isdecimal()]
    if len(numbers) == len(names) > 1 and [int(n) for n in names] != sorted(int(n) for n in names):
        place = next(i for i, n in enumerate(names) if i != int(n))
        yield Pitfall(
            "class_order", LOW,
            "Classes are in order of their characters",
            f"Label {place} is the folder"
            f" {names[place]}, not {place}. Read names from class_names, or pad them with zeros.",
            {"label": place, "classes": len(names)},
            tuple(p for p in r.listed.paths if p.split("/")[0] == names[place]),
        )  # fmt: skip


def order_differs(r: Replayed) -> Iterator[Pitfall]:
    """Yield the pitfall of names that sort differently on another system."""
    if not r.one.shuffle and r.one.loader is Loader.DATASET:
        return
    folders = sorted({p.rpartition("/")[0] for p in r.listed.paths})
    by_class: dict[str, list[str]] = {}
    for folder in folders:
        by_class.setdefault(folder.split("/")[0], []).append(folder)
    nested = any(
        sorted(names, key=lambda n: n.replace("/", "\\")) != names for names in by_class.values()
    )
    forms = tuple(
        p for p in r.listed.paths
        if unicodedata.normalize("NFC", p) != unicodedata.normalize("NFD", p)
    )  # fmt: skip
    if nested or forms:
        why = "nested folders" if nested else "names with accents"
        yield Pitfall(
            "order_differs", LOW,
            f"On another system these {why} can sort differently, and the same seed would draw"
            " another split there",
            "A locked split does not depend on it.",
            {"files": len(forms)}, forms,
        )  # fmt: skip


def fragile(r: Replayed) -> Iterator[Pitfall]:
    """Yield the pitfall of a split that changes when files are removed."""
    call = r.two
    if call.loader is not Loader.DATASET or not call.shuffle or not call.validation_split:
        return
    if not r.same_folder:
        return  # Nothing can move from one folder to the other.
    gone = {p for p in r.listed.paths if p in r.dropped} or set(r.listed.paths[:1])
    stays = [i for i, p in enumerate(r.listed.paths) if p not in gone]
    if len(stays) < 10 or not r.training:
        return
    left = Listed(
        tuple(r.listed.paths[i] for i in stays), r.listed.labels[stays], r.listed.class_names
    )
    _, positions = cut(left, replace(call, subset="validation"))
    then = [left.paths[i] for i in positions.tolist()]
    trained = set(r.training)
    moved = [p for p in then if p in trained]
    if not then:
        return
    what = f"the {len(gone):,} excluded files" if r.dropped & gone else "a single file"
    seed = "the seed" if call.seed is None else f"seed {call.seed}"
    yield Pitfall(
        "cleaning_redraws", MIDDLE if r.dropped & gone else LOW,
        f"Removing {what} changes which images {seed} selects",
        f"{len(moved):,} of the {len(then):,} new validation images ({len(moved) / len(then):.0%})"
        " are training images today. Lock the split first, or you compare two different"
        " validation sets.",
        {"validation": len(then), "were_training": len(moved),
         "share": round(len(moved) / len(then), 4)},
        tuple(moved),
    )  # fmt: skip


def _label_of(r: Replayed, paths: Sequence[str]) -> list[str]:
    names = r.listed.class_names
    known = dict(zip(r.listed.paths, r.listed.labels.tolist(), strict=True))
    return [names[known[p]] for p in paths if p in known and known[p] < len(names)]
