"""Editions of a table beside each other: where they differ, what kind of error it is, who may have copied whom."""
