"""A scan becomes a page, its digits, numbers, cells and tables."""
