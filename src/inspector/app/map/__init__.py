"""The Map page: all images as points, placed by their embedding."""
