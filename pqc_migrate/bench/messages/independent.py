"""Verify a signature by another implementation than the one that made it, where this machine has one."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from cryptography.hazmat.primitives import serialization

from pqc_migrate.bench.providers.available import Available
from pqc_migrate.bench.scheme import Signer
from pqc_migrate.catalog.mechanisms import Mechanism
from pqc_migrate.errors import BenchmarkError

_SECONDS = 20
_PEM = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
_RAW = serialization.Encoding.Raw, serialization.PublicFormat.Raw
_PSS = ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest")


@dataclass(frozen=True, slots=True)
class Second:
    """A second implementation: its name, and a function of message and signature that verifies."""

    name: str
    verify: Callable[[bytes, bytes], bool]


@dataclass(frozen=True, slots=True)
class Command:
    """The program ``openssl`` of this machine."""

    path: str
    version: tuple[int, int]

    @property
    def name(self) -> str:
        """What it is called in a report."""
        return f"the program openssl {self.version[0]}.{self.version[1]}"

    def accepts(self, arguments: list[str], **files: bytes) -> bool:
        """Run with ``{name}`` in the arguments replaced by a file of these bytes; whether it ended well."""
        with tempfile.TemporaryDirectory(prefix="pqc-migrate-") as folder:
            places = {name: str(Path(folder, name)) for name in files}
            for name, content in files.items():
                Path(places[name]).write_bytes(content)
            command = [self.path, *(argument.format(**places) for argument in arguments)]
            try:
                done = subprocess.run(
                    command, capture_output=True, stdin=subprocess.DEVNULL, timeout=_SECONDS, check=False
                )
            except (OSError, subprocess.SubprocessError) as error:
                raise BenchmarkError(f"{self.path}: {error}") from error
            return done.returncode == 0


@cache
def command() -> Command | None:
    """Return the program when it is there and is OpenSSL 3 or later."""
    path = shutil.which("openssl")
    if path is None:
        return None
    try:
        done = subprocess.run([path, "version"], capture_output=True, text=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.match(r"OpenSSL (\d+)\.(\d+)", done.stdout)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    return Command(path, version) if version >= (3, 0) else None


def second(mechanism: Mechanism, public: Any, found: Available, pss: bool = True) -> Second | None:
    """Return what else can verify signatures of this key of `cryptography`: liboqs, else the program openssl.

    ECDSA signatures are taken in DER; RSA is PSS, or PKCS #1 v1.5. None where this machine has nothing.
    """
    scheme = by_scheme("liboqs", mechanism, found, public) if mechanism.group == "ML-DSA" else None
    if scheme is not None:
        return scheme
    program, needed = command(), (3, 5) if mechanism.group == "ML-DSA" else (3, 0)
    if program is None or program.version < needed:
        return None
    pem = public.public_bytes(*_PEM)

    def verify(message: bytes, signature: bytes) -> bool:
        arguments = _arguments(mechanism, pss)
        return program.accepts(arguments, key=pem, message=message, signature=signature)

    return Second(program.name, verify)


def by_scheme(provider: str, mechanism: Mechanism, found: Available, public: Any) -> Second | None:
    """Return a provider of ours as the second implementation, None where it does not have the mechanism.

    `public` is a key of `cryptography` with a raw form, or those bytes.
    """
    opened = found.get(provider)
    if opened is None or mechanism.name not in {m.name for m in opened.mechanisms()}:
        return None
    raw = public if isinstance(public, bytes) else public.public_bytes(*_RAW)

    def verify(message: bytes, signature: bytes) -> bool:
        scheme = cast(Signer, opened.open(mechanism))
        try:
            return scheme.verify(raw, message, signature)
        finally:
            scheme.close()

    return Second(f"{opened.library.name} {opened.library.version}", verify)


def _arguments(mechanism: Mechanism, pss: bool) -> list[str]:
    if mechanism.group in ("Ed25519", "ML-DSA"):
        options = ["-pubin", "-inkey", "{key}", "-rawin", "-in", "{message}", "-sigfile", "{signature}"]
        return ["pkeyutl", "-verify", *options]
    extra = _PSS if mechanism.group == "RSA" and pss else ()
    return ["dgst", "-sha256", "-verify", "{key}", *extra, "-signature", "{signature}", "{message}"]
