"""The decisions on the compared pair and on its cluster."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from inspector.app.duplicates.exact_copies_dialog import ExactCopiesDialog
from inspector.app.duplicates.pair_choice import PairChoice
from inspector.app.duplicates.queue import HashedPair
from inspector.app.duplicates.rule_dialog import RuleDialog
from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.controls.class_chooser import ClassChooser
from inspector.app.widgets.page import Key
from inspector.app.widgets.review.review import Review
from inspector.project.project import Project
from inspector.project.review.decisions import Decided
from inspector.project.review.duplicates import Cluster, PairKind

NOTHING = (
    "Nothing changed: the left image is already kept, and has no undecided near-duplicates."
    " Put another one on the left with 1 to 9, or keep the rest together with G."
)


class PairVerbs(QObject):
    """Decides on the left image, the pair or the cluster.

    Args:
        pair: The left and the right image.
        page: Parent of the dialogs.

    Attributes:
        nothing_changed: The reason why K changed nothing.
    """

    nothing_changed = Signal(str)

    def __init__(
        self,
        project: Project,
        bridge: Bridge,
        review: Review[Cluster],
        *,
        pair: PairChoice,
        page: QWidget,
    ) -> None:
        super().__init__(page)
        self._project, self._bridge, self._review = project, bridge, review
        self._pair, self._page = pair, page

    def pair_keys(self, relabel: Callable[[], None]) -> list[Key]:
        """Return the keys that decide on the pair or on its left image.

        Args:
            relabel: Opens the choice of a class at a place of the page's choosing.
        """
        decisions = self._project.decisions
        return [
            Key("keep_this", "K", "keep this, exclude its near-duplicates, next", self.keep),
            Key("together", "G", "keep all of them together, next", self.together),
            Key("not_alike", "N", "these two are not duplicates", self.not_alike),
            Key("wrong_label", "L", "wrong label: choose the right class", relabel),
            Key("keep", "P", "mark the left one as kept", partial(self.mark, decisions.keep)),
            Key("drop", "X", "exclude the left one", partial(self.mark, decisions.drop)),
            Key("clear", "U", "clear the left one's decision", partial(self.mark, decisions.clear)),
        ]

    def cluster_keys(self) -> list[Key]:
        """Return the keys that decide on one cluster or on many."""
        return [
            Key("rule", "R", "keep by a rule…", self.rules),
            Key("bulk", "B", "accept exact copies at once…", self.bulk),
            Key("drop_cluster", "Shift+X", "exclude the whole cluster…", self.drop_cluster),
        ]

    def label_both(self, label: str) -> None:
        """Give every image of the cluster that is not excluded the same class."""
        cluster = self._review.current()
        if cluster is not None:
            ids = [m.id for m in cluster.members if m.mark != "drop"]
            decisions = self._project.decisions
            self._review.decide(lambda: decisions.relabel(ids, label), advance=False)

    def keep(self) -> None:
        """Keep the left image and exclude its direct near-duplicates."""
        keeper, copy = self._pair.left, self._pair.right
        cluster = self._review.current()
        if not keeper or cluster is None:
            return
        decisions = self._project.decisions
        if isinstance(cluster, HashedPair):
            reason = f"{cluster.method} at {cluster.distance} bits from {_path(cluster, keeper)}"
            self._review.decide(lambda: decisions.keep_pair(keeper, copy, reason))
            return
        self._pair.has_kept = True
        self._review.decide(lambda: decisions.keep_best(keeper), self._on_kept, advance=True)

    def _on_kept(self, decided: Decided) -> None:
        """Explain why K changed nothing."""
        if not decided.operation:
            self._pair.has_kept = False
            self.nothing_changed.emit(NOTHING)

    def together(self) -> None:
        """Keep the cluster together."""
        cluster = self._review.current()
        if cluster is not None:
            ids = [m.id for m in cluster.members]
            self._review.decide(lambda: self._project.decisions.bind(ids), advance=True)

    def not_alike(self) -> None:
        """Mark the pair as not duplicates."""
        one, two = self._pair.left, self._pair.right
        if one and two:
            self._review.decide(lambda: self._project.decisions.not_alike(one, two), advance=False)

    def mark(self, verb: Callable[[list[int]], Decided]) -> None:
        """Decide on the left image alone."""
        sample = self._pair.left
        if sample:
            self._review.decide(lambda: verb([sample]), advance=False)

    def relabel(self, point: QPoint) -> None:
        """Offer classes for the left image at a point of the screen, those of the cluster first."""
        cluster, sample = self._review.current(), self._pair.left
        if cluster is None or not sample:
            return
        label_of = {m.id: m.new_label or m.label for m in cluster.members}
        others = dict.fromkeys(label_of[m.id] for m in cluster.members if m.id != sample)
        chooser = ClassChooser(
            self._page, "The class of the left image", present=label_of[sample], first=others
        )
        decisions = self._project.decisions
        chooser.chosen.connect(
            lambda label: self._review.decide(
                lambda: decisions.relabel([sample], label), advance=False
            )
        )
        chooser.open_at(point, self._project, self._bridge)

    def drop_cluster(self) -> None:
        """Exclude every image of the cluster, after a question."""
        cluster = self._review.current()
        if cluster is None:
            return
        text = f"Exclude all {len(cluster.members)} images of this cluster? None of them is kept."
        answer = QMessageBox.question(self._page, "Exclude the whole cluster", text)
        if answer == QMessageBox.StandardButton.Yes:
            key = cluster.id
            self._review.decide(lambda: self._project.decisions.drop_cluster(key), advance=True)

    def bulk(self) -> None:
        """Open the dialog that accepts many exact copies at once."""
        self._bridge.call(
            self._project.duplicates.clusters, self._show_bulk, channel="exact copies"
        )

    def _show_bulk(self, clusters: Sequence[Cluster]) -> None:
        same = {PairKind.BYTES, PairKind.PIXELS}
        exact = [c for c in clusters if not c.reviewed and set(c.kinds) <= same]
        if not exact:
            self._review.note("No undecided cluster consists only of identical files or pixels.")
            return
        dialog = ExactCopiesDialog(exact, self._project, self._bridge, self._page.window())
        decisions = self._project.decisions
        dialog.accepted_keepers.connect(
            lambda keepers: self._review.decide(lambda: decisions.keep_best_of(keepers))
        )
        dialog.open()

    def rules(self) -> None:
        """Open the dialog that keeps by a rule."""
        RuleDialog(self._project, self._bridge, self._page).open()


def _path(cluster: Cluster, sample: int) -> str:
    return next(m.path for m in cluster.members if m.id == sample)
