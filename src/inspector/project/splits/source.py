"""What a split rule is applied to."""

from dataclasses import dataclass

from inspector.project.catalog.samples import Samples
from inspector.project.context import ProjectContext
from inspector.project.review.duplicates import Duplicates
from inspector.project.review.groups import Groups


@dataclass(frozen=True, slots=True)
class SplitSource:
    """The images of a project, with their duplicates and groups."""

    context: ProjectContext
    samples: Samples
    groups: Groups
    duplicates: Duplicates
