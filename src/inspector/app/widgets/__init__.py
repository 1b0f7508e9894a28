"""Widgets and styles that pages share."""
