"""Detector: the build information of Go programs (debug/buildinfo): the toolchain, and the modules linked in.

The toolchain's standard library is cryptography where its packages are in the program, and its version decides what
crypto/tls offers by default.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.catalog import packages
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Kind, Location, Skip, Technique
from pqc_migrate.model.target import SourceFile

_MAGIC = b"\xff Go buildinf:"
_INLINE = 0x02
_HEADER = 32
_ALIGNMENT = 16
_LONGEST = 4 * 1024 * 1024
_SENTINEL = 16
"""Bytes before and behind the module information (cmd/go/internal/modload, infoStart and infoEnd)."""
_PACKAGES = (
    "aes", "des", "dsa", "ecdh", "ecdsa", "ed25519", "elliptic", "hkdf", "hmac", "hpke", "md5", "mldsa", "mlkem",
    "pbkdf2", "rc4", "rsa", "sha1", "sha256", "sha3", "sha512", "tls", "x509",
)  # fmt: skip
"""Packages below ``crypto/`` of the standard library, as the names of their functions begin."""
_FUNCTION = re.compile(rb"(?<![\w./-])crypto/(" + "|".join(_PACKAGES).encode() + rb")\.")
_MLKEM = "tlsmlkem"


def _detect(file: SourceFile) -> Iterator[Claim]:
    for hit in file.hits:
        if hit.anchor == _MAGIC and hit.offset % _ALIGNMENT == 0:
            break
    else:
        return
    if not file.data[hit.offset + 15 : hit.offset + 16] or not file.data[hit.offset + 15] & _INLINE:
        message = "Go build information of a toolchain before 1.18 is not read: its modules were not looked at"
        yield Diagnostic(file.path, Skip.UNSUPPORTED, message, rule="go-build")
        return
    version, at = _string(file.data, hit.offset + _HEADER)
    modules, end = _string(file.data, at)
    if not version.startswith(b"go1."):
        return
    used = sorted({f"crypto/{match[1].decode()}" for match in _FUNCTION.finditer(file.data)})
    text = modules[_SENTINEL:-_SENTINEL].decode("utf-8", "replace")
    if used:
        yield _toolchain(file, version.decode("ascii", "replace"), hit.offset, used, text)
    yield from _modules(file, text, end - len(modules) + _SENTINEL)


def _toolchain(file: SourceFile, version: str, offset: int, used: list[str], text: str) -> Finding:
    number = version.removeprefix("go").split(" ")[0].split("-")[0]
    details = [("relation", "contains"), ("packages", ", ".join(used))]
    if "crypto/tls" in used:
        details.append(("negotiates", _default_groups(number, text)))
    return Finding(
        rule="go-build/standard-library",
        asset=Asset.of(Kind.LIBRARY, "stdlib", name="stdlib", purl=f"pkg:golang/stdlib@{number}", version=number),
        location=Location(file.path, 1, offset, "go"),
        technique=Technique.PARSER,
        confidence=0.95,
        reason="build information that the Go linker writes",
        details=tuple(details),
    )


def _default_groups(version: str, text: str) -> str:
    """Say what crypto/tls offers by default: X25519MLKEM768 from Go 1.24 on, unless GODEBUG takes it back."""
    parts = version.split(".")
    minor = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0
    if minor < 24:
        return "no post-quantum group: X25519MLKEM768 came with Go 1.24"
    if f"{_MLKEM}=0" in _setting(text, "DefaultGODEBUG").split(","):
        return "no post-quantum group by default: built with GODEBUG tlsmlkem=0 (go.mod names a Go before 1.24)"
    return "X25519MLKEM768 by default unless CurvePreferences or GODEBUG tlsmlkem=0 is set"


def _setting(text: str, key: str) -> str:
    lines = (line.split("\t", 1)[1] for line in text.split("\n") if line.startswith("build\t"))
    return next((line.partition("=")[2] for line in lines if line.partition("=")[0] == key), "")


def _modules(file: SourceFile, text: str, offset: int) -> Iterator[Finding]:
    """Yield the cryptographic modules; a replacement stands in the line behind what it replaces."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        fields = line.split("\t")
        if fields[0] == "dep" and len(fields) > 2 and packages.lookup("golang", fields[1]) is not None:
            behind = lines[number + 1].split("\t") if number + 1 < len(lines) else [""]
            replaced = behind if behind[0] == "=>" and len(behind) > 2 else fields
            yield _module(file, fields[1], replaced[2], offset)
        offset += len(line.encode()) + 1


def _module(file: SourceFile, name: str, version: str, offset: int) -> Finding:
    known = version if version.startswith("v") else ""
    return Finding(
        rule="go-build/module",
        asset=Asset.of(
            Kind.LIBRARY, name, name=name, purl=packages.purl("golang", name, known or None), version=known or None
        ),
        location=Location(file.path, 1, offset, name),
        technique=Technique.PARSER,
        confidence=0.95,
        reason="build information that the Go linker writes",
        details=(("relation", "contains"),),
    )


def _string(data: bytes, at: int) -> tuple[bytes, int]:
    """Return a string with its length before it (a varint of encoding/binary), and where it ends."""
    length = shift = 0
    for place in range(at, min(at + 5, len(data))):
        length |= (data[place] & 0x7F) << shift
        shift += 7
        if data[place] < 0x80:
            if length > _LONGEST:
                return b"", place + 1
            return data[place + 1 : place + 1 + length], place + 1 + length
    return b"", at


def _anchors() -> frozenset[bytes]:
    return frozenset({_MAGIC})


def _wants(file: SourceFile) -> bool:
    return any(hit.anchor == _MAGIC for hit in file.hits)


DETECTOR = Detector("go-build", _anchors, _wants, _detect, parses=False)
