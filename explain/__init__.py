"""Pages held against each other: relevance, pairs of digit regions, their picture and report."""
