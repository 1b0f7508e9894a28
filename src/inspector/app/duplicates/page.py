"""Duplicates: a queue of clusters, two images compared, one key a decision."""

import random
from collections.abc import Sequence

from PySide6.QtGui import QImage, QShowEvent
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton, QVBoxLayout

from inspector.app.duplicates.cluster_list import ClusterList, ClusterModel
from inspector.app.duplicates.image_hash_dialog import ImageHashDialog
from inspector.app.duplicates.rule_dialog import RuleDialog
from inspector.app.threads.bridge import Bridge
from inspector.app.threads.thumbnails import Thumbnails
from inspector.app.widgets.compare_view import CompareView
from inspector.app.widgets.keys import bind, overrides, resolve
from inspector.app.widgets.member_strip import MAX_SHOWN, MemberStrip
from inspector.app.widgets.page import Key, Page, PageAction, PageName, PageRequest
from inspector.app.widgets.review.review import Review, Verb, ask_class
from inspector.app.widgets.sample_image import read_image
from inspector.desktop.settings import settings_file
from inspector.errors import UsageError
from inspector.project.changes import Changes
from inspector.project.project import Project
from inspector.project.review.decisions import Decided
from inspector.project.review.duplicates import Cluster, PairKind
from inspector.store.records import CleanUpRecord
from inspector.store.samples import Sample

THRESHOLD_STEP = 0.01
BULK_SAMPLE = 30
REST = (
    "{} of this cluster are not directly alike to the image you kept. K keeps the left one of them,"
    " A keeps all together."
)
NOTHING = (
    "Nothing changed: the left image is kept already, and no open image is directly alike to it."
    " Put another one on the left with 1 to 9, or keep the rest together with A."
)


class DuplicatesPage(Page):
    """Review clusters by keyboard."""

    name = PageName.DUPLICATES
    words = "duplicate near-duplicate copies look-alike similar clusters same image"
    icon = "duplicates"
    purpose = "Review clusters of duplicates, across splits first"
    remembered = ("duplicate-clusters",)
    hint = (
        "K keeps the left image and excludes its copies; Down goes on. Nothing is"
        " deleted, exports leave it out."
    )

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._cleaned: CleanUpRecord | None = None
        self._left = self._right = 0
        self._pair_of: int | None = None
        self._has_kept = False
        self._remark = ""
        self.model = ClusterModel()
        self.thumbnails = Thumbnails(project.samples.thumbnail, self)
        self.thumbnails.broken.connect(bridge.broken)
        self.list = ClusterList(self.model, self.thumbnails.pixmap)
        self.list.verticalScrollBar().valueChanged.connect(self._request)
        self.compare = CompareView()
        self.strip = MemberStrip(self.thumbnails.pixmap)
        self.thumbnails.ready.connect(self.list.viewport().update)
        self.thumbnails.ready.connect(self.strip.show_pictures)
        self.strip.chosen.connect(self._choose_keeper)
        self._level = QLabel()
        self._level.setProperty("role", "muted")
        self.review = Review(
            self.title, self.model, self.list, bridge=bridge, undo=project.decisions.undo
        )
        self.review.current_changed.connect(self._on_current)
        self.review.moved.connect(self.moved)
        self.review.left_changed.connect(self.work_left)
        self.review.tell("No cluster is chosen")
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
            self.bridge.call(
                self.project.fixes.last, self._on_clean_up, channel="clusters cleaned up"
            )

    def shown_text(self) -> str:
        """Say how much of the review is done."""
        was = ""
        if self._cleaned is not None:
            was = f" ({self._cleaned.reviewed_before:,} before the clean-up)"
        return f"{self.review.done_count():,} of {len(self.model.items):,} clusters reviewed{was}"

    def _on_clean_up(self, record: CleanUpRecord | None) -> None:
        self._cleaned = record
        self.moved.emit()

    def undo(self) -> bool:
        """Undo the newest decision, and go back to its cluster."""
        self.review.undo()
        return True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._request()

    def current(self) -> Cluster | None:
        """Return the cluster that is shown."""
        return self.review.current()

    def open(self, request: PageRequest) -> None:
        """Offer to keep by a rule."""
        if request.action is PageAction.KEEP_BY_RULE:
            self._rules()

    def close(self) -> bool:
        """Let go of threads, too."""
        self.strip.shut()
        self.thumbnails.shut()
        return super().close()

    def _request(self, *_: object) -> None:
        """Request what is in sight: the shown cluster first, then the queue."""
        cluster = self.current()
        members = [m.id for m in cluster.members[:MAX_SHOWN]] if cluster else []
        self.thumbnails.request(list(dict.fromkeys(members + self.list.visible_samples())))

    def _read(self) -> tuple[list[Cluster], float]:
        return self.project.duplicates.clusters(), self.project.duplicates.threshold

    def _show(self, answer: tuple[list[Cluster], float]) -> None:
        clusters, threshold = answer
        self._level.setText(f"confirmed from {threshold:.2f}  [ ]")
        if not self.review.show_items(clusters, self.list.first_row_of(clusters)):
            self._show_none()
        self.thumbnails.forget()
        self._request()

    def _show_none(self) -> None:
        self.compare.set_pair(None, None, "", "")
        self.strip.show_members((), 0, 0)
        self.review.tell(
            "No two images look alike at this similarity. Lower it with [ to see more."
            if self.project.scans.is_complete()
            else "Duplicates appear here once the scan is done."
        )

    def _on_current(self) -> None:
        cluster = self.current()
        if cluster is None:
            return
        ids = [m.id for m in cluster.members]
        is_same = self._pair_of == cluster.id and {self._left, self._right} <= {0, *ids}
        open_ids = [m.id for m in cluster.members if not (m.mark or m.reviewed or m.bound)]
        is_kept = any(m.id == self._left and m.mark == "keep" for m in cluster.members)
        rest = self._has_kept and is_same and is_kept and bool(open_ids)
        self._has_kept = self._has_kept and is_same and not is_kept
        if rest:
            # A chain: what is open is not directly alike to the image that was kept.
            self._left = open_ids[0]
        elif not is_same:
            self._left = cluster.suggested_keeper
        if not is_same or rest:
            self._right = next((i for i in (*open_ids, *ids) if i != self._left), 0)
        if rest:
            self._remark = REST.format(_images(len(open_ids)))
        elif not is_same:
            self._remark = ""
        self._pair_of = cluster.id
        self._show_pair(cluster)

    def _show_pair(self, cluster: Cluster) -> None:
        places = ", ".join(sorted({f"{m.split}/{m.label}".strip("/") for m in cluster.members}))
        advice = "K keeps the left one and excludes its copies"
        if set(cluster.kinds) == {PairKind.NEAR} and len(cluster.splits) < 2:
            advice = "A keeps a burst like this together"
        self.review.tell(
            f"{len(cluster.members)} images in {places}",
            self._remark or f"Similarity up to {cluster.similarity:.2f}. {advice}.",
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
        self._remark = ""
        self._show_pair(cluster)

    def _pick(self, number: int) -> None:
        cluster = self.current()
        if cluster is not None and number <= len(cluster.members):
            self._choose_keeper(cluster.members[number - 1].id)

    def _keep(self) -> None:
        keeper = self._left
        if keeper and self.current() is not None:
            self._has_kept = True
            self.review.decide(
                lambda: self.project.decisions.keep_best(keeper), self._on_kept, advance=True
            )

    def _on_kept(self, decided: Decided) -> None:
        """Say why nothing happened, where K had nothing to change."""
        if not decided.operation:
            self._has_kept = False
            self._remark = NOTHING
            self.review.note(NOTHING)

    def _together(self) -> None:
        cluster = self.current()
        if cluster is not None:
            ids = [m.id for m in cluster.members]
            self.review.decide(lambda: self.project.decisions.bind(ids), advance=True)

    def _not_alike(self) -> None:
        one, two = self._left, self._right
        if one and two:
            self.review.decide(lambda: self.project.decisions.not_alike(one, two), advance=False)

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
            self.review.decide(lambda: verb([sample]), advance=False)

    def _relabel(self) -> None:
        sample = self._left
        labels = list(self.project.samples.counts().classes)
        if not sample or not labels:
            return
        (row,) = self.project.samples.by_ids([sample])
        label = ask_class(
            self, "Wrong label", "The right class of the left image:", labels,
            row.new_label or row.label,
        )  # fmt: skip
        if label:
            decisions = self.project.decisions
            self.review.decide(lambda: decisions.relabel([sample], label), advance=False)

    def _drop_cluster(self) -> None:
        cluster = self.current()
        if cluster is None:
            return
        text = f"Exclude all {len(cluster.members)} images of this cluster? Nothing of it stays."
        answer = QMessageBox.question(self, "Exclude the whole cluster", text)
        if answer == QMessageBox.StandardButton.Yes:
            key = cluster.id
            self.review.decide(lambda: self.project.decisions.drop_cluster(key), advance=True)

    def _bulk(self) -> None:
        """Accept same bytes and same pixels at once, after a look at a random sample."""
        exact = [
            c for c in self.model.items
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
            self.review.decide(lambda: self.project.decisions.keep_best_of(keepers), advance=True)

    def _image_hashes(self) -> None:
        ImageHashDialog(self.project, self.bridge, self).show()

    def _rules(self) -> None:
        RuleDialog(self.project, self.bridge, self).open()

    def _lower(self) -> None:
        self._move_threshold(-THRESHOLD_STEP)

    def _raise(self) -> None:
        self._move_threshold(THRESHOLD_STEP)

    def _move_threshold(self, by: float) -> None:
        duplicates = self.project.duplicates
        self.bridge.call(
            lambda: duplicates.set_threshold(round(duplicates.threshold + by, 4)), writes=True
        )

    def _cycle(self) -> None:
        self.compare.cycle_mode()

    def _flip(self) -> None:
        self.compare.flip()

    def _resolved(self) -> list[Key]:
        try:
            return resolve(self._default_keys(), overrides(settings_file()))
        except UsageError as error:
            self.bridge.failed.emit(error)
            return self._default_keys()

    def _default_keys(self) -> list[Key]:
        table = [
            Key("keep_this", "K", "keep this, exclude what is directly alike, next", self._keep),
            Key("together", "A", "keep all of them together, next", self._together),
            Key("not_alike", "N", "these two are not alike", self._not_alike),
            Key("wrong_label", "L", "wrong label: choose the right class", self._relabel),
            Key("keep", "P", "mark the left one as kept", self._mark_keep),
            Key("drop", "X", "exclude the left one", self._mark_drop),
            Key("clear", "U", "clear the left one's decision", self._mark_clear),
            Key("compare", "C", "side by side, flip, difference, slider", self._cycle),
            Key("flip", "Space", "flip between the two", self._flip),
            Key("lower", "[", "lower the sure similarity", self._lower),
            Key("raise", "]", "raise the sure similarity", self._raise),
            Key("rule", "R", "keep by a rule", self._rules),
            Key("bulk", "B", "accept exact copies at once", self._bulk),
            Key("drop_cluster", "Shift+X", "exclude the whole cluster", self._drop_cluster),
            *self.review.keys(),
        ]
        for number in range(1, 10):
            does = f"image {number} on the left"
            table.append(Key(f"choose_{number}", str(number), does, _Picker(self, number)))
        return table

    def _lay_out(self) -> None:
        below = []
        for text, slot in (
            ("Rules… [R]", self._rules),
            ("Exact copies… [B]", self._bulk),
            ("Pairs by ImageHash…", self._image_hashes),
        ):
            button = QPushButton(text)
            button.clicked.connect(slot)
            below.append(button)
        self.review.lay_out(
            (self._level,),
            below,
            (self.compare, self.strip),
            (
                Verb("Keep this, exclude its copies [K]", self._keep, is_primary=True),
                Verb("Not alike [N]", self._not_alike),
                Verb("Keep together [A]", self._together),
                Verb("Wrong label [L]", self._relabel),
                Verb("Compare [C]", self._cycle),
                Verb("Next [Down]", lambda: self.review.step(1)),
            ),
        )
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.review)
        self.setFocusProxy(self.list)


class _Picker:
    """Choose the keeper by its number; held by the page's table of keys."""

    def __init__(self, page: DuplicatesPage, number: int) -> None:
        self._page = page
        self._number = number

    def __call__(self) -> None:
        self._page._pick(self._number)


def _images(count: int) -> str:
    return "1 image" if count == 1 else f"{count:,} images"


def _caption(sample: Sample | None) -> str:
    if sample is None:
        return ""
    mark = {"keep": " · kept", "drop": " · excluded"}.get(sample.mark, "")
    together = " · together" if sample.bound else ""
    size = f"{sample.width}x{sample.height}"
    file = f"{sample.size / 1000:,.0f} kB" if sample.size >= 1000 else f"{sample.size} bytes"
    return f"{sample.path} · {size} · {file}{mark}{together}"
