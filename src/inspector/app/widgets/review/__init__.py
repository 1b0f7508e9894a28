"""What reviews by keyboard share."""
