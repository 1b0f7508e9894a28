"""The only crossing to other threads."""
