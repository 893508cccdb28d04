"""A directory or file becomes a stream of entries; what cannot be read becomes a `Diagnostic`.

* `resolve`: what the user typed → `Target`
* `walk`: a target → `Entry` a file, sorted, links not followed
* `exclude`: what the walk leaves out, and why
* `read`: an entry → its bytes, as text detectors want them
* `spelling`: file names that any output can carry

Nothing here knows about cryptography, and nothing here opens a file for writing.
"""
