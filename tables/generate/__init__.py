"""Pages made by program: for training, demonstration, tests and benchmarks."""
