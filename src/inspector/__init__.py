"""Dataset Inspector: why a classifier's validation accuracy lies, and how to put it right."""

__version__ = "0.1.0"
