"""Pitfalls that need two calls: sides that overlap, and labels that the loss does not take."""
