"""How a dataset is read: the bar that says it, and the dialog that corrects it."""
