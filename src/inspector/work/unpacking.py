"""Unpack files that hold images: staged beside the target, then renamed in one step.

The target appears only once it is complete. Files staged before a stop are compared with what would
be written, and reused where they are the same.
"""

import errno
import hashlib
import json
import os
import shutil
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from inspector.dataset.layouts import recognise
from inspector.dataset.names import parse_relative_path, shown
from inspector.dataset.packed.model import (
    PackedChoice,
    PackedMember,
    PackedReader,
    PassedOver,
)
from inspector.dataset.packed.recognition import (
    open_packed,
    packed_files,
    packed_stem,
)
from inspector.errors import DatasetError, ExportError
from inspector.input_files import read_bytes
from inspector.work.export_plan import MARGIN_BYTES, check_place
from inspector.work.jobs import Progress, Stop
from inspector.work.staging import JOURNAL, PART, StagingFolder, publish_folder

_LABEL_FILES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".yaml", ".yml", ".names")
_MAX_LABEL_BYTES = 200_000_000
_LOOK_EVERY = 200


@dataclass(frozen=True, slots=True)
class UnpackResult:
    """Result of unpacking.

    Attributes:
        left_out: Number of members that were not written, by reason.
        opened_as: How the new folder is read, as text; "" where nothing tells its classes.
    """

    target: str
    files: int
    bytes: int
    left_out: dict[str, int]
    opened_as: str


@dataclass(frozen=True, slots=True)
class _Source:
    """An open packed file, and the folder of the target that its members go to."""

    file: Path
    folder: str
    reader: PackedReader


def unpack(
    source: Path,
    target: Path,
    choice: PackedChoice | None = None,
    *,
    stop: Stop | None = None,
    progress: Progress | None = None,
    resume: bool = False,
) -> UnpackResult:
    """Unpack a file, or all packed files of a folder, into a new folder.

    Args:
        source: A file that holds images, or a folder of nothing but such files.
        target: Folder that does not exist yet.
        choice: Columns of images and classes, for tables.
        stop: Ends it; staged files stay for a resume.
        progress: Counts files.
        resume: True to continue with what is staged.

    Raises:
        DatasetError: There is nothing to unpack, or a file is damaged, encrypted or hostile.
        ExportError: The target exists or overlaps the source, the disk is full, or it was stopped.
    """
    stop, progress = stop or Stop(), progress or Progress()
    source, target = source.absolute(), target.absolute()
    files = packed_files(source)
    if not files:
        raise DatasetError(
            f"{source.name} holds no images in files of a known kind",
            "Known are zip, tar, Parquet, NumPy (.npz) and TFRecord files.",
        )
    # A folder of packed files is a dataset; beside a single file a new folder is allowed.
    check_place(source, target)
    sources = _open(files, source, choice or PackedChoice())
    partial = target.with_name(f".{target.name}.partial")
    try:
        partial.mkdir(parents=True, exist_ok=True)
        _check_room(partial, sum(file.stat().st_size for file in files))
        with StagingFolder.open(partial) as staging:
            staging.begin(_digest(files, choice), str(target), resume=resume, what="unpacked file")
            progress.start("unpack", sum(one.reader.total for one in sources))
            result = _write(staging, _members(sources, source), stop=stop, progress=progress)
            staging.remove(PART)
            staging.remove(JOURNAL)
        publish_folder(partial, target)
    except DatasetError:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    except OSError as error:
        raise _not_unpacked(partial, target, error) from error
    count, size, left_out = result
    return UnpackResult(str(target), count, size, dict(left_out), _opened_as(target))


def _not_unpacked(partial: Path, target: Path, error: OSError) -> ExportError:
    """Return the error of a target that can't be written."""
    if error.errno == errno.ENOSPC:
        return ExportError(
            f"the disk is full; what was unpacked waits in {partial}",
            "Free some space, then resume with --resume, or delete that folder.",
        )
    return ExportError(f"{target} can't be made: {error}", "Check the target's disk.")


def _open(files: Sequence[Path], source: Path, choice: PackedChoice) -> list[_Source]:
    """Open every file, so that problems are reported before anything is written.

    Several archives get a folder each, named after them; tables and records name splits.
    """
    root = source if source.is_dir() else source.parent
    sources = []
    for file in files:
        reader, folder = open_packed(file, root, choice), ""
        if not reader.samples and len(files) > 1:
            relative = file.relative_to(root).as_posix().removesuffix(file.name)
            folder = parse_relative_path(relative + packed_stem(file.name), where=file.name)
        sources.append(_Source(file, folder, reader))
    return sources


def _members(sources: Sequence[_Source], source: Path) -> Iterator[PackedMember | PassedOver]:
    for one in sources:
        for member in one.reader.members():
            if isinstance(member, PackedMember) and one.folder:
                path = parse_relative_path(f"{one.folder}/{member.path}", where=one.file.name)
                yield PackedMember(path, member.data)
            else:
                yield member
    if source.is_dir() and not all(one.reader.samples for one in sources):
        yield from _label_files(source)


def _label_files(folder: Path) -> Iterator[PackedMember]:
    """Yield label files beside archives, such as train.csv beside train.zip."""
    for file in sorted(folder.iterdir()):
        small = file.is_file() and not file.is_symlink()
        if small and file.suffix.lower() in _LABEL_FILES and not file.name.startswith("."):
            data = read_bytes(
                file, what="label file", advice="Move it away.", limit=_MAX_LABEL_BYTES
            )
            yield PackedMember(parse_relative_path(file.name, where=folder.name), data)


def _write(
    staging: StagingFolder, members: Iterator[PackedMember | PassedOver], *, stop: Stop,
    progress: Progress,
) -> tuple[int, int, Counter[str]]:  # fmt: skip
    """Write every member; return the number of files, their bytes and skipped members by reason."""
    left_out: Counter[str] = Counter()
    taken: set[str] = set()
    size = 0
    for member in members:
        if stop.is_set():
            raise ExportError(
                f"unpacking was stopped; what was unpacked waits in {staging.path}",
                "Resume with --resume, or delete that folder.",
            )
        progress.advance(1)
        if isinstance(member, PassedOver):
            left_out[member.reason] += 1
            continue
        plain = unicodedata.normalize("NFC", member.path).casefold()
        if plain in taken:
            raise DatasetError(
                f'two members would be "{shown(member.path)}" on systems that ignore case',
                "Nothing was made. Unpack it with another program.",
            )
        taken.add(plain)
        if len(taken) % _LOOK_EVERY == 1:
            _check_room(staging.path, len(member.data))
        _put(staging, member)
        size += len(member.data)
    return len(taken), size, left_out


def _put(staging: StagingFolder, member: PackedMember) -> None:
    name = member.path.rpartition("/")[2]
    with staging.parent_of(member.path) as folder:
        if folder.size_of(name) == len(member.data):
            with os.fdopen(folder.read(name), "rb") as stream:
                if stream.read() == member.data:
                    return
        staging.remove(PART)
        with os.fdopen(staging.create(PART), "wb") as stream:
            stream.write(member.data)
        staging.move(PART, folder, name)


def _check_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if needed + MARGIN_BYTES > free:
        raise ExportError(
            f"unpacking needs {needed / 1e9:.1f} GB or more, and {free / 1e9:.1f} GB are free in"
            f" {folder.parent}",
            "Free some space, or choose another disk.",
        )


def _digest(files: Sequence[Path], choice: PackedChoice | None) -> str:
    facts = [[str(f), (s := f.stat()).st_size, s.st_mtime_ns] for f in files]
    text = json.dumps([facts, repr(choice)])
    return hashlib.sha256(text.encode()).hexdigest()


def _opened_as(folder: Path) -> str:
    try:
        return recognise(folder).text
    except DatasetError:
        return ""
