"""The product without a window: a `Project` with one small object a noun, a method a verb."""
