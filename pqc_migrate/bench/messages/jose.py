"""A signed JWT in compact serialization (RFC 7515 section 7.1) over an OAuth 2.0 access token's claims.

ML-DSA by RFC 9964: the signature value is that of FIPS 204 with an empty context. Small enough to be our own;
what is timed must be the same code for every algorithm.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils

_SHA256 = hashes.SHA256()
_COORDINATE = 32
_EXTRA: dict[str, tuple[Any, ...]] = {
    "RS256": (padding.PKCS1v15(), _SHA256),
    # RFC 7518 section 3.5: MGF1 with the same hash, a salt as long as the digest.
    "PS256": (padding.PSS(padding.MGF1(_SHA256), padding.PSS.DIGEST_LENGTH), _SHA256),
    "ES256": (ec.ECDSA(_SHA256),),
}
"""What `cryptography` wants to be told besides key and message."""


def claims(number: int) -> bytes:
    """Return the JSON of an access token (RFC 9068 section 2.2) bound to a client certificate (RFC 8705).

    All values are invented and as long for one number as for another.
    """
    content = {
        "iss": "https://auth.bank.example/realms/corporate",
        "sub": "5f1d7c0e-6d5b-4c57-9f0a-2f6f4f0c9b11",
        "aud": "https://api.bank.example/payments/v3",
        "exp": 1767225900,
        "iat": 1767225600,
        "auth_time": 1767225480,
        "jti": f"9b2d5a34-7a07-4b8e-8a55-{number:012x}",
        "client_id": "erp-treasury-04",
        "scope": "accounts balances payments:submit payments:status",
        "acr": "urn:bank:loa:3",
        "amr": ["pwd", "hwk"],
        "cnf": {"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"},
    }
    return json.dumps(content, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Jws:
    """One algorithm of RFC 7518, RFC 8037 or RFC 9964."""

    alg: str

    @property
    def header(self) -> bytes:
        """The protected header, encoded."""
        content = {"alg": self.alg, "typ": "at+jwt", "kid": "2026-07-a"}
        return _encoded(json.dumps(content, separators=(",", ":")).encode())

    def signer(self) -> Callable[[Any, bytes], bytes]:
        """Return a function that makes a token of a key and the claims' JSON."""
        header, extra, fixed = self.header, _EXTRA.get(self.alg, ()), self.alg == "ES256"

        def sign(key: Any, content: bytes) -> bytes:
            signing_input = header + b"." + _encoded(content)
            signature = key.sign(signing_input, *extra)
            return signing_input + b"." + _encoded(_side_by_side(signature) if fixed else signature)

        return sign

    def verifier(self) -> Callable[[Any, bytes], Any]:
        """Return a function that gives the claims of a token, or None when it is not valid for the public key."""
        extra, fixed = _EXTRA.get(self.alg, ()), self.alg == "ES256"

        def verify(key: Any, token: bytes) -> Any:
            signing_input, _, encoded = token.rpartition(b".")
            header, _, content = signing_input.partition(b".")
            if json.loads(_decoded(header))["alg"] != self.alg:
                return None
            signature = _decoded(encoded)
            try:
                key.verify(der(signature) if fixed else signature, signing_input, *extra)
            except InvalidSignature:
                return None
            return json.loads(_decoded(content))

        return verify


def parts(token: bytes) -> tuple[bytes, bytes]:
    """Return what a token's signature is over, and the signature as the token holds it."""
    signing_input, _, encoded = token.rpartition(b".")
    return signing_input, _decoded(encoded)


def _side_by_side(der: bytes) -> bytes:
    """RFC 7518 section 3.4: r and s as octet strings of the curve's length."""
    r, s = utils.decode_dss_signature(der)
    return r.to_bytes(_COORDINATE, "big") + s.to_bytes(_COORDINATE, "big")


def der(signature: bytes) -> bytes:
    """Return r and s side by side as the DER of an ECDSA signature."""
    r, s = signature[:_COORDINATE], signature[_COORDINATE:]
    return utils.encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))


def _encoded(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def _decoded(content: bytes) -> bytes:
    return base64.urlsafe_b64decode(content + b"=" * (-len(content) % 4))
