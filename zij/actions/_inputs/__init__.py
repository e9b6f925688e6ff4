"""What a user names: pages, corpora, witnesses, and what of a page is to count."""
