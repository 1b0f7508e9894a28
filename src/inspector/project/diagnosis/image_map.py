"""The map of all images, and the images most similar to one, both by embedding."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.audit.image_map import Neighbourhood
from inspector.dataset.csv_table import write_rows
from inspector.dataset.user_files import check_outside, user_file
from inspector.errors import DatasetError, ExportError, ProcessError
from inspector.project.catalog.embeddings import Embeddings
from inspector.project.context import ProjectContext
from inspector.project.diagnosis.labels import current_label
from inspector.scratch import make_scratch
from inspector.store.sample_table import SampleTable
from inspector.store.samples import Sample
from inspector.work.jobs import Progress, Stop
from inspector.work.map_process import MapPositions, MapRequest, lay_out_in_child

SIMILAR = 24
HEADS = (
    "path", "x", "y", "split", "label", "own_class_share", "among_class", "typicality", "method",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MapData:
    """Every image with an embedding as a point.

    Attributes:
        samples: Ordered by path.
        positions: (n, 2), mean 0 and standard deviation 1.
        method: "PCA" or "t-SNE".
        labels: (n,) indices into `classes`.
        splits: (n,) indices into `split_names`.
        near: Classes of each image's neighbours; None until computed.
    """

    samples: SampleTable
    positions: NDArray[np.float32]
    method: str
    labels: NDArray[np.int64]
    splits: NDArray[np.int64]
    classes: tuple[str, ...]
    split_names: tuple[str, ...]
    near: Neighbourhood | None = None

    def outliers(self, label: str, count: int = SIMILAR) -> list[Sample]:
        """Return the images least similar to others of their class, most extreme first."""
        if self.near is None or label not in self.classes:
            return []
        rows = np.flatnonzero(self.labels == self.classes.index(label))
        order = np.argsort(np.nan_to_num(self.near.typicality[rows], nan=-2), kind="stable")
        return [self.samples[i] for i in rows[order][:count].tolist()]

    def among_others(self) -> list[Sample]:
        """Return the images whose neighbours have another class, ordered by path."""
        if self.near is None:
            return []
        return [self.samples[i] for i in np.flatnonzero(self.near.other_class >= 0).tolist()]


@dataclass(frozen=True, slots=True)
class SimilarImage:
    """An image and the cosine of its embedding to that of the query image, -1..1."""

    sample: Sample
    similarity: float


class ImageMap:
    """Lays out the map and finds similar images."""

    def __init__(self, context: ProjectContext, embeddings: Embeddings) -> None:
        self._context = context
        self._embeddings = embeddings
        self._last: MapData | None = None

    def last(self) -> MapData | None:
        """Return the map laid out since opening, with current labels; None without one.

        Also None if images were added or removed.
        """
        last = self._last
        if last is None:
            return None
        images = self._embeddings.images()
        rows = images.rows_of(last.samples.ids)
        return None if (rows < 0).any() else _with_today(last, images.of_rows(rows))

    def lay_out(
        self,
        take: Callable[[MapData], None] | None = None,
        *,
        tsne: bool = True,
        stop: Stop | None = None,
        progress: Progress | None = None,
    ) -> MapData | None:
        """Compute missing embeddings and lay out the map; None when stopped.

        Args:
            take: Called with each state of the map as it comes: components, then neighbours, then
                t-SNE if installed.
            tsne: False for components only.

        Raises:
            CacheError: The cache can't be written.
            DatasetError: There is no image.
            ProcessError: The child can't be started, or exits without an answer.
        """
        stop, progress = stop or Stop(), progress or Progress()
        if not self._embeddings.complete(stop=stop, progress=progress):
            return None
        folder = make_scratch()
        if folder is None:
            raise ProcessError("there is no room for temporary files", "Make room on the disk.")
        try:
            file = folder / "vectors.npy"
            data = _begun(self._embedded(file))

            def on_part(part: MapPositions | Neighbourhood) -> None:
                nonlocal data
                match part:
                    case MapPositions():
                        data = replace(data, positions=part.positions, method=part.method)
                    case Neighbourhood():
                        data = replace(data, near=part)
                self._last = data
                if take is not None:
                    take(data)

            done = lay_out_in_child(
                MapRequest(str(file), data.labels, data.splits, tsne), on_part,
                stop=stop, progress=progress, low_priority=self._context.low_priority,
            )  # fmt: skip
            return data if done else None
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _embedded(self, file: Path) -> SampleTable:
        """Write the embeddings to a file; return the images that have one, in its order.

        Raises:
            DatasetError: There is none.
        """
        images = self._embeddings.images()
        there = self._embeddings.write(images, file)
        if not there.all():
            images = images.where(there)
            self._embeddings.write(images, file)
        if not images:
            raise DatasetError("there is no image to lay out", "Scan the dataset first.")
        return images

    def write(
        self,
        file: Path,
        *,
        tsne: bool = True,
        stop: Stop | None = None,
        progress: Progress | None = None,
    ) -> MapData | None:
        """Lay out the map and write it as CSV; None when stopped.

        Raises:
            ExportError: The file lies inside the dataset, exists already, or can't be written.
            CacheError, DatasetError, ProcessError: As of `lay_out`.
        """
        check_outside(file, self._context.root, what="map")
        if file.exists():
            raise ExportError(f"{file} exists already", "Name a file that does not exist yet.")
        data = self.lay_out(tsne=tsne, stop=stop, progress=progress)
        if data is None or data.near is None:
            return None
        near = data.near
        rows: list[tuple[object, ...]] = [HEADS]
        for i, s in enumerate(data.samples):
            other = int(near.other_class[i])
            x, y = data.positions[i].tolist()
            rows.append((
                s.path, round(x, 5), round(y, 5), s.split, current_label(s),
                round(float(near.own_class[i]), 2), data.classes[other] if other >= 0 else "",
                "" if np.isnan(near.typicality[i]) else round(float(near.typicality[i]), 4),
                data.method,
            ))  # fmt: skip
        with user_file(file, self._context.root, what="map") as stream:
            write_rows(stream, rows)
        return data

    def similar(
        self,
        sample: Sample,
        count: int = SIMILAR,
        *,
        stop: Stop | None = None,
        progress: Progress | None = None,
    ) -> list[SimilarImage] | None:
        """Return the images most similar to one, most similar first; None when stopped.

        Computes missing embeddings first.

        Raises:
            CacheError: The cache can't be written.
            DatasetError: The image has no embedding.
        """
        if not self._embeddings.complete(stop=stop, progress=progress):
            return None
        own = [vectors for _, vectors in self._embeddings.of([sample])]
        if not own or not len(own[0]):
            reason = self._embeddings.failures().get(sample.sha256, "it is no image")
            raise DatasetError(f"{sample.path} has no embedding: {reason}", "Scan again.")
        query = own[0][0].astype(np.float32)
        images = self._embeddings.images()
        cosine = np.full(len(images), -np.inf, np.float32)
        for rows, vectors in self._embeddings.of(images):
            cosine[rows] = vectors.astype(np.float32) @ query
        order = np.argsort(-cosine, kind="stable")
        return [
            SimilarImage(images[i], round(float(cosine[i]), 4))
            for i in order[: count + 1].tolist()
            if np.isfinite(cosine[i]) and images[i].id != sample.id
        ][:count]


def _begun(images: SampleTable) -> MapData:
    empty = np.zeros(0, np.int64)
    positions = np.zeros((len(images), 2), np.float32)
    return _with_today(MapData(images, positions, "", empty, empty, (), ()), images)


def _with_today(data: MapData, samples: SampleTable) -> MapData:
    """Return the map with the current labels and splits of its samples."""
    labels, splits = samples.labels().sorted(), samples.text("split").sorted()
    return replace(
        data, samples=samples, classes=tuple(labels.values), split_names=tuple(splits.values),
        labels=labels.codes.astype(np.int64), splits=splits.codes.astype(np.int64),
    )  # fmt: skip
