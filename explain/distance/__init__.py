"""The Distance Explainer: hide parts of a page, watch the distance to a reference."""
