"""Detector: the types and members of .NET's libraries that an assembly uses, resolved with the catalog for C#.

A name proves an algorithm only when its rule needs no argument (``Aes.Create`` does, ``HashAlgorithm.Create`` does
not); the code is not read, so sizes and modes that it sets stay unknown.
"""

from __future__ import annotations

from collections.abc import Iterator

from pqc_migrate.detectors.binaries.dotnet_metadata import SIGNATURE, Malformed, Member, Metadata
from pqc_migrate.detectors.binaries.functions import Proof, proofs
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.model.inventory import Diagnostic, Finding, Location, Provenance, Skip, Technique
from pqc_migrate.model.target import SourceFile

_REASON = "member that the assembly references; where it is called was not looked at"


def _detect(file: SourceFile) -> Iterator[Claim]:
    names: dict[str, Member] = {}
    try:
        for member in Metadata(file.data, next(_roots(file))).members():
            names.setdefault(_name(member), member)
    except Malformed as error:
        yield Diagnostic(file.path, Skip.MALFORMED, f".NET metadata {error}", rule="dotnet")
    for proof in proofs(names, "csharp"):
        yield _finding(file, proof, names[proof.symbols[0]])


def _roots(file: SourceFile) -> Iterator[int]:
    """Yield where metadata begins: behind the signature and twelve bytes stands a version, as ``v4.0.30319``."""
    for hit in file.hits:
        if hit.anchor == SIGNATURE and file.data[hit.offset + 16 : hit.offset + 17] == b"v":
            yield hit.offset


def _name(member: Member) -> str:
    """Return a member as C# writes it: a constructor is its type, an accessor its property."""
    if member.name == ".ctor":
        return member.type_name
    return f"{member.type_name}.{member.name.removeprefix('get_').removeprefix('set_')}"


def _finding(file: SourceFile, proof: Proof, member: Member) -> Finding:
    others = proof.others()
    return Finding(
        rule=proof.meaning.rule.id,
        asset=proof.asset,
        location=Location(file.path, 1, member.offset, proof.symbols[0]),
        technique=Technique.PARSER,
        confidence=0.85,
        reason=_REASON,
        functions=tuple(sorted(proof.functions.keys() - {"other"})) or ("other",),
        provenance=(Provenance("algorithm", "decoded", file.path, 1),),
        details=(*proof.meaning.details, *((("also", others),) if others else ())),
    )


def _anchors() -> frozenset[bytes]:
    return frozenset({SIGNATURE})


def _wants(file: SourceFile) -> bool:
    return file.language == "pe" and any(_roots(file))


DETECTOR = Detector("dotnet", _anchors, _wants, _detect)
