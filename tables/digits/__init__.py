"""The digit network: how it is taught, and how it finds the digits of a page."""
