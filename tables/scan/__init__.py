"""From an image file to a page: its paper, light, skew, rulings."""
