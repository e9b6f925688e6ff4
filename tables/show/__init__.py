"""Pages and readings as notebooks show them, as data frames, and as figures draw them."""
