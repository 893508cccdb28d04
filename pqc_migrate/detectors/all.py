"""Every detector, in the order they are asked; registration is one name in a package's `DETECTORS`."""

from __future__ import annotations

from pqc_migrate.detectors.binaries import DETECTORS as BINARIES
from pqc_migrate.detectors.config import DETECTORS as CONFIG
from pqc_migrate.detectors.manifests import DETECTORS as MANIFESTS
from pqc_migrate.detectors.material import DETECTORS as MATERIAL
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.detectors.source import DETECTORS as SOURCE

DETECTORS: tuple[Detector, ...] = (*SOURCE, *CONFIG, *MATERIAL, *MANIFESTS, *BINARIES)
"""Where two detectors claim one place, both are asked and the more exact one is kept."""

READ_HEADS: frozenset[Detector] = frozenset(MATERIAL)
"""Detectors that make sense of the mere start of a file too large to be read whole."""
