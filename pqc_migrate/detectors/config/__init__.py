"""Configuration files, read by their own grammar, with the meaning of each directive."""
