"""What is wrong: leaks, labels, shift, luck, and how sure each of them is."""
