"""Nested byte ranges of one file: which function, class or branch an offset lies in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable


class Ranges:
    """Properly nested [start, end) ranges; index 0 is the whole file."""

    __slots__ = ("ends", "parents", "starts")

    def __init__(self, size: int, ranges: Iterable[tuple[int, int]]) -> None:
        self.starts = [0]
        self.ends = [size + 1]
        self.parents = [-1]
        open_ranges = [0]
        for start, end in sorted(set(ranges), key=lambda r: (r[0], -r[1])):
            while self.ends[open_ranges[-1]] < end:
                open_ranges.pop()
            self.parents.append(open_ranges[-1])
            self.starts.append(start)
            self.ends.append(end)
            open_ranges.append(len(self.starts) - 1)

    def innermost(self, offset: int) -> int:
        """Return the index of the smallest range that holds an offset."""
        index = bisect_right(self.starts, offset) - 1
        while index > 0 and self.ends[index] <= offset:
            index = self.parents[index]
        return index

    def chain(self, offset: int) -> list[int]:
        """Return the ranges that hold an offset, smallest first, the whole file last."""
        found = [self.innermost(offset)]
        while found[-1] > 0:
            found.append(self.parents[found[-1]])
        return found

    def starting_at(self, start: int, end: int) -> int:
        """Return the index of a range that was given, or 0."""
        index = bisect_right(self.starts, start) - 1
        while index > 0 and (self.starts[index] != start or self.ends[index] != end):
            index -= 1
            if self.starts[index] < start:
                return 0
        return index

    def holds(self, index: int, offset: int) -> bool:
        """Whether a range holds an offset."""
        return self.starts[index] <= offset < self.ends[index]
