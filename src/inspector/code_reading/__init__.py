"""What pasted code does: which files a loader reads, what is augmented, and the pitfalls in it.

The code is followed by an abstract evaluator and never executed.
"""
