"""The Help menu and what it opens; all of it works offline."""
