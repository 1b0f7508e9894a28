"""Pairs of images: side by side, in a grid, in a dialog."""
