"""The digit network, and how it finds the digits of a page."""
