"""How every notation of this package says what it found: findings and diagnostics with place and reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.model.inventory import (
    Asset,
    Diagnostic,
    Finding,
    Location,
    Provenance,
    Skip,
    Technique,
)

NEGOTIATES = ("negotiates", "depends on runtime")
"""The detail of a setting whose meaning the version of the program or library decides."""
LONGEST = 16384
"""Characters of a value that is read: ten times the longest real one, and little enough to read it in no time."""
TOO_LONG = "longer than any real value, not read"
NOT_FOLLOWED = "not followed; files of the target that it names are read by themselves"
SURE = 0.95
LIKELY = 0.8
UNSURE = 0.5
_TEMPLATE_FACTOR = 0.7
_FUNCTIONS = {
    "key-agree": ("keyderive",),
    "kem": ("encapsulate", "decapsulate"),
    "combiner": ("encapsulate", "decapsulate"),
    "pke": ("encrypt", "decrypt"),
    "signature": ("sign", "verify"),
    "ae": ("encrypt", "decrypt"),
    "block-cipher": ("encrypt", "decrypt"),
    "stream-cipher": ("encrypt", "decrypt"),
    "mac": ("tag",),
    "hash": ("digest",),
    "kdf": ("keyderive",),
    "drbg": ("generate",),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One directive of one file: where its findings say they come from."""

    document: Document
    rule: str
    """``<detector>/<directive>``."""
    symbol: str
    """The directive as the program's manual spells it."""
    ceiling: float = 1.0
    """No finding of this setting is surer: it stands in a section that nothing refers to."""
    ceiling_reason: str = ""

    def finding(
        self,
        word: Word,
        asset: Asset,
        *,
        confidence: float = SURE,
        reason: str = "directive of a parsed configuration file",
        functions: tuple[str, ...] | None = None,
        details: tuple[tuple[str, str], ...] = (),
        related: tuple[tuple[str, Asset], ...] = (),
        runtime: tuple[str, ...] = (),
        how: str = "",
    ) -> Finding:
        """Return the claim that `word` configures `asset`; `runtime` names what the program's version decides.

        `how` says where the parameters come from (``library default``) when they do not stand in the file.
        """
        document = self.document
        if confidence > self.ceiling:
            confidence, reason = self.ceiling, self.ceiling_reason
        if document.technique is Technique.TEXT:
            confidence, reason = confidence * _TEMPLATE_FACTOR, f"{reason}, read from a template"
        if functions is None:
            functions = _FUNCTIONS.get(algorithms.primitive(asset), ())
        return Finding(
            rule=self.rule,
            asset=asset,
            location=Location(document.path, document.line(word.offset), word.offset, self.symbol),
            technique=document.technique,
            confidence=round(confidence, 2),
            reason=reason,
            functions=functions,
            provenance=(
                *(Provenance(name, how) if how else self.provenance(name, word) for name, _ in asset.parameters),
                *(Provenance(name, "runtime") for name in runtime),
            ),
            related=related,
            details=details,
        )

    def read(
        self, reader: Callable[[Setting, Word], Iterator[Finding | Diagnostic]], value: Word
    ) -> Iterator[Finding | Diagnostic]:
        """Yield what `reader` finds in the value, unless it is too long to be one."""
        if len(value.text) > LONGEST:
            yield self.unresolved(value, TOO_LONG)
        else:
            yield from reader(self, self.document.filled(value))

    def unresolved(self, word: Word, message: str) -> Diagnostic:
        """Return that a value was seen and not understood; the value itself is not repeated."""
        line = self.document.line(word.offset)
        return Diagnostic(self.document.path, Skip.UNRESOLVED, f"{self.symbol}: {message}", line, self.rule)

    def provenance(self, parameter: str, word: Word) -> Provenance:
        """Return where a parameter was read."""
        if word.defined_in is not None:
            return Provenance(parameter, "constant", *word.defined_in)
        if word.defined_at is None:
            return Provenance(parameter, "literal")
        return Provenance(parameter, "constant", self.document.path, self.document.line(word.defined_at))
