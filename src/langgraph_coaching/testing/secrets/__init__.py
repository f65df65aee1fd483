"""What is never written to disk: secrets by name, by shape and by place, in every body as it is packed."""
