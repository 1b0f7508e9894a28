"""Comparisons and diagnoses by real trainings."""
