"""Pitfalls of two calls: overlapping splits, and labels that the loss does not accept."""
