"""Split rules, leakage and seed variability."""
