"""Duplicates, decisions, groups and the gallery query."""
