"""Make a planned export: staged beside the target, verified, then renamed in one step."""

import csv
import ctypes
import errno
import hashlib
import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from inspector.errors import ExportError
from inspector.work.export_plan import ExportMode, ExportPlan, Item
from inspector.work.jobs import Progress, Stop

JOURNAL = "journal.json"
MANIFEST = "manifest.csv"
FIELDS = ("path", "split", "label", "size", "sha256", "source", "reason")
_BLOCK = 1 << 20
_FICLONE = 0x40049409
_AT_FDCWD = -100
_NO_REPLACE = 1


@dataclass(frozen=True, slots=True)
class Published:
    """What stands after an export; `verified` files had the hash that was known."""

    files: int
    bytes: int
    verified: int
    manifest: str


def publish(plan: ExportPlan, *, stop: Stop, progress: Progress, resume: bool = False) -> Published:
    """Stage, verify and publish a plan; nothing stands at the target until all of it does.

    Raises:
        ExportError: A file changed or is gone, the disk is full, another plan is staged in the
            way, or it was stopped; what is staged stays for a resume.
    """
    partial = plan.partial
    try:
        _open_journal(plan, partial, resume)
        hashes = _stage(plan, partial, stop, progress)
        manifest = _write_manifest(plan, partial, hashes)
        (partial / JOURNAL).unlink()
        _rename(partial, Path(plan.target))
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise ExportError(
                f"the disk is full; what was copied waits in {partial}",
                "Free some space, then go on with --resume, or delete that folder.",
            ) from error
        raise ExportError(f"the export failed: {error}", "Check the target's disk.") from error
    verified = sum(bool(i.sha256) and hashes[i.target] == i.sha256 for i in plan.items)
    return Published(plan.files, plan.bytes, verified, str(Path(plan.target) / manifest))


def _digest(plan: ExportPlan) -> str:
    rows = [[i.source, i.target, i.size, i.sha256.hex(), i.reason] for i in plan.items]
    text = json.dumps([plan.root, plan.target, plan.mode.value, rows])
    return hashlib.sha256(text.encode()).hexdigest()


def _open_journal(plan: ExportPlan, partial: Path, resume: bool) -> None:
    """Begin a staging folder, or go on in one that holds the same plan."""
    digest = _digest(plan)
    journal = partial / JOURNAL
    if partial.exists():
        try:
            known = json.loads(journal.read_text("utf-8"))["plan"]
        except (OSError, ValueError, KeyError):
            known = ""
        if not resume or known != digest:
            why = "another export" if known != digest else "an unfinished export"
            raise ExportError(
                f"{why} is staged in {partial}",
                "Go on with --resume if nothing was decided since, or delete that folder.",
            )
        return
    partial.mkdir(parents=True)
    _write_synced(journal, json.dumps({"plan": digest, "target": plan.target}))


def _stage(plan: ExportPlan, partial: Path, stop: Stop, progress: Progress) -> dict[str, bytes]:
    """Bring every file into the staging folder; return the hash of each by its target."""
    progress.start("export", plan.files)
    hashes: dict[str, bytes] = {}
    for item in plan.items:
        if stop.is_set():
            raise ExportError(
                f"the export was stopped; what was copied waits in {partial}",
                "Go on with --resume, or delete that folder.",
            )
        hashes[item.target] = _bring(plan, item, partial)
        progress.advance(1)
    return hashes


def _bring(plan: ExportPlan, item: Item, partial: Path) -> bytes:
    source, target = Path(plan.root) / item.source, partial / item.target
    if target.exists() and not target.is_symlink() and target.stat().st_size == item.size:
        known = _hash(target)
        if not item.sha256 or known == item.sha256:
            return known
        target.unlink()
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    target.unlink(missing_ok=True)
    try:
        found = _copy(source, part, plan.mode)
    except FileNotFoundError as error:
        raise ExportError(
            f"{item.source} is gone since the scan", "Scan again, then export again."
        ) from error
    if item.sha256 and found != item.sha256:
        part.unlink()
        raise ExportError(f"{item.source} changed since the scan", "Scan again, then export again.")
    os.replace(part, target)  # noqa: PTH105 - Path.replace says the same, without the intent
    return found


def _copy(source: Path, part: Path, mode: ExportMode) -> bytes:
    """Make `part` from `source` and return the SHA-256 of its bytes."""
    match mode:
        case ExportMode.SYMLINK:
            part.symlink_to(source)
            return _hash(source)
        case ExportMode.HARDLINK:
            os.link(source, part)
            return _hash(source)
        case ExportMode.REFLINK if _reflink(source, part):
            return _hash(part)
        case _:
            return _copy_bytes(source, part)


def _copy_bytes(source: Path, part: Path) -> bytes:
    digest = hashlib.sha256()
    with source.open("rb") as reading, part.open("wb") as writing:
        while block := reading.read(_BLOCK):
            digest.update(block)
            writing.write(block)
        writing.flush()
        os.fsync(writing.fileno())
    facts = source.stat()
    os.utime(part, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    return digest.digest()


def _reflink(source: Path, part: Path) -> bool:
    """Share blocks where the file system can; False where it can't, with nothing left."""
    if sys.platform != "linux":
        return False
    import fcntl

    with source.open("rb") as reading, part.open("wb") as writing:
        try:
            fcntl.ioctl(writing.fileno(), _FICLONE, reading.fileno())
        except OSError:
            return False
    shutil.copystat(source, part)
    return True


def _hash(file: Path) -> bytes:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def _write_manifest(plan: ExportPlan, partial: Path, hashes: dict[str, bytes]) -> str:
    """Write what stands and what was left out; rows without a path were left out."""
    taken = {item.target for item in plan.items}
    name = MANIFEST if MANIFEST not in taken else "inspector-manifest.csv"
    with (partial / name).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(FIELDS)
        for i in plan.items:
            row = (i.target, i.split, i.label, i.size, hashes[i.target].hex(), i.source, i.reason)
            writer.writerow(row)
        for x in plan.left_out:
            writer.writerow(("", x.split, x.label, x.size, "", x.source, x.reason))
        stream.flush()
        os.fsync(stream.fileno())
    return name


def _write_synced(file: Path, text: str) -> None:
    with file.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _rename(partial: Path, target: Path) -> None:
    """Rename without replacing anything, and sync the parent folder."""
    if target.exists():
        raise ExportError(f"{target} appeared meanwhile", "Name another folder, with --resume.")
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        here, there = os.fsencode(partial), os.fsencode(target)
        if libc.renameat2(_AT_FDCWD, here, _AT_FDCWD, there, _NO_REPLACE) != 0:
            code = ctypes.get_errno()
            if code not in (errno.EINVAL, errno.ENOSYS):
                raise OSError(code, os.strerror(code), str(target))
            partial.rename(target)
    else:
        partial.rename(target)
    if sys.platform != "win32":  # which opens no folders
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
