"""Throughput on 1…n processes at once: measured on this machine, never multiplied up from one.

`processors` (how many) → `work` (what a worker does) → `pool` (the workers) → `measure` (the part).
"""
