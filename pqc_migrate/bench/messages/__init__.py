"""Signed messages of an application: what a signature adds to them, and how fast they are signed and verified."""
