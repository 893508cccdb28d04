"""Dependency manifests: a cryptographic library is a component too."""
