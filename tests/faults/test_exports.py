"""Exports interrupted by a crash, a disk or a file of the dataset."""

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from inspector.errors import ExportError
from inspector.work.export_forms.catalogue import make_form
from inspector.work.export_forms.form import Form
from inspector.work.export_plan import ExportMode, ExportPlan, Item, make_plan
from inspector.work.export_writer import Published, publish
from inspector.work.jobs import Progress, Stop

FILES = 6
# Killed at a system call of the export writer: "rename" of the whole, or the journal's first byte.
SCRIPT = """
import os, signal, sys
from pathlib import Path
from inspector.work import export_writer, staging
from tests.faults.test_exports import Form, export, plan_of
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
for module in (staging, export_writer):
    if hasattr(module, sys.argv[2]):
        setattr(module, sys.argv[2], die)
export(plan_of(Path(sys.argv[1]), form=Form(sys.argv[3])))
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    root = tmp_path / "source"
    for i in range(FILES):
        file = root / f"class{i % 2}" / f"{i}.bin"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(bytes([i]) * 5_000)
    return root


def plan_of(root: Path, mode: ExportMode = ExportMode.COPY, form: Form = Form.AS_IS) -> ExportPlan:
    items = [
        Item(
            path, path, file.stat().st_size, hashlib.sha256(file.read_bytes()).digest(),
            "training", file.parent.name, "",
        )
        for file in sorted(root.rglob("*.bin"))
        for path in [file.relative_to(root).as_posix()]
    ]  # fmt: skip
    return make_plan(
        str(root), str(root.parent / "out"), items, [], mode=mode, form=make_form(form, dict)
    )


def export(plan: ExportPlan, *, resume: bool = False) -> Published:
    return publish(plan, stop=Stop(), progress=Progress(), resume=resume)


def kill_in(function: str, source: Path, form: Form = Form.AS_IS) -> None:
    root = Path(__file__).parents[2]
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(root / "src"), str(root)])}
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT, source, function, form], env=env, check=False
    )
    assert ended.returncode == -signal.SIGKILL
    assert not (source.parent / "out").exists()


@pytest.mark.parametrize("function", ["publish_folder", "_write_manifest", "sync", "_stage"])
def test_an_export_that_was_killed_is_resumed(source: Path, function: str) -> None:
    """`publish_folder`: after the last verification; `sync`: in the middle of the journal."""
    kill_in(function, source)
    plan = plan_of(source)
    with pytest.raises(ExportError, match="an unfinished export is staged"):
        export(plan)
    assert export(plan, resume=True).verified == FILES
    files = {f.relative_to(source.parent / "out").as_posix()
             for f in (source.parent / "out").rglob("*") if f.is_file()}  # fmt: skip
    assert files == {item.target for item in plan.items} | {"manifest.csv"}


def test_an_export_whose_form_adds_files_is_resumed(source: Path) -> None:
    kill_in("publish_folder", source, Form.CSV)
    assert export(plan_of(source, form=Form.CSV), resume=True).verified == FILES


@pytest.mark.parametrize("extra", ["class0/other.bin", "elsewhere/"])
def test_a_staged_folder_with_something_else_in_it_is_not_published(
    source: Path, extra: str
) -> None:
    kill_in("publish_folder", source)
    plan = plan_of(source)
    if extra.endswith("/"):
        (plan.partial / extra).mkdir()
    else:
        (plan.partial / extra).write_text("somebody's")
    with pytest.raises(ExportError, match="another export is staged"):
        export(plan, resume=True)
    assert (plan.partial / extra).exists()


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="needs a file that can't be read")
@pytest.mark.parametrize("mode", [ExportMode.COPY, ExportMode.SYMLINK, ExportMode.REFLINK])
def test_a_source_that_can_not_be_read_is_not_the_targets_fault(
    source: Path, mode: ExportMode
) -> None:
    """A regular file whose first byte gives an input/output error, as on a failing disk."""
    plan = plan_of(source, mode)
    bad = source / "class0" / "0.bin"
    bad.unlink()
    bad.symlink_to("/proc/self/mem")
    with pytest.raises(ExportError, match=r"mem can't be read: Input/output error") as raised:
        export(plan)
    assert "target" not in raised.value.message + raised.value.advice
    assert "dataset" in raised.value.advice
    bad.unlink()
    bad.write_bytes(bytes(5_000))
    assert export(plan, resume=True).files == FILES


def test_a_source_that_may_not_be_read_is_not_the_targets_fault(source: Path) -> None:
    bad = source / "class0" / "0.bin"
    plan = plan_of(source)
    bad.chmod(0)
    if os.access(bad, os.R_OK):
        pytest.skip("root reads everything")
    with pytest.raises(ExportError, match="can't be read: Permission denied"):
        export(plan)
