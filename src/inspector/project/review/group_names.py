"""Display names of groups: the first path in each."""

from collections import defaultdict
from collections.abc import Sequence

from inspector.project.review.groups import Groups
from inspector.store.samples import Sample


def group_names(groups: Groups, rows: Sequence[Sample]) -> dict[str, str]:
    """Return the group name by path, for images in a group with others.

    Args:
        groups: The groups that are enabled.
        rows: Readable images.
    """
    members: defaultdict[int, list[str]] = defaultdict(list)
    numbers = groups.numbers(rows, with_duplicates=False).tolist()
    for sample, number in zip(rows, numbers, strict=True):
        members[number].append(sample.path)
    return {p: paths[0] for paths in members.values() if len(paths) > 1 for p in paths}
