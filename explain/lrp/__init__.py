"""Layer-wise relevance propagation: rules, recipes, and the sweep through any network."""
