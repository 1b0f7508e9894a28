"""Images read again from their files, where their fingerprints can't tell."""
