"""The keys that choose how two images are compared."""

from functools import partial

from inspector.app.widgets.page import Key
from inspector.app.widgets.pairs.compare_view import CompareMode, CompareView


def compare_keys(view: CompareView) -> list[Key]:
    """Return the keys of a comparison; the page binds them."""
    mode = view.set_mode
    return [
        Key("sides", "S", "side by side", partial(mode, CompareMode.SIDES)),
        Key("flip", "F", "flip between the two", view.flip),
        Key("difference", "D", "where they differ", partial(mode, CompareMode.DIFFERENCE)),
        Key("align", "Shift+D", "difference with or without alignment", view.toggle_align),
        Key("slider", "W", "slider between the two", partial(mode, CompareMode.SLIDER)),
        Key("compare", "C", "the next way to compare", view.cycle_mode),
        Key("peek", "Space", "the other image while held", partial(view.peek, on=True)),
        Key("zoom", "Z", "whole image, or full resolution", view.toggle_zoom),
    ]
