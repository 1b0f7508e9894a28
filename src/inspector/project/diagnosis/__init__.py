"""Labels, diagnoses, findings, reports and clean-up."""
