"""The pitfalls of a split, each with the user's own numbers and files.

Source: every rule was measured on Keras itself; the sentences say what was found here.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from inspector.code_reading.finding import HIGH, LOW, MIDDLE, FindingSeverity
from inspector.code_reading.loader_calls import LoaderCall
from inspector.splits.keras_lists import Listed
from inspector.splits.keras_replay import Call, Loader, cut, is_text, order, shown_name


@dataclass(frozen=True, slots=True)
class Pitfall:
    """One thing to know about a split.

    Attributes:
        title: What is so: one sentence without its full stop.
        detail: What follows from it and what to do: whole sentences, or "".
        files: Paths behind the numbers, complete; () where all files are meant.
    """

    code: str
    severity: FindingSeverity
    title: str
    detail: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Title and detail as one paragraph."""
        return f"{self.title}. {self.detail}" if self.detail else f"{self.title}."


@dataclass(frozen=True, slots=True)
class Replayed:
    """Two calls against each other: what makes training, and what makes validation.

    Attributes:
        listed: What the training call lists before its shuffle.
        same_folder: Both calls read one folder.
        calls: The pasted code's calls, training first; () without code.
        dropped: Paths that a person has decided to drop.
    """

    one: Call
    two: Call
    listed: Listed
    training: tuple[str, ...]
    validation: tuple[str, ...]
    same_folder: bool = True
    calls: tuple[LoaderCall, ...] = ()
    dropped: frozenset[str] = frozenset()


def pitfalls(replayed: Replayed) -> list[Pitfall]:
    """Return what is to be said of a replayed split, the worst first."""
    checks = (
        _overlap, _unused, _binary, _no_shuffle, _empty, _repeated_class, _reused_labels,
        _augmented, _normalised, _unbalanced, _hidden, _not_text, _reshuffled, _first_files,
        _truncated, _class_order, _order_differs, _fragile,
    )  # fmt: skip
    results = [pitfall for check in checks for pitfall in check(replayed)]
    return sorted(results, key=lambda p: p.severity.rank)


def _overlap(r: Replayed) -> Iterator[Pitfall]:
    """Name the one argument in which two calls on one folder differ, and what that does."""
    both = sorted(set(r.training) & set(r.validation))
    one, two = r.one.validation_split, r.two.validation_split
    shuffles = Loader.DATASET in (r.one.loader, r.two.loader)
    repeats = any(len(set(c.class_names or ())) < len(c.class_names or ()) for c in (r.one, r.two))
    if not r.same_folder or repeats:
        return
    if not one and r.one.left_size is None:
        yield from _whole_folder(both, r)
        return
    if shuffles and r.one.shuffle != r.two.shuffle:
        code, why = "different_shuffle", "one call shuffles before it cuts, the other does not"
    elif shuffles and r.one.shuffle and r.one.seed != r.two.seed:
        code, why = "different_seeds", f"the seeds differ ({r.one.seed} and {r.two.seed})"
    elif one and two and one != two:
        code, why = "different_validation_split", f"the calls cut at {one:g} and {two:g}"
    else:
        code, why = "overlap", "the two calls overlap"
    if not both and code != "different_validation_split":
        return
    neither = set(r.listed.paths) - set(r.training) - set(r.validation)
    share = len(both) / max(1, len(set(r.validation)))
    yield Pitfall(
        code, HIGH if both else MIDDLE,
        f"{len(both):,} of {len(r.validation):,} validation files ({share:.0%}) are training files"
        f" too",
        f"{why}. {len(neither):,} files are in neither. Give both calls the same seed,"
        " validation_split and shuffle.",
        {"both": len(both), "neither": len(neither), "share_of_validation": round(share, 4),
         "validation": len(r.validation), "training_call": one, "validation_call": two},
        tuple(both),
    )  # fmt: skip


def _whole_folder(both: list[str], r: Replayed) -> Iterator[Pitfall]:
    """Say that training reads the whole folder that validation reads, too."""
    if not both:
        return
    share = len(both) / max(1, len(set(r.validation)))
    what, advice = "Validation reads the training folder", "Read another folder, or split this one"
    if r.two.validation_split:
        what = "Training reads all files, those of validation too"
        advice = 'Give the training call subset="training"'
    yield Pitfall(
        "overlap", HIGH,
        f"{what}",
        f"{len(both):,} of {len(r.validation):,} validation files ({share:.0%}) are"
        f" training files. {advice}, with the same validation_split, subset and seed in both.",
        {"both": len(both), "neither": 0, "share_of_validation": round(share, 4),
         "validation": len(r.validation), "training_call": 0.0,
         "validation_call": r.two.validation_split},
        tuple(both),
    )  # fmt: skip


def _unused(r: Replayed) -> Iterator[Pitfall]:
    """Say that two folders are each cut, and a part of either is used by nobody."""
    if r.same_folder or not (r.one.validation_split and r.two.validation_split):
        return
    if r.one.subset and r.two.subset:
        yield Pitfall(
            "unused_files", LOW,
            "Both calls cut their own folder",
            f"{r.one.validation_split:.0%} of the training folder"
            f" and {1 - r.two.validation_split:.0%} of the validation folder are used by nobody."
            " Leave validation_split and subset out, as the folders are a split already.",
            {"training_share": r.one.validation_split,
             "validation_share": 1 - r.two.validation_split},
        )  # fmt: skip


def _binary(r: Replayed) -> Iterator[Pitfall]:
    """Say that labels of two values are asked for where there are more classes."""
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


def _no_shuffle(r: Replayed) -> Iterator[Pitfall]:
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


def _empty(r: Replayed) -> Iterator[Pitfall]:
    count = len(r.listed.paths)
    share = r.two.validation_split
    if r.two.loader is Loader.DATASET and share and count and not int(share * count):
        yield Pitfall(
            "empty_split", HIGH,
            f"int({share:g} * {count}) is 0, so Keras puts all {count} files into validation and"
            " finds none for training", "",
            {"files": count, "held_back": 0}, r.validation,
        )  # fmt: skip


def _repeated_class(r: Replayed) -> Iterator[Pitfall]:
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


def _reused_labels(r: Replayed) -> Iterator[Pitfall]:
    names = [c.label_name for c in r.calls if c.label_name]
    if len(names) < 2 or names[0] != names[1] or not r.one.shuffle:
        return
    # A list that is computed elsewhere: the folders' names stand for it.
    known = r.one.label_list or [p.rpartition("/")[0] for p in r.listed.paths]
    _, labels = np.unique(np.array(known), return_inverse=True)
    first = labels[order(len(labels), r.one.seed, shuffle=True)]
    stands = order(len(labels), r.two.seed, shuffle=r.two.shuffle)
    wrong = float(np.mean(first[stands] != labels[stands]))
    whose = "" if r.one.label_list else ", if labels follow the folders"
    yield Pitfall(
        "labels_list_reused", HIGH,
        f"Keras shuffles the list {names[0]} in place, so the second call starts from shuffled"
        f" labels",
        f"{wrong:.0%} of its labels are wrong{whose}. Pass list({names[0]}) to each call.",
        {"wrong_share": round(wrong, 4)}, r.validation,
    )  # fmt: skip


def _augmented(r: Replayed) -> Iterator[Pitfall]:
    if len(r.calls) > 1 and r.calls[1].generator and r.calls[1].augments:
        yield Pitfall(
            "validation_augmented", MIDDLE,
            f"The validation images come from an augmenting generator (line"
            f" {r.calls[1].generator})",
            "They are turned and shifted as training's are, and the"
            " figure is about other images than yours. Use a second generator that only"
            " normalises.",
            {"validation": len(r.validation)}, r.validation,
        )  # fmt: skip


def _normalised(r: Replayed) -> Iterator[Pitfall]:
    if len(r.calls) > 1 and r.calls[0].generator and r.calls[1].generator:
        one, two = r.calls[0].normalises, r.calls[1].normalises
        if one != two:
            names_of_both = [" and ".join(names) or "nothing" for names in (one, two)]
            yield Pitfall(
                "normalised_differently", HIGH,
                f"Training is normalised by {names_of_both[0]}, validation by {names_of_both[1]}",
                "The model sees"
                " other values than it learnt from.",
                {"validation": len(r.validation)}, r.validation,
            )  # fmt: skip


def _unbalanced(r: Replayed) -> Iterator[Pitfall]:
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
    # Two standard errors of a draw without replacement are no news.
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


def _hidden(r: Replayed) -> Iterator[Pitfall]:
    files = tuple(p for p in r.listed.paths if p.rpartition("/")[2].startswith("."))
    if files:
        yield Pitfall(
            "hidden_files", HIGH if any("/._" in f"/{f}" for f in files) else LOW,
            f"{len(files):,} hidden files are listed as images (._name files are a Mac's notes"
            " and end the epoch with an error)", "",
            {"files": len(files)}, files,
        )  # fmt: skip


def _not_text(r: Replayed) -> Iterator[Pitfall]:
    files = tuple(p for p in r.listed.paths if not is_text(p))
    if files and r.one.loader is not Loader.GENERATOR:
        yield Pitfall(
            "name_not_utf8", HIGH,
            f"{len(files):,} names are not UTF-8, and Keras stops at the first"
            f" ({shown_name(files[0])})",
            "Rename them.",
            {"files": len(files)}, files,
        )  # fmt: skip


def _reshuffled(r: Replayed) -> Iterator[Pitfall]:
    if r.two.loader is Loader.DATASET and r.two.subset == "validation" and r.two.shuffle:
        yield Pitfall(
            "validation_reshuffled", LOW,
            'With subset="validation" the set is shuffled anew at each pass',
            'Labels collected in'
            " one pass don't belong to predictions of another, and file_paths is not their order."
            ' Take both in one pass, or use subset="both".',
            {"validation": len(r.validation)}, r.validation,
        )  # fmt: skip


def _first_files(r: Replayed) -> Iterator[Pitfall]:
    if r.two.loader is Loader.GENERATOR and r.two.validation_split:
        yield Pitfall(
            "first_files", LOW,
            "This generator holds back the first files of each class by name, without a shuffle",
            "With frames named in order that is nearly a split by time, and other files than"
            " image_dataset_from_directory takes.",
            {"validation": len(r.validation)}, r.validation,
        )  # fmt: skip


def _truncated(r: Replayed) -> Iterator[Pitfall]:
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


def _class_order(r: Replayed) -> Iterator[Pitfall]:
    """Say where class numbers are not those that the names suggest: 10 stands before 2."""
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


def _order_differs(r: Replayed) -> Iterator[Pitfall]:
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


def _fragile(r: Replayed) -> Iterator[Pitfall]:
    """Say what cleaning would do to the split: with the dropped files gone, or with one gone."""
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
    what = f"the {len(gone):,} dropped files" if r.dropped & gone else "a single file"
    yield Pitfall(
        "cleaning_redraws", MIDDLE if r.dropped & gone else LOW,
        f"Without {what}, the same seed draws another split",
        f"{len(moved):,} of its {len(then):,}"
        f" validation files ({len(moved) / len(then):.0%}) are training files today. Lock the"
        " split before you clean, or you compare two different validation sets.",
        {"validation": len(then), "were_training": len(moved),
         "share": round(len(moved) / len(then), 4)},
        tuple(moved),
    )  # fmt: skip


def _label_of(r: Replayed, paths: Sequence[str]) -> list[str]:
    names = r.listed.class_names
    known = dict(zip(r.listed.paths, r.listed.labels.tolist(), strict=True))
    return [names[known[p]] for p in paths if p in known and known[p] < len(names)]
