"""A corpus as a whole: clusters, outliers, maps, diversity."""
