"""How well the pages of known families find each other."""
