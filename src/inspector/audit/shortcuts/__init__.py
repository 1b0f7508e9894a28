"""Shortcuts: properties that predict the class without the content of an image."""
