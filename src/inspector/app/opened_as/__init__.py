"""Opened as: how a dataset is read, in a bar, and the dialog that corrects it."""
