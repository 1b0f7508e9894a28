"""Documents and program screens, told apart by their print."""
