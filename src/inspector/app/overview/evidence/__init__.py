"""Evidence: the page behind each figure of Overview."""
