"""From digits to numbers, rows, columns, cells and tables."""
