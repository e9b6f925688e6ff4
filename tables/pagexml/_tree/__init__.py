"""What all of PAGE-XML rests on: the tree of elements, their names, points, notes and metadata."""
