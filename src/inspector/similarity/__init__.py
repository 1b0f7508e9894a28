"""What looks alike: fingerprints, candidate pairs, verification on small images, clusters."""
