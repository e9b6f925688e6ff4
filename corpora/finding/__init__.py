"""Pages like a given one."""
