"""Notes about files that a layout takes or leaves out."""

import re

from inspector.dataset.layouts.model import Layout, Role
from inspector.dataset.layouts.tree import Tree
from inspector.dataset.layouts.words import stem

# Source: BUSI, "benign (1)_mask.png" and "benign (1)_mask_1.png" beside "benign (1).png".
_MASK = re.compile(r"[ _-](?:mask|seg|segmentation|label)s?(?:[ _-]?\d+)?$", re.IGNORECASE)


def masks_note(tree: Tree, layout: Layout) -> str:
    """Return a note on masks that count as images of a class; "" for none."""
    masks = [] if layout.role is Role.MANIFEST else _masks(tree, layout)
    if not masks:
        return ""
    return (
        f"{len(masks):,} images are named like the mask of another one ({masks[0]}) and count as"
        " images of their class, as they do in Keras: leave them out before you train."
    )


def videos_note(tree: Tree) -> str:
    """Return a note on unread videos and how to extract frames; "" for none."""
    videos = tree.videos()
    if not videos:
        return ""
    some = f"{len(videos):,} video file{'s' * (len(videos) != 1)}"
    return (
        f"{some} ({videos[0]}) are not read: extract frames into one folder per video, for"
        " example `ffmpeg -i clip.mp4 -vf fps=1 clip/%05d.png`, and keep each video's frames"
        " together as a group."
    )


def _masks(tree: Tree, layout: Layout) -> list[str]:
    """Return the images of classes that are named "x_mask" beside an image x."""
    masks: list[str] = []
    for folder in tree.folders.values():
        named = [(name, m) for name in folder.images if (m := _MASK.search(stem(name)))]
        stems = {stem(name) for name in folder.images} if named else set()
        paths = [folder.join(name) for name, m in named if stem(name)[: m.start()] in stems]
        masks += [path for path in paths if layout.place(path).label]
    return masks
