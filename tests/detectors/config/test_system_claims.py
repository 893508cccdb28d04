"""What findings of system configuration claim beyond their names: who decides, what is a hybrid, how many."""

import posixpath

import pytest

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.config import (
    DETECTORS,
    dovecot,
    exim,
    ipsec,
    luks,
    openvpn,
    passwords,
    postfix,
    wireguard,
    zone,
)
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Diagnostic, Finding, Skip, Technique
from pqc_migrate.model.target import Hit, SourceFile


def findings(detector: Detector, text: str, path: str = "x.conf") -> list[Finding]:
    """Return the findings of a text, every anchor that stands in it seen."""
    data = text.encode()
    hits = tuple(Hit(data.find(anchor), anchor) for anchor in detector.anchors() if anchor in data)
    found = detector.detect(SourceFile(path, data, hits=hits))
    return [one for one in found if isinstance(one, Finding)]


def test_additional_key_exchange_makes_a_hybrid() -> None:
    """ECDH beside ML-KEM in one proposal is not alone; without it, it is."""
    together = findings(ipsec.DETECTOR, "proposals = aes256-sha384-ecp384-ke1_mlkem768\n")
    details = {algorithms.name(one.asset): dict(one.details) for one in together}
    assert details["ECDH-P-384"] == {"hybrid-with": "ML-KEM-768"}
    assert details["ML-KEM-768"] == {"additional-key-exchange": "1", "hybrid-with": "ECDH-P-384"}
    alone = findings(ipsec.DETECTOR, "proposals = aes256-sha384-ecp384\n")
    assert all(one.details == () for one in alone)


def test_postfix_says_who_decides_about_hybrids() -> None:
    """Postfix has its own list of groups; with both lists empty OpenSSL decides."""
    (own,) = findings(postfix.DETECTOR, "smtpd_tls_security_level = may\n")
    assert "not in the own groups" in dict(own.details)["hybrid"]
    text = "tls_eecdh_auto_curves =\ntls_ffdhe_auto_groups =\nsmtpd_tls_security_level = may\n"
    (left,) = findings(postfix.DETECTOR, text)
    assert dict(left.details)["hybrid-by-default-since"] == "OpenSSL 3.5.0"


def test_only_what_both_sides_exclude_is_gone() -> None:
    """A suite that the server excludes is still one that the client may use."""
    text = "tls_high_cipherlist = ECDHE-RSA-AES128-SHA\nsmtpd_tls_exclude_ciphers = ECDHE-RSA-AES128-SHA\n"
    assert findings(postfix.DETECTOR, text) == []
    assert len(findings(postfix.DETECTOR, text + "smtp_tls_security_level = none\n")) == 1


def test_excluded_versions_leave_a_lower_bound() -> None:
    """!SSLv3 !TLSv1 is at least TLS 1.1, and says what it excludes."""
    (found,) = findings(dovecot.DETECTOR, "ssl_protocols = !SSLv3 !TLSv1\n")
    assert algorithms.name(found.asset) == "TLSv1.1"
    assert dict(found.details)["bound"] == "minimum"
    assert dict(found.details)["excludes"] == "SSLv3, TLSv1"


def test_priority_string_says_what_is_left() -> None:
    """Keywords are told with the releases whose lists were read."""
    found = findings(exim.DETECTOR, "tls_require_ciphers = SECURE192:-VERS-ALL:+VERS-TLS1.3\n")[0]
    details = dict(found.details)
    assert details["versions"] == "TLS1.3"
    assert details["ciphers"] == "AES-256-GCM, CHACHA20-POLY1305"
    assert details["as-of"] == "GnuTLS 3.7.9 to 3.8.13"
    assert "key-exchanges" not in details
    assert [one.how for one in found.provenance] == ["runtime"]


def test_block_of_a_macro_is_unsure() -> None:
    """What a macro of another file switches on is not sure to hold."""
    (open_,) = findings(exim.DETECTOR, ".ifdef MAIN_TLS_ENABLE\ntls_eccurve = P-384\n.endif\n")
    (held,) = findings(
        exim.DETECTOR, "MAIN_TLS_ENABLE = yes\n.ifdef MAIN_TLS_ENABLE\ntls_eccurve = P-384\n.endif\n"
    )
    assert open_.confidence < held.confidence


@pytest.mark.parametrize(("version", "expected"), [("2.5.1-3", 1), ("2.6.14-1", 0), ("2.10.0-1", 0)])
def test_cipher_of_openvpn_depends_on_the_release(version: str, expected: int) -> None:
    """Since 2.6 the directive chooses nothing in TLS mode."""
    status = f"Package: openvpn\nVersion: {version}\n\n".encode()

    def neighbor(relative: str) -> SourceFile | None:
        path = posixpath.normpath(posixpath.join("etc/openvpn", relative))
        return SourceFile(path, status) if path == "var/lib/dpkg/status" else None

    file = SourceFile("etc/openvpn/a.conf", b"dev tun\ncipher AES-256-CBC\n", neighbor=neighbor)
    assert sum(isinstance(one, Finding) for one in openvpn.DETECTOR.detect(file)) == expected


def test_preshared_key_of_wireguard_is_said() -> None:
    """A preshared key is what its manual calls post-quantum resistance."""
    key = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="
    text = f"[Peer]\nPublicKey = {key}\nPresharedKey = {key}\n[Peer]\nPublicKey = {key}\n"
    peers = [one for one in findings(wireguard.DETECTOR, text) if algorithms.name(one.asset) == "WireGuard"]
    assert [dict(one.details)["preshared-key"] for one in peers] == ["yes", "no"]
    assert [algorithms.name(part) for _, part in peers[0].related] == ["X25519", "ChaCha20-Poly1305", "BLAKE2s-256"]


def test_hashes_are_counted_and_not_repeated() -> None:
    """Of a shadow file only schemes and their numbers are told."""
    text = "".join(f"user{number}:$6$canary$canary:1::::::\n" for number in range(3))
    (found,) = findings(passwords.DETECTOR, text, "etc/shadow")
    assert dict(found.details) == {"hashes": "3"}
    assert "canary" not in repr(found)
    assert "user" not in repr(found)


def test_records_of_a_zone_are_counted() -> None:
    """Signatures are many; one finding an algorithm says how many."""
    line = "a 60 IN RRSIG A 13 2 60 20300101000000 20290101000000 1 b. AAAA\n"
    (found,) = findings(zone.DETECTOR, line * 5)
    assert dict(found.details) == {"records": "5"}


def test_luks_header_is_decoded() -> None:
    """A header's findings are decoded from its bytes; one that is cut off is said to be."""
    (found,) = luks.DETECTOR.detect(SourceFile("x.img", b"LUKS\xba\xbe\x00\x01short"))
    assert isinstance(found, Diagnostic)
    assert found.skip is Skip.MALFORMED
    header = bytearray(592)
    header[:8] = b"LUKS\xba\xbe\x00\x01"
    header[8:11], header[40:51], header[108:112] = b"aes", b"xts-plain64", (32).to_bytes(4, "big")
    (cipher,) = luks.DETECTOR.detect(SourceFile("x.img", bytes(header)))
    assert isinstance(cipher, Finding)
    assert algorithms.name(cipher.asset) == "AES-128-XTS"
    assert cipher.technique is Technique.PARSER


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.name)
def test_wide_encodings_give_nothing(detector: Detector) -> None:
    """No program of these reads UTF-16; nothing is guessed from it."""
    data = "ssl_protocols TLSv1.2;\nsmtpd_tls_protocols = TLSv1.2\n".encode("utf-16")
    assert [one for one in detector.detect(SourceFile("x", data)) if isinstance(one, Finding)] == []
