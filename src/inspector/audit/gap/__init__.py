"""The components of the gap between two validation accuracies, with controls and a verdict."""
