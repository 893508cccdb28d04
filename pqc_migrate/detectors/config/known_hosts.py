"""Detector: host names that ``known_hosts`` keeps hashed (HashKnownHosts): HMAC-SHA-1 under a random key a line.

Sources: ssh_config(5); hostfile.c of OpenSSH 9.2 (`host_hash`, HASH_MAGIC ``|1|``). The keys of the file are read
by the detector of SSH keys; one finding here counts the lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.report import Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Finding, Kind
from pqc_migrate.model.target import SourceFile

_NAMES = re.compile(r"(?:.*[._-])?known_hosts.*", re.IGNORECASE)
_HASHED = re.compile(
    r"^(?:@[a-z-]+[ \t]+)?(\|1\|[A-Za-z0-9+/]{27}=\|[A-Za-z0-9+/]{27}=)[ \t]+[a-z0-9@.-]+[ \t]+AAAA", re.MULTILINE
)
"""Salt and hash are 20 octets each in base64."""


def _wants(file: SourceFile) -> bool:
    return _NAMES.fullmatch(file.name) is not None and b"|1|" in file.data


def _detect(file: SourceFile) -> Iterator[Finding]:
    document = Document.of(file, own_substitution=True)
    names = list(_HASHED.finditer(document.text))
    if names:
        yield Setting(document, "ssh-known-hosts/hashed-name", "HashKnownHosts").finding(
            Word("", names[0].start(1)),
            Asset.of(Kind.ALGORITHM, "HMAC", digest="SHA-1"),
            reason="the form of a host name hashed by OpenSSH",
            details=(("hosts", str(len(names))),),
        )


DETECTOR = Detector("ssh-known-hosts", frozenset, _wants, _detect)
