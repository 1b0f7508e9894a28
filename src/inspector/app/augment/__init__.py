"""The Augment page."""
