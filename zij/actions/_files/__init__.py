"""Pages in the forms of other programs, and what is wrong in a file."""
