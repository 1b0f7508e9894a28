"""Lists the images that are most similar to one image."""

from collections.abc import Callable, Iterable

from inspector.app.widgets.page import Page
from inspector.project.diagnosis.image_map import SimilarImage
from inspector.work.jobs import Progress, Stop


def show_similar(page: Page, sample: int, show_only: Callable[[str, Iterable[int]], None]) -> None:
    """Find the images most similar to one, and list them after it.

    Missing embeddings are computed first, as a job of the page that can be stopped.

    Args:
        page: Its project, bridge and jobs are used.
        sample: The id of the image.
        show_only: Lists images under a title.
    """
    stop, progress = Stop(), Progress()
    job = page.jobs.start(progress, stop)

    def work() -> tuple[str, list[SimilarImage] | None]:
        rows = page.project.samples.by_ids([sample])
        if not rows:
            return "", None
        similar = page.project.image_map.similar(rows[0], stop=stop, progress=progress)
        return rows[0].path.rsplit("/", 1)[-1], similar

    def show(answer: tuple[str, list[SimilarImage] | None]) -> None:
        name, similar = answer
        if similar is not None:
            show_only(f"similar to {name}", [sample, *(one.sample.id for one in similar)])

    page.bridge.call(work, show, channel="similar", on_end=lambda: page.jobs.end(job))
