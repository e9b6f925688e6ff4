"""A similarity split into pairs of regions: digits of tables, or patches of any image."""
