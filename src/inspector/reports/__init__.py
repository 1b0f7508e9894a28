"""Reports as HTML, and as test results for CI services."""
