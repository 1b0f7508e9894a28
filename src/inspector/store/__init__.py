"""What we remember: the project file and the cache of pictures, both SQLite. The only SQL."""
