"""Gives the import statement back to Python, after PySide6 has put its own in place.

PySide6's looks for `from __feature__ import …`, and reads the source of every imported module for
that: 8 ms before the first paint, and more with all that follows. It also enters Qt's bindings from
whichever thread imports, even while the window paints. Nothing here uses those features, or a star
import from PySide6, which needs them.
"""

import builtins

import PySide6.QtCore  # noqa: F401

builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
