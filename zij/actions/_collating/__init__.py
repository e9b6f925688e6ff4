"""Witnesses of a table beside each other, and the numbers of a page held against each other."""
