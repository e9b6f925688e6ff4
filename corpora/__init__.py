"""Many pages: what leaves and enters a collection."""
