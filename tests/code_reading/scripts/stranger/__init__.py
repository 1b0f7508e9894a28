"""Scripts and notebooks by someone who never saw the reader."""
