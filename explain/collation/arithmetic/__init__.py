"""What the numbers of a table say about each other: exact places, rules of columns, models, flagged cells."""
