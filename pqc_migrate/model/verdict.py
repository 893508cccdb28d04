"""Whether a machine was quiet enough for what was measured on it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Quality(StrEnum):
    """Whether the machine was quiet enough for the figures to mean something."""

    QUIET = "quiet"
    NOISY = "noisy"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A quality with the observations it rests on, each with its figure and its threshold."""

    quality: Quality
    reasons: tuple[str, ...] = ()
