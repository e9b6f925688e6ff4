"""Pages read, made by program, and judged against what really stands on them."""
