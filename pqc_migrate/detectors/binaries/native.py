"""Detector: what ELF, PE and Mach-O files link, import and define, resolved with the catalog of C libraries.

A name proves an algorithm only when its rule needs no argument (``EVP_aes_256_gcm`` does, ``EVP_PKEY_CTX_new``
does not); sizes and curves that an argument decides stay unknown. Functions that a file defines itself are an
implementation, imported ones are used.
"""

from __future__ import annotations

from collections.abc import Iterator

from pqc_migrate.catalog import binaries
from pqc_migrate.detectors.binaries import image
from pqc_migrate.detectors.binaries.functions import Proof, proofs
from pqc_migrate.detectors.binaries.image import FORMATS, Image, Missing, Unread
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.model.inventory import Diagnostic, Finding, Location, Provenance, Role, Skip, Technique
from pqc_migrate.model.target import SourceFile

_IMPORTED = "imported function; where it is called was not looked at"
_DEFINED = "function that the file itself holds"


def _detect(file: SourceFile) -> Iterator[Claim]:
    try:
        read = image.read(file.data, file.language)
    except Unread as error:
        skip = Skip.UNSUPPORTED if isinstance(error, Missing) else Skip.MALFORMED
        yield Diagnostic(file.path, skip, str(error), rule="native")
        return
    yield from _linked(file, read)
    for proof in proofs(read.imported - read.defined):
        yield _finding(file, proof, _IMPORTED, Role.PRODUCTION)
    for proof in proofs(read.defined):
        yield _finding(file, proof, _DEFINED, Role.IMPLEMENTATION)


def _linked(file: SourceFile, read: Image) -> Iterator[Finding]:
    """Yield the libraries that are loaded with the file, one row for all the files of a library."""
    found: dict[str, list[str]] = {}
    for needed in read.needed:
        library = binaries.library_of(needed)
        if library is not None:
            found.setdefault(library.name, []).append(needed)
    for names in found.values():
        library = binaries.library_of(names[0])
        assert library is not None, "looked up above"
        base = [name.rsplit("/", 1)[-1] for name in names]
        yield Finding(
            rule="native/linked-library",
            asset=library.asset(),
            location=Location(file.path, 1, _place(file.data, names[0]), base[0]),
            technique=Technique.PARSER,
            confidence=0.95,
            reason="library that the loader is told to load",
            details=(("relation", "linked"), ("files", ", ".join(base))),
        )


def _finding(file: SourceFile, proof: Proof, reason: str, role: Role) -> Finding:
    others = proof.others()
    return Finding(
        rule=proof.meaning.rule.id,
        asset=proof.asset,
        location=Location(file.path, 1, _place(file.data, proof.symbols[0]), proof.symbols[0]),
        technique=Technique.PARSER,
        confidence=0.85,
        reason=reason,
        role=role,
        functions=tuple(sorted(proof.functions.keys() - {"other"})) or ("other",),
        provenance=(Provenance("algorithm", "decoded", file.path, 1),),
        details=(*proof.meaning.details, *((("also", others),) if others else ())),
    )


def _place(data: bytes, name: str) -> int | None:
    """Return where a name stands among the strings of a file, or None when it is nowhere by itself."""
    raw = name.encode()
    for before in (b"\0", b"_", b""):
        at = data.find(before + raw + b"\0")
        if at >= 0:
            return at + len(before)
    return None


def _wants(file: SourceFile) -> bool:
    return file.language in FORMATS


DETECTOR = Detector("native", frozenset, _wants, _detect)
