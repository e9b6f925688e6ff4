"""What a reader sees of an explanation: figure, heat map, annotations, report."""
