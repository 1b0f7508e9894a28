"""Whose training images carry an answer: exact leave-group-out influence of a ridge head."""
