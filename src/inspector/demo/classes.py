"""The demo's six classes: who draws them, and their settings."""

from collections.abc import Callable

from inspector.demo.animals import bird, fish
from inspector.demo.buildings import boat, house
from inspector.demo.canvas import Canvas, Pose
from inspector.demo.plants import leaf, mushroom

# Drawing function and settings per class, the most frequent setting first.
THINGS: dict[str, tuple[Callable[[Canvas, Pose], None], tuple[str, ...]]] = {
    "bird": (bird, ("forest", "air", "meadow", "snow")),
    "boat": (boat, ("sea", "sea", "sea")),
    "fish": (fish, ("water", "table", "stones")),
    "house": (house, ("meadow", "snow", "forest")),
    "leaf": (leaf, ("table", "stones", "snow", "forest")),
    "mushroom": (mushroom, ("forest", "meadow", "forest")),
}
