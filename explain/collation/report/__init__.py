"""The apparatus as files: CSV, text, a page that opens offline."""
