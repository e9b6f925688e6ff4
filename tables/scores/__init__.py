"""Readings held against the truth: digits by their boxes, values by their rows, and what is wrong."""
