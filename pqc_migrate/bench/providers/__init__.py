"""Libraries that mechanisms are measured through, one module each."""
