"""Reports for people and for paper."""
