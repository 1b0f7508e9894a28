"""A generated sample dataset of which everything that is wrong is known."""
