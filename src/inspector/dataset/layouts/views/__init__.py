"""What a reading looks like: folders with roles, counts, class tables."""
