"""The split of pasted code: which of its calls count, and which folders they read."""

import contextlib
from dataclasses import replace

from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.loader_calls import (
    KERAS_LOADERS,
    LoaderCall,
    loader_call,
    nothing_read,
)
from inspector.code_reading.reading import Answers, CodeReading, read_code
from inspector.code_reading.roles import role_of_folder
from inspector.errors import UsageError
from inspector.project.splits.source import SplitSource
from inspector.splits.keras_replay import Call

Pair = tuple[CodeCall, CodeCall]


def reading_of(code: str, keras: str, answers: Answers = ()) -> CodeReading:
    """Return the reading of code.

    Raises:
        UsageError: It is not Python, `keras` is no version, or an answer matches nothing in it.
    """
    return read_code(code, keras_version=keras, answers=dict(answers))


def pair_of(reading: CodeReading) -> Pair:
    """Return the call that makes training and the one that makes validation.

    Raises:
        UsageError: There are no two.
    """
    pairs = [p for p in reading.pairs() if p[1].role == "validation"] or list(reading.pairs())
    if pairs:
        return pairs[0]
    folders = [c for c in reading.calls if c.loader in KERAS_LOADERS]
    if len(folders) > 1:
        return folders[0], folders[1]
    if reading.calls:
        raise UsageError(
            "the code makes only one dataset", "Paste the calls of training and of validation."
        )
    raise nothing_read(reading)


def is_keras(pair: Pair) -> bool:
    """Tell whether both calls are Keras loaders, which need nothing but the folder."""
    return all(call.loader in KERAS_LOADERS for call in pair)


def keras_pair(reading: CodeReading, keras: str) -> tuple[LoaderCall, LoaderCall]:
    """Return both calls as Keras runs them.

    Raises:
        UsageError: They are no Keras calls, or a deciding value is not in the code.
    """
    one, two = pair_of(reading)
    for call in (one, two):
        if call.loader not in KERAS_LOADERS:
            raise UsageError(
                f"{call.place.text}: {call.loader.value} is not a loader of Keras", "Name it."
            )
    return loader_call(one, keras), loader_call(two, keras)


def code_folders(
    source: SplitSource, one: LoaderCall, two: LoaderCall
) -> tuple[str | None, str | None]:
    """Return the dataset folders that two calls read; None where the code does not tell.

    Raises:
        UsageError: Two different folders are read, and they are not in this dataset.
    """
    folders = code_folder(source, one.directory), code_folder(source, two.directory)
    if one.directory != two.directory and not (one.call.subset and two.call.subset):
        for call, folder in zip((one, two), folders, strict=True):
            if folder is None or folders[0] == folders[1]:
                raise UsageError(
                    f"line {call.line} reads {call.directory or 'a folder that is not known'},"
                    " which is not a split folder of this dataset",
                    "Open the folder that holds both, name the folders' meaning with --folders"
                    " splits, or write the folder's name in the code.",
                )
    return folders


def side_of(call: LoaderCall, which: int) -> int:
    """Return the part of its split that a call is: 0 or 1; `which` where the code does not say."""
    part = call.reading.data.part if call.reading is not None else None
    if isinstance(part, int):
        return part
    return {"training": 0, "validation": 1}.get(call.call.subset, which)


def code_folder(source: SplitSource, directory: str) -> str | None:
    """Return the dataset folder that a path in code means, judged by its last parts."""
    root, splits = source.context.root, source.context.layout.splits
    parts = [p for p in directory.replace("\\", "/").split("/") if p not in ("", ".", "..")]
    for start in range(len(parts)):
        path = "/".join(parts[start:])
        # A name that is too long raises.
        with contextlib.suppress(OSError):
            if (root / path).is_dir():
                return path
    if not parts:
        return None
    if parts[-1] == root.name:
        return ""
    # A variable such as train_dir tells as much as a folder name.
    role = role_of_folder(parts[-1].strip(" '\"()"))
    match = [name for name, split in splits.items() if split == role.value]
    return match[0] if len(match) == 1 else None


def one_call_of(
    source: SplitSource, code: str, keras: str, answers: Answers = ()
) -> tuple[Call, str | None] | None:
    """Return the single call whose subsets are both splits, and its folder; None for two calls.

    Raises:
        UsageError: The code can't be read.
    """
    reading = reading_of(code, keras, answers)
    if not is_keras(pair_of(reading)):
        return None
    one, two = keras_pair(reading, keras)
    folders = code_folder(source, one.directory), code_folder(source, two.directory)
    call = replace(one.call, subset="")
    same = folders[0] == folders[1] and call == replace(two.call, subset="")
    same &= (side_of(one, 0), side_of(two, 1)) == (0, 1) and one.within is two.within is None
    return (call, folders[0]) if same else None
