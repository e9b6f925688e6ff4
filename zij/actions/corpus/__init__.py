"""What a user asks of a corpus, each a function of its command's name with the same defaults."""
