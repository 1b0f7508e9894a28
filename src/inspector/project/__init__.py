"""The product without a window: a `Project` with one object per noun and one method per verb."""
