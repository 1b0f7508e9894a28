"""Map: all images as points, by what the embedding sees."""
