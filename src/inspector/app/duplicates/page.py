"""Look-alikes: a queue of clusters, two pictures compared, one key a decision."""

import random
import time
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from inspector.app.duplicates.cluster_list import ClusterList, ClusterModel
from inspector.app.duplicates.image_hash_dialog import ImageHashDialog
from inspector.app.duplicates.rule_dialog import RuleDialog
from inspector.app.threads.bridge import Bridge
from inspector.app.threads.thumbnails import Thumbnails
from inspector.app.widgets.compare_view import CompareView
from inspector.app.widgets.keys import bind, overrides, resolve
from inspector.app.widgets.member_strip import MAX_SHOWN, MemberStrip
from inspector.app.widgets.page import Key, Page
from inspector.app.widgets.review_speed import ReviewSpeed
from inspector.app.widgets.sample_image import read_image
from inspector.desktop.settings import settings_file
from inspector.errors import UsageError
from inspector.project.changes import Changes
from inspector.project.project import Project
from inspector.project.review.decisions import Decided
from inspector.project.review.duplicates import Cluster, PairKind
from inspector.store.samples import Sample

THRESHOLD_STEP = 0.01
BULK_SAMPLE = 30


class DuplicatesPage(Page):
    """Review clusters by keyboard.

    Attributes:
        moved: Another cluster is shown, or the review went on.
    """

    title = "Look-alikes"
    icon = "look-alikes"
    purpose = "Review clusters of look-alikes, across splits first"
    remembered = ("Clusters of look-alikes",)
    hint = (
        "K keeps the left picture and drops its copies; Down goes on. Nothing is"
        " deleted, exports leave it out."
    )
    moved = Signal()

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._left = self._right = 0
        self._advance = False
        self.model = ClusterModel()
        self.thumbnails = Thumbnails(project.samples.thumbnail, self)
        self.list = ClusterList(self.model, self.thumbnails.pixmap)
        self.list.verticalScrollBar().valueChanged.connect(self._request)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self.compare = CompareView()
        self.strip = MemberStrip(self.thumbnails.pixmap)
        self.thumbnails.ready.connect(self.list.viewport().update)
        self.thumbnails.ready.connect(self.strip.show_pictures)
        self._pace = ReviewSpeed()
        self._done = QLabel()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Clusters reviewed")
        self.strip.chosen.connect(self._choose_keeper)
        self._told = QLabel("No cluster is chosen")
        self._told.setWordWrap(True)
        self._level = QLabel()
        self._level.setProperty("role", "muted")
        self._keys = self._resolved()
        self._shortcuts = bind(self, self._keys)
        self._lay_out()

    def key_table(self) -> Sequence[Key]:
        """Return the keys as they are bound."""
        return self._keys

    def refresh(self, changes: Changes) -> None:
        """Ask for the clusters again after a scan, a decision or a moved threshold."""
        if changes.duplicates or changes.decisions:
            self.bridge.call(self._read, self._show, channel="clusters")

    def shown_text(self) -> str:
        """Say how much of the review is done."""
        return f"{self._reviewed():,} of {len(self.model.clusters):,} clusters reviewed"

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._request()

    def shut(self) -> None:
        """Let go of threads."""
        self.strip.shut()
        self.thumbnails.shut()

    def current(self) -> Cluster | None:
        """Return the cluster that is shown."""
        row = self.list.currentIndex().row()
        return self.model.clusters[row] if 0 <= row < len(self.model.clusters) else None

    def _reviewed(self) -> int:
        return sum(c.reviewed for c in self.model.clusters)

    def _tell_progress(self) -> None:
        """Say what is done, and how long the rest takes at the person's own pace."""
        done, total = self._reviewed(), len(self.model.clusters)
        self._pace.note(done, time.monotonic())
        left = self._pace.left(total - done)
        self._done.setText(f"{done:,} of {total:,} reviewed{', ' if left else ''}{left}")
        self._bar.setRange(0, max(1, total))
        self._bar.setValue(done)

    def _request(self, *_: object) -> None:
        """Wish for what is in sight: the shown cluster first, then the queue."""
        cluster = self.current()
        members = [m.id for m in cluster.members[:MAX_SHOWN]] if cluster else []
        self.thumbnails.request(list(dict.fromkeys(members + self.list.visible_samples())))

    def _read(self) -> tuple[list[Cluster], float]:
        return self.project.duplicates.clusters(), self.project.duplicates.threshold

    def _show(self, answer: tuple[list[Cluster], float]) -> None:
        clusters, threshold = answer
        row, before = self.list.currentIndex().row(), self.current()
        self.model.show(clusters)
        if row < 0:
            row = self.list.first_row()
        self._level.setText(f"sure from {threshold:.2f}  [ ]")
        ids = [c.id for c in clusters]
        if before is not None and before.id in ids:
            row = ids.index(before.id)
        if self._advance:
            row = self._next_open(row)
            self._advance = False
        if clusters:
            self.list.setCurrentIndex(self.model.index(min(row, len(clusters) - 1)))
        else:
            self._show_none()
        self._tell_progress()
        self.thumbnails.forget()
        self._request()
        self.moved.emit()

    def _show_none(self) -> None:
        self.compare.set_pair(None, None, "", "")
        self.strip.show_members((), 0, 0)
        done = self.project.scans.is_complete()
        self._told.setText(
            "No two images look alike at this similarity. Lower it with [ to see more."
            if done
            else "Look-alikes appear here once the scan is done."
        )

    def _next_open(self, row: int) -> int:
        clusters = self.model.clusters
        order = [*range(row, len(clusters)), *range(row)]
        return next((i for i in order if not clusters[i].reviewed), row)

    def _on_current(self, *_: object) -> None:
        cluster = self.current()
        if cluster is None:
            return
        self._left = cluster.suggested_keeper
        others = [m.id for m in cluster.members if m.id != self._left]
        self._right = others[0] if others else 0
        self._show_pair(cluster)
        self.moved.emit()

    def _show_pair(self, cluster: Cluster) -> None:
        places = ", ".join(sorted({f"{m.split}/{m.label}".strip("/") for m in cluster.members}))
        advice = "K keeps the left one and drops its copies"
        if set(cluster.kinds) == {PairKind.NEAR} and len(cluster.splits) < 2:
            advice = "A keeps a burst like this together"
        self._told.setText(
            f"{len(cluster.members)} images in {places}. Similarity up to"
            f" {cluster.similarity:.2f}. {advice}."
        )
        self.strip.show_members(cluster.members, self._left, self._right)
        self._request()
        left, right = self._left, self._right
        self.bridge.call(lambda: self._read_pair(left, right), self._show_images, channel="pair")

    def _read_pair(self, left: int, right: int) -> tuple[QImage | None, QImage | None, str, str]:
        rows = {s.id: s for s in self.project.samples.by_ids([left, right])}
        one, two = rows.get(left), rows.get(right)
        images = [read_image(self.project, s)[0] if s else None for s in (one, two)]
        return images[0], images[1], _caption(one), _caption(two)

    def _show_images(self, answer: tuple[QImage | None, QImage | None, str, str]) -> None:
        self.compare.set_pair(*answer)

    def _choose_keeper(self, sample: int) -> None:
        cluster = self.current()
        if cluster is None or sample == self._left:
            return
        self._left, self._right = sample, self._left
        self._show_pair(cluster)

    def _pick(self, number: int) -> None:
        cluster = self.current()
        if cluster is not None and number <= len(cluster.members):
            self._choose_keeper(cluster.members[number - 1].id)

    def _keep(self) -> None:
        keeper = self._left
        if keeper and self.current() is not None:
            self._decide(lambda: self.project.decisions.keep_best(keeper), advance=True)

    def _together(self) -> None:
        cluster = self.current()
        if cluster is not None:
            ids = [m.id for m in cluster.members]
            self._decide(lambda: self.project.decisions.bind(ids), advance=True)

    def _not_alike(self) -> None:
        one, two = self._left, self._right
        if one and two:
            self._decide(lambda: self.project.decisions.not_alike(one, two), advance=False)

    def _mark_keep(self) -> None:
        self._mark(self.project.decisions.keep)

    def _mark_drop(self) -> None:
        self._mark(self.project.decisions.drop)

    def _mark_clear(self) -> None:
        self._mark(self.project.decisions.clear)

    def _mark(self, verb: object) -> None:
        sample = self._left
        assert callable(verb)
        if sample:
            self._decide(lambda: verb([sample]), advance=False)

    def _relabel(self) -> None:
        sample = self._left
        labels = list(self.project.samples.counts().classes)
        if not sample or not labels:
            return
        label, chosen = QInputDialog.getItem(
            self, "Wrong label", "The right class of the left image:", labels, 0, True
        )
        if chosen:
            self._decide(lambda: self.project.decisions.relabel([sample], label), advance=False)

    def _drop_cluster(self) -> None:
        cluster = self.current()
        if cluster is None:
            return
        text = f"Drop all {len(cluster.members)} images of this cluster? Nothing of it stays."
        answer = QMessageBox.question(self, "Drop the whole cluster", text)
        if answer == QMessageBox.StandardButton.Yes:
            key = cluster.id
            self._decide(lambda: self.project.decisions.drop_cluster(key), advance=True)

    def _bulk(self) -> None:
        """Accept same bytes and same pixels at once, after a look at a random sample."""
        exact = [
            c for c in self.model.clusters
            if not c.reviewed and set(c.kinds) <= {PairKind.BYTES, PairKind.PIXELS}
        ]  # fmt: skip
        if not exact:
            QMessageBox.information(self, "Exact copies", "No open cluster is made of copies only.")
            return
        shown = random.Random(len(exact)).sample(exact, min(BULK_SAMPLE, len(exact)))
        lines = "\n".join(" = ".join(m.path for m in c.members[:3]) for c in shown)
        box = QMessageBox(self)
        box.setWindowTitle("Exact copies")
        box.setText(f"{len(exact)} clusters hold only same bytes or same pixels. Keep one of each?")
        box.setInformativeText(f"A random sample of {len(shown)}:\n{lines}"[:4000])
        box.setStandardButtons(QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No)
        if box.exec() == QMessageBox.StandardButton.Yes:
            keepers = [c.suggested_keeper for c in exact]
            self._decide(lambda: self.project.decisions.keep_best_of(keepers), advance=True)

    def _image_hashes(self) -> None:
        ImageHashDialog(self.project, self.bridge, self).show()

    def _rules(self) -> None:
        RuleDialog(self.project, self.bridge, self).open()

    def _undo(self) -> None:
        self.bridge.call(self.project.decisions.undo)

    def _down(self) -> None:
        self._step(1)

    def _up(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        row = self.list.currentIndex().row() + by
        if 0 <= row < len(self.model.clusters):
            self.list.setCurrentIndex(self.model.index(row))

    def _lower(self) -> None:
        self._move_threshold(-THRESHOLD_STEP)

    def _raise(self) -> None:
        self._move_threshold(THRESHOLD_STEP)

    def _move_threshold(self, by: float) -> None:
        duplicates = self.project.duplicates
        self.bridge.call(lambda: duplicates.set_threshold(round(duplicates.threshold + by, 4)))

    def _cycle(self) -> None:
        self.compare.cycle_mode()

    def _flip(self) -> None:
        self.compare.flip()

    def _decide(self, work: object, *, advance: bool) -> None:
        assert callable(work)
        self._advance = self._advance or advance
        self.bridge.call(work, self._on_decided)

    def _on_decided(self, decided: Decided) -> None:
        del decided
        self.moved.emit()

    def _resolved(self) -> list[Key]:
        try:
            return resolve(self._default_keys(), overrides(settings_file()))
        except UsageError as error:
            self.bridge.failed.emit(error)
            return self._default_keys()

    def _default_keys(self) -> list[Key]:
        table = [
            Key("keep_this", "K", "keep this, drop what is directly alike, next", self._keep),
            Key("together", "A", "keep all of them together, next", self._together),
            Key("not_alike", "N", "these two are not alike", self._not_alike),
            Key("wrong_label", "L", "wrong label: choose the right class", self._relabel),
            Key("keep", "P", "mark the left one as kept", self._mark_keep),
            Key("drop", "X", "drop the left one", self._mark_drop),
            Key("clear", "U", "clear the left one's decision", self._mark_clear),
            Key("compare", "C", "side by side, flip, difference, slider", self._cycle),
            Key("flip", "Space", "flip between the two", self._flip),
            Key("back", "Backspace", "back one decision", self._undo),
            Key("lower", "[", "lower the sure similarity", self._lower),
            Key("raise", "]", "raise the sure similarity", self._raise),
            Key("rule", "R", "keep by a rule", self._rules),
            Key("bulk", "B", "accept exact copies at once", self._bulk),
            Key("drop_cluster", "Shift+X", "drop the whole cluster", self._drop_cluster),
            Key("next", "Down", "next cluster", self._down),
            Key("previous", "Up", "previous cluster", self._up),
        ]
        for number in range(1, 10):
            does = f"image {number} on the left"
            table.append(Key(f"choose_{number}", str(number), does, _Picker(self, number)))
        return table

    def _lay_out(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(16, 16, 8, 8)
        column.setSpacing(8)
        head = QLabel("Look-alikes")
        head.setProperty("role", "title")
        column.addWidget(head)
        column.addWidget(self._level)
        column.addWidget(self._done)
        column.addWidget(self._bar)
        column.addWidget(self.list, 1)
        for text, slot in (
            ("Rules… [R]", self._rules),
            ("Exact copies… [B]", self._bulk),
            ("Pairs by ImageHash…", self._image_hashes),
        ):
            button = QPushButton(text)
            button.clicked.connect(slot)
            column.addWidget(button)
        right = QWidget()
        stage = QVBoxLayout(right)
        stage.setContentsMargins(8, 16, 16, 8)
        stage.setSpacing(8)
        stage.addWidget(self._told)
        stage.addWidget(self.compare, 1)
        stage.addWidget(self.strip)
        bar = QHBoxLayout()
        for text, slot, role in (
            ("Keep this, drop its copies [K]", self._keep, "primary"),
            ("Not alike [N]", self._not_alike, ""),
            ("Keep together [A]", self._together, ""),
            ("Wrong label [L]", self._relabel, ""),
            ("Compare [C]", self._cycle, ""),
            ("Next [Down]", self._down, ""),
        ):
            button = QPushButton(text)
            button.setProperty("role", role)
            button.clicked.connect(slot)
            bar.addWidget(button)
        bar.addStretch()
        stage.addLayout(bar)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(left)
        splitter.addWidget(right)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([280, 900])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)
        self.setFocusProxy(self.list)


class _Picker:
    """Choose the keeper by its number; held by the page's table of keys."""

    def __init__(self, page: DuplicatesPage, number: int) -> None:
        self._page = page
        self._number = number

    def __call__(self) -> None:
        self._page._pick(self._number)


def _caption(sample: Sample | None) -> str:
    if sample is None:
        return ""
    mark = {"keep": " · kept", "drop": " · dropped"}.get(sample.mark, "")
    together = " · together" if sample.bound else ""
    size = f"{sample.width}x{sample.height}"
    file = f"{sample.size / 1000:,.0f} kB" if sample.size >= 1000 else f"{sample.size} bytes"
    return f"{sample.path} · {size} · {file}{mark}{together}"
