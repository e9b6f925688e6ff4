"""Pages and readings as notebooks show them, and as figures draw them."""
