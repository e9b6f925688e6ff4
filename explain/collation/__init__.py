"""Editions of a table beside each other: where they differ, what error it is, who may have copied whom."""
