"""Duplicates: a queue of clusters, two images compared, one key per decision."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout

from inspector.app.duplicates.cluster_list import ClusterList, ClusterModel
from inspector.app.duplicates.compare_keys import compare_keys
from inspector.app.duplicates.embedding_offer import EmbeddingOffer
from inspector.app.duplicates.hash_pairs import HashedPairs
from inspector.app.duplicates.hash_search import HashSearch
from inspector.app.duplicates.pair_choice import PairChoice
from inspector.app.duplicates.queue import (
    ClusterOrder,
    HashedPair,
    QueueAnswer,
    Scope,
    labels_of,
    queue_of,
)
from inspector.app.duplicates.queue_head import QueueHead
from inspector.app.duplicates.sentences import ClusterFacts, advice, facts_of, headline, verb_text
from inspector.app.duplicates.stage import VERIFIED, Stage
from inspector.app.duplicates.verbs import PairVerbs
from inspector.app.threads.bridge import Bridge
from inspector.app.threads.thumbnails import Thumbnails
from inspector.app.widgets.controls.key_button import KeyButton
from inspector.app.widgets.keys import bind, overrides, resolve
from inspector.app.widgets.member_strip import MAX_SHOWN, MemberStrip
from inspector.app.widgets.page import Key, Page, PageAction, PageName, PageRequest
from inspector.app.widgets.review.review import Review
from inspector.app.widgets.review.verb_bar import Verb
from inspector.desktop.settings import settings_file
from inspector.errors import UsageError
from inspector.project.changes import Changes
from inspector.project.project import Project
from inspector.project.review.duplicates import Cluster
from inspector.similarity.image_hashes import HashMethod
from inspector.store.records import CleanUpRecord

THRESHOLD_STEP = 0.01
_CHANNEL = "clusters"
_IN_MENU = (
    "swap", "wrong_label", "keep", "drop", "clear", "drop_cluster", "rule", "bulk", "lower",
    "raise",
)  # fmt: skip


class DuplicatesPage(Page):
    """Reviews clusters by keyboard."""

    name = PageName.DUPLICATES
    words = "duplicate near-duplicate copies similar clusters same image review pairs hash method"
    icon = "duplicates"
    purpose = "Review clusters of duplicates, across splits first"
    remembered = ("duplicate-clusters", "duplicate-scope", "duplicate-order")
    hint = (
        "K keeps the left image and excludes its copies; Down moves on. Nothing is"
        " deleted: exports leave excluded images out."
    )

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._cleaned: CleanUpRecord | None = None
        self._pair = PairChoice()
        self._hashes = HashSearch(project, bridge, self.jobs, channel=_CHANNEL)
        self._hashes.pairs_ready.connect(self._show_hashed)
        self.model = ClusterModel()
        self.thumbnails = Thumbnails(project.samples.thumbnail, self)
        self.thumbnails.broken.connect(bridge.broken)
        self.list = ClusterList(self.model, self.thumbnails.pixmap)
        self.list.verticalScrollBar().valueChanged.connect(self._request)
        self.list.installEventFilter(self)
        self.stage = Stage(project, bridge)
        self.compare = self.stage.compare
        self.strip = MemberStrip(self.thumbnails.pixmap)
        self.head = QueueHead()
        self.embedding_offer = EmbeddingOffer(project, bridge, self.jobs)
        self.thumbnails.ready.connect(self.list.viewport().update)
        self.thumbnails.ready.connect(self.strip.show_thumbnails)
        self.strip.left_chosen.connect(self._put_left)
        self.strip.right_chosen.connect(self._put_right)
        self.stage.method_chosen.connect(self._choose_method)
        self.head.changed.connect(self._ask)
        self.review = Review(
            self.title, self.model, self.list, bridge=bridge, undo=project.decisions.undo
        )
        self.review.current_changed.connect(self._on_current)
        self.review.moved.connect(self.moved)
        self.review.show_heading("Duplicates", "Duplicates appear here as they are found.")
        self.verbs = PairVerbs(project, bridge, self.review, pair=self._pair, page=self)
        self.verbs.nothing_changed.connect(self._show_remark)
        self._keys = self._resolved()
        self._shortcuts = bind(self, self._keys)
        self._lay_out()

    def key_table(self) -> Sequence[Key]:
        return self._keys

    def refresh(self, changes: Changes) -> None:
        """Query the clusters again after a scan, a decision or a changed threshold."""
        if changes.duplicates:
            self.embedding_offer.refresh()
        if changes.duplicates or changes.decisions:
            self._ask()
            self.bridge.call(
                self.project.fixes.last, self._on_clean_up, channel="clusters cleaned up"
            )

    def shown_text(self) -> str:
        """Return how many clusters are decided."""
        was = ""
        if self._cleaned is not None:
            was = f" ({self._cleaned.reviewed_before:,} before the clean-up)"
        done, total = self.review.done_count(), self.review.total_count()
        return f"{done:,} of {total:,} clusters decided{was}"

    def _on_clean_up(self, record: CleanUpRecord | None) -> None:
        self._cleaned = record
        self.moved.emit()

    def undo(self) -> bool:
        """Undo the newest decision, and return to its cluster."""
        self.review.undo()
        return True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._request()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show the other image while Space is held."""
        if (
            event.type() is QEvent.Type.KeyRelease
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Space
            and not event.isAutoRepeat()
        ):
            self.compare.peek(on=False)
        return super().eventFilter(watched, event)

    def current(self) -> Cluster | None:
        return self.review.current()

    def open(self, request: PageRequest) -> None:
        """Open the rule dialog, or show the cluster of an image."""
        if request.action is PageAction.KEEP_BY_RULE:
            self.verbs.rules()
        elif request.action is PageAction.SHOW_IMAGE:
            self._choose_method(VERIFIED)
            self.review.go_to_samples(frozenset(request.samples))
            self._ask()

    def close(self) -> bool:
        """End the decode threads as well."""
        self.strip.shut_down()
        self.thumbnails.shut_down()
        return super().close()

    def _request(self, *_: object) -> None:
        """Request visible thumbnails: the current cluster first, then the queue."""
        cluster = self.current()
        members = [m.id for m in cluster.members[:MAX_SHOWN]] if cluster else []
        self.thumbnails.request(list(dict.fromkeys(members + self.list.visible_samples())))

    def _ask(self) -> None:
        if (method := self._hashes.method) is not None:
            self.head.show_method("Computing the hashes of all images…")
            self._hashes.start(method)
            return
        scope, order = self.head.scope(), self.head.chosen_order()
        show = self.review.go_to or (frozenset() if self.current() else self.list.remembered)
        self.bridge.call(partial(self._read, scope, order, show), self._show, channel=_CHANNEL)

    def _read(self, scope: Scope | None, order: ClusterOrder, show: frozenset[int]) -> QueueAnswer:
        duplicates = self.project.duplicates
        queue = queue_of(duplicates.clusters(), scope, order, show)
        nearest = None
        if not queue.counts[Scope.ALL] and (edges := duplicates.index().edges):
            nearest = (edges[0][0], edges[0][1], edges[0][3])
        false_pairs = self.project.false_pairs.text() if queue.counts[Scope.ALL] else ""
        return QueueAnswer(queue, duplicates.threshold, nearest, false_pairs)

    def _show(self, answer: QueueAnswer) -> None:
        if self._hashes.method is not None:
            return
        queue = answer.queue
        self.head.show_queue(queue, answer.threshold, answer.false_pairs)
        if not self.review.show_items(queue.clusters, self.list.first_row_of(queue.clusters)):
            self._show_none(answer)
        self.work_left.emit(queue.left)
        self.thumbnails.forget()
        self._request()

    def _show_none(self, answer: QueueAnswer) -> None:
        self._pair.forget()
        self.strip.shut_down()
        self.stage.clear()
        if answer.queue.counts[Scope.ALL]:
            self.review.show_empty("No such cluster.", "Choose another filter above the queue.")
        elif not self.project.scans.is_complete():
            self.review.show_empty("Looking for duplicates…", "They appear here as they are found.")
        elif answer.nearest is None:
            title = f"No near-duplicates at {answer.threshold:.2f} or more."
            self.review.show_empty(title, "No two images are similar.")
        else:
            left, right, similarity = answer.nearest
            self.review.show_heading(
                f"No near-duplicates at {answer.threshold:.2f} or more.",
                f"The most similar pair has {similarity:.2f}. [ lowers the threshold.",
            )
            self.stage.show_pair(left, right)

    def _on_current(self) -> None:
        cluster = self.current()
        if cluster is not None:
            self._pair.show(cluster)
            self._show_pair(cluster)

    def _show_pair(self, cluster: Cluster) -> None:
        left, right = self._pair.left, self._pair.right
        self.review.show_heading(headline(cluster), self._pair.remark or " ")
        self._request()
        self.stage.show_pair(left, right)
        self.bridge.call(
            lambda: (
                cluster,
                left,
                facts_of(cluster, self.project.duplicates.index(), left, right),
            ),
            self._show_facts,
            channel="cluster facts",
        )

    def _show_facts(self, answer: tuple[Cluster, int, ClusterFacts]) -> None:
        cluster, left, facts = answer
        shown = self.current()
        if shown is None or (shown.id, self._pair.left) != (cluster.id, left):
            return
        keeper = next(m for m in cluster.members if m.id == left)
        hashed = cluster.distance if isinstance(cluster, HashedPair) else None
        self.review.note(self._pair.remark or advice(cluster, keeper, facts))
        self.stage.show_facts(facts, hashed)
        self.strip.show_members(
            cluster.members, (left, self._pair.right), facts.similarity, facts.remark
        )
        self._show_verbs(cluster, facts)

    def _show_verbs(self, cluster: Cluster, facts: ClusterFacts) -> None:
        labels = labels_of(cluster)[:2]
        conflict = len(labels) == 2
        start = "Both" if len(cluster.members) == 2 else "All"
        for button, label in zip(self._label_buttons, labels, strict=False):
            button.show_verb(f"{start} are {label}")
        for button in self._label_buttons:
            button.setVisible(conflict)
        text = verb_text(facts) if not isinstance(cluster, HashedPair) else "Exclude copy"
        self._keep_button.show_verb(text)
        # With two labels, no button is primary: the program has no evidence for either.
        self._keep_button.set_primary(not conflict)
        self._together_button.setVisible(not conflict)

    def _show_remark(self, text: str) -> None:
        self._pair.remark = text
        self.review.note(text)

    def _put_left(self, sample: int) -> None:
        left, right = self._pair.left, self._pair.right
        self._compare(sample, left if sample == right else right)

    def _put_right(self, sample: int) -> None:
        left, right = self._pair.left, self._pair.right
        self._compare(right if sample == left else left, sample)

    def _swap(self) -> None:
        self._compare(self._pair.right, self._pair.left)

    def _compare(self, left: int, right: int) -> None:
        cluster = self.current()
        if cluster is not None and left and right:
            self._pair.put(left, right)
            self._show_pair(cluster)

    def _walk(self, by: int) -> None:
        """Put the next image of the cluster on the right."""
        cluster = self.current()
        if cluster is not None and (sample := self._pair.next_right(cluster, by)) is not None:
            self._put_right(sample)

    def _digit(self, number: int) -> None:
        """Choose one of two classes, or the image on the left."""
        cluster = self.current()
        if cluster is None:
            return
        labels = labels_of(cluster)
        if len(labels) > 1:
            if number <= len(labels):
                self.verbs.label_both(labels[number - 1])
        elif number <= len(cluster.members):
            self._put_left(cluster.members[number - 1].id)

    def _accept_many(self) -> None:
        """Open the clean-up of copies across splits; without splits, open the rules."""
        scope = self.head.scope()
        if scope in (None, Scope.ACROSS) and len(self.project.samples.counts().splits) > 1:
            self.requested.emit(PageRequest(PageName.OVERVIEW, PageAction.CLEAN_UP))
        else:
            self.verbs.rules()

    def _choose_method(self, value: str) -> None:
        method = None if value == VERIFIED else HashMethod(value)
        if method is self._hashes.method:
            return
        self._hashes.choose(method)
        self.stage.show_method(value)
        self._ask()

    def _show_hashed(self, pairs: HashedPairs) -> None:
        self.head.show_method(pairs.text)
        if not self.review.show_items(pairs.pairs):
            self.strip.shut_down()
            self.stage.clear()
            self.review.show_empty("No pairs at this distance.", "] allows a larger distance.")
        self._request()

    def _move_threshold(self, by: int) -> None:
        """Change the confirmed similarity, or the distance of a hash, by one step."""
        if self._hashes.method is not None:
            self._hashes.move_distance(by)
            self._ask()
            return
        duplicates = self.project.duplicates
        step = by * THRESHOLD_STEP
        self.bridge.call(
            lambda: duplicates.set_threshold(round(duplicates.threshold + step, 4)), writes=True
        )

    def _show_more(self) -> None:
        """Show the actions without a button."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for key in self._keys:
            if key.name in _IN_MENU:
                text = key.does[:1].upper() + key.does[1:]
                menu.addAction(f"{text}\t{key.keys}").triggered.connect(key.run)
        menu.popup(self._more.mapToGlobal(QPoint(0, self._more.height())))

    def _resolved(self) -> list[Key]:
        try:
            return resolve(self._default_keys(), overrides(settings_file()))
        except UsageError as error:
            self.bridge.failed.emit(error)
            return self._default_keys()

    def _default_keys(self) -> list[Key]:
        verbs = self.verbs
        digits = [
            Key(
                f"choose_{number}",
                str(number),
                f"image {number} on the left, or class {number} for both",
                partial(self._digit, number),
            )
            for number in range(1, 10)
        ]
        return [
            *verbs.pair_keys(partial(self._at_menu, verbs.relabel)),
            *compare_keys(self.compare),
            Key("right", "Right", "next image of the cluster on the right", lambda: self._walk(1)),
            Key("left", "Left", "previous image on the right", lambda: self._walk(-1)),
            Key("swap", "T", "swap left and right", self._swap),
            Key("lower", "[", "lower the confirmed similarity", lambda: self._move_threshold(-1)),
            Key("raise", "]", "raise the confirmed similarity", lambda: self._move_threshold(1)),
            *verbs.cluster_keys(),
            Key("more", ".", "more actions", self._show_more),
            *self.review.keys(),
            *digits,
        ]

    def _at_menu(self, run: Callable[[QPoint], None]) -> None:
        run(self._more.mapToGlobal(QPoint(0, 0)))

    def _lay_out(self) -> None:
        many = KeyButton("Accept many…", icon="clean")
        many.setToolTip("Exclude the copies of many clusters at once, after a preview")
        many.clicked.connect(self._accept_many)
        first, second, self._keep_button, _, self._together_button, self._more = (
            self.review.lay_out(
                (self.head, self.embedding_offer),
                (self.stage, self.strip),
                (
                    Verb("", partial(self._digit, 1), "1"),
                    Verb("", partial(self._digit, 2), "2"),
                    Verb("Exclude copy", self.verbs.keep, "K", "exclude", is_primary=True),
                    Verb("Not duplicates", self.verbs.not_alike, "N"),
                    Verb("Keep together", self.verbs.together, "G", "groups"),
                    Verb("", self._show_more, icon="more"),
                ),
                (many,),
            )
        )
        self._more.setToolTip("More actions (.)")
        self._more.setAccessibleName("More actions")
        self._label_buttons = (first, second)
        for button in self._label_buttons:
            button.hide()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.review)
        self.setFocusProxy(self.list)
