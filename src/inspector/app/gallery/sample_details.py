"""What the details panel and the loupe tell of a sample, read off the GUI thread."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtGui import QImage

from inspector.app.threads.images import from_jpeg
from inspector.app.widgets.sample_image import read_image
from inspector.project.diagnosis.influences import AnsweringGroup
from inspector.project.project import Project
from inspector.project.review.gallery_query import flag_names
from inspector.store.samples import Sample

_MAX_NEIGHBOURS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Neighbour:
    """A near-duplicate with its thumbnail."""

    sample: Sample
    similarity: float
    image: QImage


@dataclass(frozen=True, slots=True, eq=False)
class Answering:
    """A training group that carries the image's answer, by its first image's thumbnail."""

    group: AnsweringGroup
    image: QImage


@dataclass(frozen=True, slots=True, eq=False)
class SampleDetails:
    """The details of one sample, read in one go.

    Attributes:
        count: Number of near-duplicates, shown or not.
        confidence: Class probabilities of the models; () if they do not contradict the label.
        answered_by: Training groups that carry its answer; () where that was not measured.
    """

    sample: Sample
    image: QImage | None
    neighbours: tuple[Neighbour, ...]
    count: int
    problem: str
    confidence: tuple[tuple[str, float], ...]
    answered_by: tuple[Answering, ...] = ()


def fetch(project: Project, sample: int) -> SampleDetails | None:
    """Read the details of a sample; None if it is gone. Never on the GUI thread."""
    rows = project.samples.by_ids([sample])
    if not rows:
        return None
    index = project.duplicates.index()
    near = index.neighbours(sample)
    values = {i: pair.similarity for i in near if (pair := index.pair(sample, i)) is not None}
    closest = sorted(near, key=lambda i: -values.get(i, 0.0))[:_MAX_NEIGHBOURS]
    samples = {s.id: s for s in project.samples.by_ids(closest)}
    neighbours = tuple(
        Neighbour(samples[i], values.get(i, 0.0), from_jpeg(project.samples.thumbnail(i)))
        for i in closest
        if i in samples
    )
    image, problem = read_image(project, rows[0])
    suspect = project.labels.suspected().get(sample)
    confidence = suspect.confidence if suspect is not None else ()
    return SampleDetails(
        rows[0], image, neighbours, len(near), problem, confidence, _answering(project, rows[0])
    )


def _answering(project: Project, sample: Sample) -> tuple[Answering, ...]:
    answer = project.influences.of(sample)
    return tuple(
        Answering(group, from_jpeg(project.samples.thumbnail(group.samples[0].id)))
        for group in (answer.answered_by if answer else ())
    )


def facts(sample: Sample, problem: str) -> Sequence[tuple[str, str]]:
    """Return the facts of a sample by name."""
    decided = {"keep": "kept", "drop": f"excluded: {sample.reason_decided}"}.get(sample.mark, "")
    label = f"{sample.new_label} (was {sample.label})" if sample.new_label else ""
    kind = ", ".join(part for part in (sample.format, sample.mode) if part)
    pixels = f"{sample.width:,} × {sample.height:,}" if sample.width else ""
    size = f"{sample.size / 1000:,.0f} kB" if sample.size >= 1000 else f"{sample.size} bytes"
    rows = [
        ("Problem", problem or sample.reason),
        ("Decision", decided),
        ("Together", "kept together with others" if sample.bound else ""),
        ("Class", label),
        ("Source", sample.source),
        ("Pixels", ", ".join(part for part in (pixels, kind) if part)),
        ("File", size),
        ("Taken", sample.captured),
        ("Camera", sample.camera),
        ("Brightness", f"{sample.brightness:.0f} of 255" if sample.width else ""),
        ("Contrast", f"{sample.contrast:.0f}" if sample.width else ""),
        ("Flags", ", ".join(n.replace("_", " ") for n in flag_names(sample.flags))),
    ]
    return [(name, value) for name, value in rows if value]
