"""Reading and embedding the pages of a corpus, by processes or on a cluster."""
