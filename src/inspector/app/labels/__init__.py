"""The Labels page."""
