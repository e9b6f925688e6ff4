"""The forms of PAGE-XML that programs expect, and the ways from one into another without loss."""
