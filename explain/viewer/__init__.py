"""Two pages side by side, to move about in: as a widget of notebooks, and as a page that opens alone."""
