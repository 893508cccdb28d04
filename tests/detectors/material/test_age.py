"""Keys, recipients and headers of age are read, the post-quantum ones among them."""

import base64

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pqc_migrate.catalog import algorithms
from pqc_migrate.model.inventory import Skip

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def bech32(prefix, octets):
    """Encode a word with its checksum, as BIP 173 does."""
    number, bits = int.from_bytes(octets, "big"), 8 * len(octets)
    pad = -bits % 5
    values = [number << pad >> at & 31 for at in range(bits + pad - 5, -1, -5)]
    check = 1
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    for value in [*expanded, *values, 0, 0, 0, 0, 0, 0]:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    check ^= 1
    return prefix + "1" + "".join(ALPHABET[v] for v in [*values, *(check >> 5 * (5 - i) & 31 for i in range(6))])


def rows(findings):
    return [(finding.location.line, finding.rule, algorithms.name(finding.asset)) for finding in findings]


def test_a_recipient_is_the_same_key_as_its_spki(look, private_key):
    """X25519 in Bech32, in a key file."""
    key = private_key("X25519").public_key()
    word = bech32("age", key.public_bytes_raw())
    (plain,), _ = look("k.der", key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    (finding,), diagnostics = look("key.txt", f"# created\n# public key: {word}\n".encode())
    assert diagnostics == []
    assert (finding.asset, finding.location.line) == (plain.asset, 2)


def test_identities_and_post_quantum_recipients_are_told(look):
    """An identity by its kind only."""
    classical, hybrid = (
        bech32("age-secret-key-", b"c4n4ry" * 5 + b"xx"),
        bech32("age-secret-key-pq-", b"c4n4ry" * 5 + b"xx"),
    )
    recipient = bech32("age1pq", bytes(range(256)) * 4 + b"x" * 192)
    text = f"creation_rules:\n  - age: {recipient}\n{classical.upper()}\n{hybrid.upper()}\nrecipient: {recipient}\n"
    findings, diagnostics = look(".sops.yaml", text.encode())
    assert diagnostics == []
    assert rows(findings) == [
        (2, "age/public-key", "ML-KEM-768+X25519"), (3, "age/private-key", "X25519"),
        (4, "age/private-key", "ML-KEM-768+X25519"), (5, "age/public-key", "ML-KEM-768+X25519"),
    ]  # fmt: skip
    assert classical[20:40] not in repr(findings).lower()


@pytest.mark.parametrize(
    "change", [lambda w: w[:-1] + ("q" if w[-1] != "q" else "p"), lambda w: w[:-6], lambda w: "x" + w]
)
def test_a_word_that_is_not_whole_is_nothing(look, change):
    """The checksum decides."""
    word = change(bech32("age", b"k" * 32))
    assert look("a.txt", f"recipient: age1\n{word}\n".encode()) == ([], [])


HEADER = (
    b"age-encryption.org/v1\n-> X25519 abc\nAAAA\n-> ssh-rsa abc\n"
    + b"A" * 64
    + b"\nAAAA\n-> mlkem768x25519 abc\nAAAA\n"
    b"-> scrypt abcdef 18\nAAAA\n-> piv-p256 x\nAAAA\n--- mac\n\xffpayload"
)
EXPECTED = ["X25519", "RSA-OAEP-SHA-256", "ML-KEM-768+X25519", "scrypt", "ChaCha20-Poly1305"]


def test_a_file_tells_for_whom_it_is_encrypted(look):
    """Binary, and armored inside another file; a stanza of a plugin is passed over."""
    findings, diagnostics = look("secret.age", HEADER)
    assert diagnostics == []
    assert [algorithms.name(finding.asset) for finding in findings] == EXPECTED
    assert dict(findings[3].details) == {"format": "age", "cost": "262144"}
    text = (
        b"sops:\n  enc: |\n    -----BEGIN AGE ENCRYPTED FILE-----\n    %s\n    -----END AGE ENCRYPTED FILE-----\n"
    )
    findings, diagnostics = look("secret.yaml", text % base64.b64encode(HEADER))
    assert diagnostics == []
    assert [algorithms.name(finding.asset) for finding in findings] == EXPECTED
    assert {finding.location.line for finding in findings} == {3}


def test_a_cut_header_is_a_diagnostic(look):
    """What was read stays."""
    findings, (diagnostic,) = look("secret.age", HEADER[:60])
    assert [algorithms.name(finding.asset) for finding in findings] == ["X25519"]
    assert diagnostic.skip is Skip.MALFORMED
