"""Facts as data: TOML files with a source on each record, and the strict loaders that read them.

* `algorithms`: families, their names and their standing
* `names`: what a protocol, a file format or an API calls an algorithm
* `libraries`: what a call of a library means

See README.md beside this file for how to add one.
"""
