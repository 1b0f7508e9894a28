"""The second barrier: whatever a plan holds, nothing is written outside its staging folder."""

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspector.dataset.names import Label, RelativePath, Split
from inspector.errors import ExportError
from inspector.work import export_writer
from inspector.work.export_items import Item, ItemTable
from inspector.work.export_plan import ExportMode, ExportPlan, make_plan
from inspector.work.export_writer import publish
from inspector.work.jobs import Progress, Stop
from inspector.work.staging import JOURNAL, StagingFolder, why_no_target

HOSTILE = (
    "../source/validation/cat/0001.jpg", "a/../../source/x.jpg", "/etc/x", "..", "", "a//b", "a\0b",
    "..\\x", "C:\\x", JOURNAL, JOURNAL.upper(), ".inspector-part", "a\nb",
)  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("training/cat/0001.jpg", "validation/cat/0001.jpg"):
        file = tmp_path / "source" / name
        file.parent.mkdir(parents=True)
        file.write_bytes(name.encode())
    return tmp_path / "source"


def _facts(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(file): (file.lstat().st_nlink, b"" if file.is_dir() else file.read_bytes())
        for file in sorted(folder.rglob("*"))
        if not file.is_symlink()
    }


def _item(root: Path, target: str, source: str = "training/cat/0001.jpg") -> Item:
    file = root / source
    data = file.read_bytes() if file.is_file() else b""
    return Item(
        RelativePath(source), RelativePath(target), len(data), hashlib.sha256(data).digest(),
        Split("training"), Label("cat"), "",
    )  # fmt: skip


def _unchecked(root: Path, item: Item, mode: ExportMode) -> ExportPlan:
    """Return a plan as a bug might create it, without `make_plan`."""
    return ExportPlan(str(root), str(root.parent / "out"), mode, ItemTable([item]), (), 1 << 40)


@pytest.mark.parametrize("target", HOSTILE)
@pytest.mark.parametrize("mode", ExportMode)
def test_the_plan_and_the_writer_each_refuse(root: Path, target: str, mode: ExportMode) -> None:
    before = _facts(root.parent)
    item = _item(root, target)
    with pytest.raises(ExportError):
        make_plan(str(root), str(root.parent / "out"), [item], [], mode=mode)
    assert _facts(root.parent) == before
    with pytest.raises(ExportError):
        publish(_unchecked(root, item, mode), stop=Stop(), progress=Progress())
    assert _facts(root) == {k: v for k, v in before.items() if k.startswith(f"{root}/")}
    assert not (root.parent / "out").exists()


@pytest.mark.parametrize("source", ["../secret", "/etc/hostname", "a/../../secret"])
def test_no_source_outside_is_planned(root: Path, source: str) -> None:
    (root.parent / "secret").write_bytes(b"secret")
    with pytest.raises(ExportError, match="can't be exported"):
        make_plan(
            str(root),
            str(root.parent / "out"),
            [_item(root, "x.jpg", source)],
            [],
            mode=ExportMode.COPY,
        )


@pytest.mark.parametrize("mode", ExportMode)
def test_a_link_planted_in_the_staging_folder_is_not_followed(
    root: Path, mode: ExportMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [_item(root, "training/cat/0001.jpg"), _item(root, "validation/cat/0001.jpg")]
    plan = make_plan(str(root), str(root.parent / "out"), items, [], mode=mode)
    real = export_writer._copy

    def planting(source: Path, staging: StagingFolder, how: ExportMode, *, later: bool) -> bytes:
        link = plan.partial / "validation"
        if not link.is_symlink():
            link.symlink_to(root / "validation", target_is_directory=True)
        return real(source, staging, how, later=later)

    monkeypatch.setattr(export_writer, "_copy", planting)
    before = {p: d for p, (_, d) in _facts(root).items()}
    with pytest.raises(ExportError, match="not a folder of its own"):
        publish(plan, stop=Stop(), progress=Progress())
    assert {p: d for p, (_, d) in _facts(root).items()} == before


def test_a_file_that_is_a_link_in_the_staging_folder_is_replaced_not_followed(root: Path) -> None:
    item = _item(root, "cat/0001.jpg")
    plan = make_plan(str(root), str(root.parent / "out"), [item], [], mode=ExportMode.COPY)
    stop = Stop()
    stop.set()
    with pytest.raises(ExportError, match="stopped"):
        publish(plan, stop=stop, progress=Progress())
    victim = root / "validation/cat/0001.jpg"
    (plan.partial / "cat").mkdir()
    (plan.partial / "cat/0001.jpg").symlink_to(victim)
    (plan.partial / "manifest.csv").symlink_to(victim)
    before = _facts(root)
    assert publish(plan, stop=Stop(), progress=Progress(), resume=True).verified == 1
    assert _facts(root) == before
    assert not (root.parent / "out/cat/0001.jpg").is_symlink()


def test_a_staging_folder_that_is_a_link_is_refused(root: Path) -> None:
    plan = make_plan(
        str(root), str(root.parent / "out"), [_item(root, "x.jpg")], [], mode=ExportMode.COPY
    )
    plan.partial.symlink_to(root, target_is_directory=True)
    before = _facts(root)
    with pytest.raises(ExportError, match="not a folder of its own"):
        publish(plan, stop=Stop(), progress=Progress(), resume=True)
    assert _facts(root) == before


def test_a_parent_that_became_a_link_into_the_dataset_is_refused(root: Path) -> None:
    way = root.parent / "way"
    way.mkdir()
    plan = make_plan(str(root), str(way / "out"), [_item(root, "x.jpg")], [], mode=ExportMode.COPY)
    way.rmdir()
    way.symlink_to(root, target_is_directory=True)
    before = _facts(root)
    with pytest.raises(ExportError, match="inside the dataset"):
        publish(plan, stop=Stop(), progress=Progress())
    assert _facts(root) == before


def test_a_source_that_became_a_fifo_does_not_block(root: Path) -> None:
    item = _item(root, "x.jpg")
    plan = make_plan(str(root), str(root.parent / "out"), [item], [], mode=ExportMode.COPY)
    (root / item.source).unlink()
    os.mkfifo(root / item.source)
    with pytest.raises(ExportError, match="not a regular file"):
        publish(plan, stop=Stop(), progress=Progress())


def test_a_file_where_a_folder_must_be_is_refused(root: Path) -> None:
    items = [_item(root, "a"), _item(root, "a/b", "validation/cat/0001.jpg")]
    with pytest.raises(ExportError, match="a file and a folder"):
        make_plan(str(root), str(root.parent / "out"), items, [], mode=ExportMode.COPY)


_PIECES = st.lists(
    st.sampled_from(("..", ".", "/", "\\", "source", "validation", "cat", "0001.jpg", "\0", " ")),
    max_size=9,
).map("".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(target=st.one_of(st.text(max_size=30), _PIECES), mode=st.sampled_from(ExportMode))
def test_no_text_as_a_target_writes_outside(root: Path, target: str, mode: ExportMode) -> None:
    before = _facts(root)
    plan = _unchecked(root, _item(root, target), mode)
    try:
        publish(plan, stop=Stop(), progress=Progress())
    except ExportError:
        assert why_no_target(target)
    outside = {p.name for p in root.parent.iterdir()} - {"source", "out", ".out.partial"}
    assert not outside
    for name in ("out", ".out.partial"):
        _remove(root.parent / name)
    assert _facts(root) == before


def _remove(folder: Path) -> None:
    if folder.exists():
        for file in sorted(folder.rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() and not file.is_symlink() else file.unlink()
        folder.rmdir()
