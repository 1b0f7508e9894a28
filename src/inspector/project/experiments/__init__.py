"""Comparisons and diagnoses by real training."""
