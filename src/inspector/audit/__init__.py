"""Findings about a dataset: leakage, label errors, shift, seed variability, and their certainty."""
