"""Dataset Inspector: why a classifier's validation accuracy is misleading, and how to fix it."""

__version__ = "0.1.0"
