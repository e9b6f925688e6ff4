"""The digit model, made and taught with a scholar's pages."""
