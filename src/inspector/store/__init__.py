"""Persistence: the project file and the image cache, both SQLite. The only package with SQL."""
