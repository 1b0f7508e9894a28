"""Controls that Qt lacks, as drawn."""
