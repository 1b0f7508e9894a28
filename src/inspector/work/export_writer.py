"""Write a planned export: stage it beside the target, verify it, then rename it in one step."""

import errno
import hashlib
import json
import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import IO

from inspector.dataset.csv_table import write_rows
from inspector.errors import ExportError
from inspector.work.export_forms.form import manifest_name
from inspector.work.export_items import Item, ItemTable
from inspector.work.export_plan import ExportMode, ExportPlan, check_place
from inspector.work.jobs import Progress, Stop
from inspector.work.pool import TaskFailed, TaskRunner
from inspector.work.reencoding import ReencodedImage
from inspector.work.staging import JOURNAL, PART, StagingFolder, publish_folder, sync
from inspector.work.tasks import Reencode, Reencoded

FIELDS = ("path", "split", "label", "size", "sha256", "source", "reason", "group")
_BLOCK = 1 << 20
_FICLONE = 0x40049409
_PHASE = "export"
MANY_FILES = 200


@dataclass(frozen=True, slots=True)
class Published:
    """A finished export; `verified` files had the known hash."""

    files: int
    bytes: int
    verified: int
    manifest: str


def publish(
    plan: ExportPlan,
    *,
    stop: Stop,
    progress: Progress,
    resume: bool = False,
    pool: TaskRunner | None = None,
) -> Published:
    """Stage, verify and publish a plan; the target appears only once it is complete.

    Args:
        plan: A checked plan.
        stop: Ends it after the current file.
        progress: Counts files.
        resume: Continue with what is staged already; re-encoded images are made again.
        pool: Worker processes, needed for a plan that re-encodes.

    Raises:
        ExportError: A file changed or is missing, the disk is full, another plan is staged in the
            way, or it was stopped; staged files stay for a resume.
    """
    partial = plan.partial
    try:
        # Links may have been planted since the plan was made.
        check_place(Path(plan.root), Path(plan.target))
        if not partial.exists():
            partial.mkdir(parents=True)
        with StagingFolder.open(partial) as staging:
            staging.begin(
                _digest(plan),
                plan.target,
                resume=resume,
                holds_only=lambda: _holds_only(plan, staging),
            )
            plan, hashes = _stage(plan, staging, stop, progress, pool)
            manifest = _write_manifest(plan, staging, hashes)
            _write_side_files(plan, staging, hashes)
            if _is_synced_at_once(plan, staging):
                progress.rename("waiting for the disk", 0)
                staging.sync_all()
                progress.rename(_PHASE, plan.files)
            staging.remove(JOURNAL)
        publish_folder(partial, Path(plan.target))
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise ExportError(
                f"the disk is full; what was copied waits in {partial}",
                "Free some space, then resume with --resume, or delete that folder.",
            ) from error
        if error.errno == errno.EXDEV:
            raise ExportError(
                "hard links can't lead to another disk", "Export with --mode copy, or symlink."
            ) from error
        raise ExportError(f"the export failed: {error}", "Check the target's disk.") from error
    # A re-encoded image was decoded and compared, and its source had the known hash.
    verified = sum(
        bool(i.sha256) and (plan.reencoding is not None or hashes[i.target] == i.sha256)
        for i in plan.items
    )
    return Published(plan.files, plan.bytes, verified, str(Path(plan.target) / manifest))


def _digest(plan: ExportPlan) -> str:
    rows = [[i.source, i.target, i.size, i.sha256.hex(), i.reason] for i in plan.items]
    head = [plan.root, plan.target, plan.mode.value, plan.form.form.value]
    how = [] if plan.reencoding is None else [repr(plan.reencoding)]
    text = json.dumps([*head, rows, *how])
    return hashlib.sha256(text.encode()).hexdigest()


def _holds_only(plan: ExportPlan, staging: StagingFolder) -> bool:
    """Tell whether a staging folder holds nothing but files of the plan."""
    targets: list[str] = list(plan.items.targets)
    no_hashes = dict.fromkeys(targets, bytes(32))
    targets += [side.name for side in plan.form.side_files(plan.items, no_hashes)]
    files = {*targets, JOURNAL, PART, manifest_name(plan.items)}
    folders = {
        folder
        for target in targets
        for folder in accumulate(target.split("/")[:-1], "{}/{}".format)
    }
    for above, below, names in os.walk(staging.path):
        place = Path(above).relative_to(staging.path)
        if not {(place / name).as_posix() for name in names} <= files:
            return False
        if not {(place / name).as_posix() for name in below} <= folders:
            return False
    return True


def _stage(
    plan: ExportPlan,
    staging: StagingFolder,
    stop: Stop,
    progress: Progress,
    pool: TaskRunner | None,
) -> tuple[ExportPlan, dict[str, bytes]]:
    """Bring every file into the staging folder.

    Returns:
        The plan with the sizes that files have, and the hash per target.
    """
    progress.start(_PHASE, plan.files)
    hashes: dict[str, bytes] = {}
    if plan.reencoding is not None and pool is not None:
        sizes = _stage_reencoded(plan, staging, stop, progress, pool, hashes)
        items = ItemTable(item._replace(size=sizes[item.target]) for item in plan.items)
        return replace(plan, items=items), hashes
    for item in plan.items:
        if stop.is_set():
            raise _stopped(staging)
        hashes[item.target] = _bring(plan, item, staging)
        progress.advance(1)
    staging.remove(PART)
    return plan, hashes


def _is_synced_at_once(plan: ExportPlan, staging: StagingFolder) -> bool:
    """Tell whether files that a resume checks are synced together, before the folder appears.

    Of few files each is: all at once, they would wait for what other programs have written.
    """
    return plan.files > MANY_FILES and staging.syncs_at_once()


def _stopped(staging: StagingFolder) -> ExportError:
    return ExportError(
        f"the export was stopped; what was copied waits in {staging.path}",
        "Resume with --resume, or delete that folder.",
    )


def _stage_reencoded(
    plan: ExportPlan, staging: StagingFolder, stop: Stop, progress: Progress, pool: TaskRunner,
    hashes: dict[str, bytes],
) -> dict[str, int]:  # fmt: skip
    """Write every image as worker processes re-encode it; return the size per target."""
    assert plan.reencoding is not None
    how = plan.reencoding
    sizes: dict[str, int] = {}
    tasks = (
        [Reencode(number, str(_source(plan, plan.items[number])), how)]
        for number in range(len(plan.items))
    )
    for answer in pool.map(tasks, stop=stop):
        if isinstance(answer, TaskFailed):
            raise _unread(plan.items[answer.item.item].source, answer.reason)
        for result in answer.result:
            assert isinstance(result, Reencoded)
            item = plan.items[result.item]
            later = _is_synced_at_once(plan, staging)
            _write_reencoded(item, result.image, staging, later=later)
            hashes[item.target] = hashlib.sha256(result.image.content).digest()
            sizes[item.target] = len(result.image.content)
            progress.advance(1)
    if len(sizes) < len(plan.items):
        raise _stopped(staging)
    staging.remove(PART)
    return sizes


def _write_reencoded(
    item: Item, image: ReencodedImage, staging: StagingFolder, *, later: bool
) -> None:
    if item.sha256 and image.source_sha256 and image.source_sha256 != item.sha256:
        raise _changed(item)
    if image.problem:
        raise _unread(item.source, image.problem)
    if item.width and (image.width, image.height) != (item.width, item.height):
        raise _changed(item)
    staging.remove(PART)
    with os.fdopen(staging.create(PART), "wb") as stream:
        stream.write(image.content)
        # A resume re-encodes it again.
        _finish(stream, later=later)
    name = item.target.rpartition("/")[2]
    with staging.parent_of(item.target) as folder:
        folder.remove(name)
        staging.move(PART, folder, name)


def _changed(item: Item) -> ExportError:
    return ExportError(f"{item.source} changed since the scan", "Scan again, then export again.")


def _unread(source: str, problem: str) -> ExportError:
    return ExportError(
        f"{source} can't be re-encoded: {problem}",
        "Exclude it from the dataset, or export without re-encoding.",
    )


def _bring(plan: ExportPlan, item: Item, staging: StagingFolder) -> bytes:
    name = item.target.rpartition("/")[2]
    with staging.parent_of(item.target) as folder:
        if folder.size_of(name) == item.size:
            with os.fdopen(folder.read(name), "rb") as stream:
                known = hashlib.file_digest(stream, "sha256").digest()
            if not item.sha256 or known == item.sha256:
                return known
        folder.remove(name)
        staging.remove(PART)
        # A resume compares it with its hash.
        later = bool(item.sha256) and _is_synced_at_once(plan, staging)
        copied = _copy(_source(plan, item), staging, plan.mode, later=later)
        if item.sha256 and copied != item.sha256:
            staging.remove(PART)
            raise _changed(item)
        staging.move(PART, folder, name)
        return copied


def _source(plan: ExportPlan, item: Item) -> Path:
    """Return the real file of an item.

    Raises:
        ExportError: It is missing, or became something else.
    """
    source = Path(os.path.realpath(Path(plan.root) / item.source))
    try:
        regular = stat.S_ISREG(source.stat().st_mode)
    except OSError as error:
        raise ExportError(
            f"{item.source} is gone since the scan", "Scan again, then export again."
        ) from error
    if not regular:
        raise ExportError(f"{item.source} is not a regular file", "Scan again, then export again.")
    return source


def _copy(source: Path, staging: StagingFolder, mode: ExportMode, *, later: bool) -> bytes:
    """Bring `source` into the staging folder under the name `PART`; return its SHA-256.

    Args:
        later: Whether it is synced with all others, before the folder appears.
    """
    match mode:
        case ExportMode.SYMLINK:
            staging.symlink(source, PART)
            return _hash(source)
        case ExportMode.HARDLINK:
            staging.link(source, PART)
            return _hash(source)
        case ExportMode.REFLINK if _reflink(source, staging):
            with os.fdopen(staging.read(PART), "rb") as stream:
                return hashlib.file_digest(stream, "sha256").digest()
        case _:
            return _copy_bytes(source, staging.create(PART), later=later)


def _copy_bytes(source: Path, part: int, *, later: bool) -> bytes:
    """Copy a file to a descriptor and close it; return the SHA-256."""
    digest = hashlib.sha256()
    with os.fdopen(part, "wb") as writing:
        for block in _blocks(source):
            digest.update(block)
            writing.write(block)
        _finish(writing, later=later)
        _keep_time(source, writing.fileno())
    return digest.digest()


def _finish(stream: IO[bytes], *, later: bool) -> None:
    """Sync a staged file, or leave that to the end."""
    if later:
        stream.flush()
    else:
        sync(stream)


def _reflink(source: Path, staging: StagingFolder) -> bool:
    """Share blocks if the file system can; else return False and leave nothing behind."""
    if sys.platform != "linux":
        return False
    import fcntl

    with os.fdopen(staging.create(PART), "wb") as writing:
        try:
            with source.open("rb") as reading:
                fcntl.ioctl(writing.fileno(), _FICLONE, reading.fileno())
            _keep_time(source, writing.fileno())
        except OSError:
            staging.remove(PART)
            return False
    return True


def _keep_time(source: Path, copy: int) -> None:
    facts = source.stat()
    if os.utime in os.supports_fd:
        os.utime(copy, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def _hash(source: Path) -> bytes:
    digest = hashlib.sha256()
    for block in _blocks(source):
        digest.update(block)
    return digest.digest()


def _blocks(source: Path) -> Iterator[bytes]:
    """Yield the bytes of a file of the dataset.

    Raises:
        ExportError: It can't be read; the target is not at fault.
    """
    try:
        with source.open("rb") as stream:
            while block := stream.read(_BLOCK):
                yield block
    except OSError as error:
        raise ExportError(
            f"{source} can't be read: {error.strerror or error}",
            "Check its permissions and the disk that the dataset is on, then export with --resume.",
        ) from error


def _write_manifest(plan: ExportPlan, staging: StagingFolder, hashes: dict[str, bytes]) -> str:
    """Write the manifest: exported files, and those left out as rows without a path."""
    name = manifest_name(plan.items)
    staging.remove(name)
    with os.fdopen(staging.create(name), "w", encoding="utf-8", newline="") as stream:
        write_rows(stream, [FIELDS])
        write_rows(stream, (_row(i, hashes[i.target]) for i in plan.items))
        write_rows(
            stream,
            (("", x.split, x.label, x.size, "", x.source, x.reason, "") for x in plan.left_out),
        )
        sync(stream)
    return name


def _row(item: Item, sha256: bytes) -> tuple[object, ...]:
    digest = sha256.hex()
    facts = item.target, item.split, item.label, item.size, digest
    return *facts, item.source, item.reason, item.group


def _write_side_files(plan: ExportPlan, staging: StagingFolder, hashes: dict[str, bytes]) -> None:
    """Write the form's files, replacing those of an earlier attempt."""
    for side in plan.form.side_files(plan.items, hashes):
        name = side.name.rpartition("/")[2]
        with staging.parent_of(side.name) as folder:
            folder.remove(name)
            with os.fdopen(folder.create(name), "wb") as stream:
                stream.write(side.content)
                sync(stream)
