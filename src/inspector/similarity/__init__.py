"""Near-duplicates: fingerprints, candidate pairs, verification on small images, clusters."""
