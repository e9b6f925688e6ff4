"""What results show in a notebook, and their tables as data frames."""
