"""Files that are changed where they stand: what a reading says is new, all else is as it was."""
