"""Find cryptography in one file: source, configuration, material, manifests."""
