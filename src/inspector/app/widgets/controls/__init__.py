"""Controls that Qt lacks."""
