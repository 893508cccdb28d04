"""Run the manifest detectors on a file as the scan would."""

from collections.abc import Callable

import pytest

from pqc_migrate.catalog import languages
from pqc_migrate.detectors.manifests import DETECTORS
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile

Seen = tuple[list[Finding], list[Diagnostic]]


def seen(path: str, data: bytes) -> Seen:
    file = SourceFile(path, data, languages.of(path.rsplit("/", 1)[-1], data))
    claims = [claim for detector in DETECTORS if detector.wants(file) for claim in detector.detect(file)]
    return (
        [claim for claim in claims if isinstance(claim, Finding)],
        [claim for claim in claims if isinstance(claim, Diagnostic)],
    )


@pytest.fixture(scope="session")
def look() -> Callable[[str, bytes], Seen]:
    """Return what the detectors see in one file: findings and diagnostics."""
    return seen
