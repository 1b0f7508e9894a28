"""Make it right: the plan first, then one button."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.dialog_text import DialogText
from inspector.app.widgets.focus import StableFocus
from inspector.app.widgets.jobs import Job, Jobs
from inspector.errors import InspectorError
from inspector.project.export.clean_up import CleanUpPlan, CleanUpResult
from inspector.project.project import Project
from inspector.work.jobs import Progress, Stop


class CleanUpDialog(StableFocus, QDialog):
    """Choose where to, see the plan, do it."""

    def __init__(self, project: Project, bridge: Bridge, jobs: Jobs, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Clean up dataset")
        self._project, self._bridge, self._jobs = project, bridge, jobs
        self._job: Job | None = None
        self._shown: CleanUpPlan | None = None
        target = project.root.with_name(f"{project.root.name}-fixed")
        self._target = QLineEdit(str(target))
        self._target.setAccessibleName("New folder")
        self._target.textChanged.connect(self._plan)
        choose = QPushButton("Choose…")
        choose.clicked.connect(self._choose)
        self._text = DialogText("What will be done", 600, 260)
        self._text.setText("Planning…")
        self._do = QPushButton("Do it")
        self._do.setProperty("role", "primary")
        self._do.setEnabled(False)
        self._do.clicked.connect(self._run)
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        box.addButton(self._do, QDialogButtonBox.ButtonRole.ActionRole)
        box.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self._target, 1)
        row.addWidget(choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addLayout(row)
        column.addWidget(self._text)
        column.addWidget(box)
        self._plan()

    def _path(self) -> Path:
        return Path(self._target.text().strip())

    def _choose(self) -> None:
        parent = QFileDialog.getExistingDirectory(self, "Where to", str(self._path().parent))
        if parent:
            self._target.setText(str(Path(parent) / f"{self._project.root.name}-fixed"))

    def _plan(self, *_: object) -> None:
        target = self._path()
        self._do.setEnabled(False)
        self._bridge.call(
            lambda: self._project.fixes.plan(target), self._show, channel="fix",
            on_error=self._refuse,
        )  # fmt: skip

    def _refuse(self, error: InspectorError) -> None:
        self._do.setEnabled(False)
        self._text.setText(f"{error.message}. {error.advice}")

    def _show(self, plan: CleanUpPlan) -> None:
        lock = f"Lock today's split in {plan.locks.name}." if plan.locks else "No split to lock."
        split = "Keep the split: no known group stands on two sides."
        if plan.resplit is not None:
            split = (
                f"Split anew with groups kept together: {len(plan.resplit.training):,} training,"
                f" {len(plan.resplit.validation):,} validation; {plan.moves:,} images move."
            )
        copies = "copy of an image" if len(plan.drops) == 1 else "copies of images"
        files = "file" if plan.unreadable == 1 else "files"
        steps = (
            lock,
            f"Drop {len(plan.drops):,} {copies}: one decision, which undo takes back.",
            f"Leave out {plan.unreadable:,} {files} that can't be read.",
            split,
            "Copy the rest, verify every hash, and write the report and the loading code beside.",
        )
        self._text.setText(
            "\n".join(f"{i}.  {step}" for i, step in enumerate(steps, 1))
            + (f"\n\n{plan.warning}" if plan.warning else "")
            + "\n\nThe dataset itself is never written to."
        )
        self._shown = plan
        self._do.setEnabled(True)

    def _run(self) -> None:
        plan = self._shown
        if plan is None:
            return
        progress, stop = Progress(), Stop()
        self._job = self._jobs.start(progress, stop)
        self._do.setEnabled(False)
        self._bridge.call(
            lambda: self._project.fixes.run(plan, stop=stop, progress=progress),
            self._done, on_error=self._failed,
        )  # fmt: skip

    def _failed(self, error: InspectorError) -> None:
        self._jobs.end(self._job)
        self._refuse(error)

    def _done(self, fixed: CleanUpResult) -> None:
        self._jobs.end(self._job)
        done = fixed.exported
        self._text.setText(
            f"{done.files:,} files copied, {done.verified:,} verified by hash.\n"
            f"{done.leaks_after} known pairs and {done.groups_after} known groups stand on several"
            f" sides.\n\nReport: {fixed.report}\nCode that loads it: {fixed.code}\n"
            f"Locked split of before: {fixed.lock or 'none'}"
        )
