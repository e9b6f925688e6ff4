"""The digit network's weights and their model card."""
