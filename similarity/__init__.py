"""Digits become feature maps, an embedding, a score."""
