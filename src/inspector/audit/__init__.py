"""What is wrong: leaks, labels, shift, seed variability, and how sure each of them is."""
