"""PyTorch: its datasets and splits, and loops that train."""
