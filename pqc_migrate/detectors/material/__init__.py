"""Keys, certificates and requests, decoded."""
