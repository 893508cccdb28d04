"""Which files a notation of this package may be in, told from language, name and hits, with nothing parsed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.model.target import Hit, SourceFile

_UNNAMED = frozenset({"", "ini", "apache", "other-text"})
"""Languages that a file of these notations gets when its name does not tell: ``ssl.conf`` counts as Apache's."""
_LOOK_BEHIND = 120
_POLICY = re.compile(r"(?:.*/)?crypto-policies/(?:.*/)?(?:openssh|opensshserver|opensslcnf|java|javasystem)\.txt")
"""What update-crypto-policies writes and ``back-ends`` links to: settings, whatever the suffix says."""
_NOT_A_SETTING = re.compile(
    r".*\.(?:[0-9][a-z]*|gz|bz2|xz|zst|html?|pod|mdoc|md|rst|txt|md5(?:sum)?|sha\d+(?:sum)?|diff|patch|rej"
    r"|py|rb|pl|go|c|h|java|js|ts|sh|ya?ml|json|xml)",
    re.IGNORECASE,
)
"""Manual pages (``sshd_config.5``), their other forms, checksums and patches of a file, and programs named after
one (``ssh_config.py``)."""


def may_be(file: SourceFile, language: str) -> bool:
    """Return whether language and name leave room for `language`: prose, markup and source code do not."""
    if _POLICY.fullmatch(file.path):
        return True
    if _NOT_A_SETTING.fullmatch(file.name):
        return False
    return file.language == language or file.language in _UNNAMED


def hits_of(file: SourceFile, anchors: frozenset[bytes]) -> Iterator[Hit]:
    """Yield the hits of these anchors (a file's hits are those of every detector)."""
    return (hit for hit in file.hits if hit.anchor in anchors)


def starts_directive(file: SourceFile, hit: Hit, before: re.Pattern[bytes]) -> bool:
    """Return whether what stands on the hit's line in front of it matches `before` to the end."""
    head = file.data[max(0, hit.offset - _LOOK_BEHIND) : hit.offset]
    return before.fullmatch(head[head.rfind(b"\n") + 1 :]) is not None
