"""Which two images of a cluster are compared."""

from inspector.project.review.duplicates import Cluster

_REST = "{} of the image you kept. K keeps the left one of them, G keeps all of them together."


class PairChoice:
    """The left and the right image of the current cluster.

    Attributes:
        left: Sample id of the left image; 0 for none.
        right: Sample id of the right image; 0 for none.
        remark: Replaces the advice on the pair; "" for none.
        has_kept: True once K was pressed on the current cluster.
    """

    def __init__(self) -> None:
        self.left = self.right = 0
        self.remark = ""
        self.has_kept = False
        self._cluster: int | None = None

    def forget(self) -> None:
        """Start with the suggested pair, whichever cluster comes next."""
        self._cluster = None

    def show(self, cluster: Cluster) -> None:
        """Choose the pair of a cluster.

        The pair stays while the cluster stays. After a keep that leaves images open, the first
        open image takes the left.
        """
        ids = [m.id for m in cluster.members]
        is_same = self._cluster == cluster.id and {self.left, self.right} <= {0, *ids}
        open_ids = [m.id for m in cluster.members if not (m.mark or m.reviewed or m.bound)]
        is_kept = any(m.id == self.left and m.mark == "keep" for m in cluster.members)
        # A chain: the open images are not near-duplicates of the image that was kept.
        is_chain = self.has_kept and is_same and is_kept and bool(open_ids)
        self.has_kept = self.has_kept and is_same and not is_kept
        if is_chain:
            self.left = open_ids[0]
        elif not is_same:
            self.left = cluster.suggested_keeper
        if not is_same or is_chain:
            first = [i for i in (cluster.suggested_copy,) if i in open_ids and not is_chain]
            self.right = next((i for i in (*first, *open_ids, *ids) if i != self.left), 0)
        if is_chain:
            self.remark = _REST.format(_unlike(len(open_ids)))
        elif not is_same:
            self.remark = ""
        self._cluster = cluster.id

    def put(self, left: int, right: int) -> None:
        """Compare two other images of the cluster."""
        self.left, self.right = left, right
        self.remark = ""

    def next_right(self, cluster: Cluster, step: int) -> int | None:
        """Return the image `step` after the right one, around the cluster; None for none."""
        others = [m.id for m in cluster.members if m.id != self.left]
        if self.right not in others:
            return None
        return others[(others.index(self.right) + step) % len(others)]


def _unlike(count: int) -> str:
    if count == 1:
        return "1 image of this cluster is not a near-duplicate"
    return f"{count:,} images of this cluster are not near-duplicates"
