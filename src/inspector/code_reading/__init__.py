"""What pasted code does: the files that a loader reads, the augmentation, and the pitfalls.

An abstract evaluator follows the code; it is never executed.
"""
