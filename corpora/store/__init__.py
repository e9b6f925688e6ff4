"""A corpus on disk: its SQLite file, readings, vectors and the scholar's notes."""
