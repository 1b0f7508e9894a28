"""Follow a program on the files of a dataset, with every list known."""
