"""Source code through tree-sitter: a language module reads facts, the catalog says what they mean."""

from pqc_migrate.detectors.registry import Detector
from pqc_migrate.detectors.source import go, primes, python

DETECTORS: tuple[Detector, ...] = (go.DETECTOR, python.DETECTOR, primes.DETECTOR)
