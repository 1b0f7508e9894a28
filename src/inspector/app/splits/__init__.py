"""The Splits page."""
