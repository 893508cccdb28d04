"""Findings in container images: which layer they come from, and what later layers hide.

A file that a later layer replaces or removes is in no container, but in the hands of everybody who has the image: a
key in it is no secret any more. Only keys and certificates are kept of such files, with the role `historical`, and
only those that the image does not show anyway.
"""

from __future__ import annotations

from dataclasses import replace

from pqc_migrate.model.inventory import LASTING, Finding, Role, Technique
from pqc_migrate.scan.examined import Examined
from pqc_migrate.targets.archives.member import INSIDE

HIDDEN = "hidden-by-layer"
"""Detail of a finding in a file that a later layer replaces or removes: that layer's digest."""


def named(gave: Examined, layer: str) -> Examined:
    """Return what a file of an image gave, each finding with the digest of its layer."""
    if not layer or not gave.findings:
        return gave
    return replace(gave, findings=tuple(_with(one, ("layer", layer)) for one in gave.findings))


def hidden(gave: Examined, layer: str, hidden_by: str) -> Examined:
    """Return the keys and certificates of a file that a later layer hides."""
    kept = (one for one in gave.findings if one.asset.kind in LASTING and one.technique is Technique.PARSER)
    marks = (("layer", layer), (HIDDEN, hidden_by))
    found = (replace(_with(one, *marks), role=Role.HISTORICAL) for one in kept)
    return replace(gave, findings=tuple(found))


def without_shown(findings: list[Finding]) -> list[Finding]:
    """Leave out hidden keys and certificates that a file of the same image shows: they are reported there."""
    if not any(_is_hidden(one) for one in findings):
        return findings
    shown = {(_image(one), one.asset) for one in findings if not _is_hidden(one)}
    return [one for one in findings if not _is_hidden(one) or (_image(one), one.asset) not in shown]


def _is_hidden(finding: Finding) -> bool:
    return any(name == HIDDEN for name, _ in finding.details)


def _image(finding: Finding) -> str:
    return finding.location.path.partition(INSIDE)[0]


def _with(finding: Finding, *details: tuple[str, str]) -> Finding:
    return replace(finding, details=tuple(sorted((*finding.details, *details))))
