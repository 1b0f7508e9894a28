"""Paths, settings and the desktop entry; knows no project."""
