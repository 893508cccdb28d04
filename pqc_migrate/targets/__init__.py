"""A directory or file becomes a stream of files; what cannot be read becomes a Diagnostic."""
