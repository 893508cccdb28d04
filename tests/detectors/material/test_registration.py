"""The list of material detectors: names, anchors and what counts as parsed."""

from pqc_migrate.detectors.material import DETECTORS
from pqc_migrate.detectors.material.armor import BEGIN


def test_names_are_distinct_and_kebab_case():
    """A coverage statement and a rule id rest on them."""
    names = [detector.name for detector in DETECTORS]
    assert len(names) == len(set(names))
    assert all(name.replace("-", "").isalnum() and name.islower() for name in names)


def test_a_key_inside_a_source_file_does_not_make_the_file_parsed(look):
    """Only a key file is read as a whole by decoding what it holds."""
    parses = {detector.name: detector.parses for detector in DETECTORS}
    assert parses == {
        "pem": True,
        "pem-embedded": False,
        "der": True,
        "java-keystore": True,
        "openpgp": True,
        "putty": True,
        "nss": True,
        "jwk": False,
        "base64": False,
        "xml-key": False,
        "age": False,
        "minisign": False,
        "kdbx": True,
        "openssh-key": True,
        "openssh-key-embedded": False,
    }


def test_anchors_are_literals_that_a_gate_can_find():
    """Long enough to be rare; a JSON member's name is shorter, and rare enough with its quotes."""
    anchors = set().union(*(detector.anchors() for detector in DETECTORS))
    assert BEGIN in anchors
    anchors = {anchor for anchor in anchors if b"kty" not in anchor}
    assert all(len(anchor) >= 8 and b"\0" not in anchor for anchor in anchors)
