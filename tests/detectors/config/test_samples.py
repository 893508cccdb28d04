"""Every sample under tests/samples/config goes through every detector of config; expectations are exhaustive."""

from pathlib import Path

import pytest

from pqc_migrate.catalog import algorithms, languages
from pqc_migrate.detectors.config import DETECTORS
from pqc_migrate.gate import Gate
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile

SAMPLES = Path(__file__).parents[2] / "samples" / "config"
EXPECTATIONS = sorted(SAMPLES.rglob("*.expected"))
GATE = Gate(frozenset().union(*(detector.anchors() for detector in DETECTORS)))


def load(path: Path) -> SourceFile:
    data = path.read_bytes()
    within = path.relative_to(SAMPLES).parts[1:]
    return SourceFile("/".join(within), data, languages.of(path.name, data), hits=GATE.hits(data))


def read(file: SourceFile) -> list[Finding | Diagnostic]:
    return [one for detector in DETECTORS if detector.wants(file) for one in detector.detect(file)]


def summary(found: Finding | Diagnostic) -> str:
    if isinstance(found, Diagnostic):
        return f"{found.line} ! {found.skip} {found.rule}"
    return f"{found.location.line} {found.rule} {algorithms.name(found.asset)}"


@pytest.mark.parametrize("expectation", EXPECTATIONS, ids=lambda path: str(path.relative_to(SAMPLES)))
def test_finds_what_is_expected_and_nothing_else(expectation: Path) -> None:
    """Each line of the expectation is found at its line, and there is no further finding or diagnostic."""
    found = [summary(one) for one in read(load(expectation.with_suffix("")))]
    assert sorted(found) == sorted(expectation.read_text(encoding="utf-8").splitlines())


def test_every_sample_has_its_expectation() -> None:
    """A sample without an expectation would be checked by nobody."""
    samples = {path for path in SAMPLES.rglob("*") if path.is_file() and path.suffix != ".expected"}
    assert samples == {path.with_suffix("") for path in EXPECTATIONS}


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.name)
def test_every_detector_has_samples_with_findings(detector: object) -> None:
    """A notation is not done before a sample shows it."""
    name = detector.name  # type: ignore[attr-defined]
    own = [path for path in EXPECTATIONS if path.relative_to(SAMPLES).parts[0] == name]
    assert any(path.read_text(encoding="utf-8") for path in own)


@pytest.mark.parametrize("expectation", EXPECTATIONS, ids=lambda path: str(path.relative_to(SAMPLES)))
def test_nothing_of_the_file_but_known_names_travels(expectation: Path) -> None:
    """No output repeats a path, a secret or an unknown word of the file."""
    text = repr(read(load(expectation.with_suffix(""))))
    secrets = ("canary", "pin-value", "bank.crt", "dhparam.pem", "hsm.cfg", "InHouse", "no_such_group", "NO-SUCH")
    assert [word for word in secrets if word in text] == []


@pytest.mark.parametrize("expectation", EXPECTATIONS, ids=lambda path: str(path.relative_to(SAMPLES)))
def test_offset_is_where_the_line_says(expectation: Path) -> None:
    """The byte offset of a finding lies on its line, whatever the file's encoding and line ends."""
    file = load(expectation.with_suffix(""))
    for found in read(file):
        if isinstance(found, Finding):
            assert found.location.offset is not None
            assert file.line_at(found.location.offset) == found.location.line
