"""A generated sample dataset with known flaws."""
