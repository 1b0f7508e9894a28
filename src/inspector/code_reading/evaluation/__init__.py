"""An abstract evaluator of Python: follows a program with known and unknown values."""
