"""Leakage between the open dataset and another one, or a fingerprint file."""
