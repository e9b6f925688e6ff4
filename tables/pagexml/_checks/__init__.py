"""What is wrong in a PAGE-XML file, although its schema accepts it."""
