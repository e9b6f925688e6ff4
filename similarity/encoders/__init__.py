"""General encoders: any network that turns an image or a caption into a vector."""
