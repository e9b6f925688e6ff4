"""PAGE-XML of any version and program as a reading: where things stand, what they say, what is tolerated."""
