"""Everything that crosses threads."""
