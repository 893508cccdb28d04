"""Benchmark results for readers and other programs: one module a form."""
