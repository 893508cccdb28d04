"""Every detector, in the order they are asked; registration is one name in a package's `DETECTORS`."""

from __future__ import annotations

from types import ModuleType

from pqc_migrate.detectors import config, manifests, material, source
from pqc_migrate.detectors.registry import Detector


def _of(package: ModuleType) -> tuple[Detector, ...]:
    detectors: tuple[Detector, ...] = getattr(package, "DETECTORS", ())
    return detectors


DETECTORS: tuple[Detector, ...] = (*_of(source), *_of(config), *_of(material), *_of(manifests))
"""Source first: where two detectors claim one place, both are asked and the more exact one is kept."""

READ_HEADS: frozenset[str] = frozenset(detector.name for detector in _of(material))
"""Detectors that make sense of the mere start of a file too large to be read whole."""
