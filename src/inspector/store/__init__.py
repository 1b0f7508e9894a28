"""What we remember: the project file and the cache of images, both SQLite. The only SQL."""
