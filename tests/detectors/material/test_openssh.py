"""SSH public keys and certificates wherever their blobs stand."""

import base64
from itertools import pairwise

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    SSHCertificateBuilder,
    SSHCertificateType,
)

from pqc_migrate.catalog import algorithms
from pqc_migrate.model.inventory import Kind, Skip


def line(key):
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)


def string(value):
    return len(value).to_bytes(4, "big") + value


def test_every_line_of_authorized_keys_is_a_finding_at_its_line(look, private_key):
    """Options before and comments behind do not matter."""
    names = ["RSA-2048", "EC-P-384", "Ed25519"]
    prefixes = [b"", b'from="10.0.0.0/8",command="/bin/true" ', b"# disabled: "]
    keys = [line(private_key(name)) for name in names]
    text = b"# people\n" + b"\n\n".join(p + key + b" c" for p, key in zip(prefixes, keys, strict=True))
    findings, diagnostics = look("home/.ssh/authorized_keys", text)
    assert diagnostics == []
    assert [(algorithms.name(f.asset), f.location.line) for f in findings] == [
        ("RSA-2048", 2),
        ("EC-P-384", 4),
        ("Ed25519", 6),
    ]


def test_known_hosts_lines_are_found(look, private_key):
    """Hashed host names included."""
    key = line(private_key("Ed25519"))
    findings, _ = look("known_hosts", b"|1|c2FsdHNhbHQ=|aGFzaGhhc2g= " + key + b"\nhost,10.0.0.1 " + key + b"\n")
    assert [finding.location.line for finding in findings] == [1, 2]


def test_authorities_and_revoked_keys_say_so(look, private_key):
    """A key that may sign others, or that nobody may use, is not an ordinary one."""
    key = line(private_key("Ed25519"))
    known, _ = look("known_hosts", b"@cert-authority *.b " + key + b"\n@revoked h " + key + b"\nh " + key + b"\n")
    assert [dict(one.details).get("listed-as") for one in known] == ["certificate authority", "revoked", None]
    heads = [b'no-pty,cert-authority,command="a b" ', b"cert-authority ", b'command="x cert-authority y" ']
    users, _ = look("authorized_keys", b"\n".join(head + key for head in heads))
    assert [dict(one.details).get("listed-as") for one in users] == ["certificate authority"] * 2 + [None]


def test_a_key_in_other_text_is_found(look, private_key):
    """Cloud-init, Ansible, source strings."""
    key = line(private_key("RSA-1024")).decode()
    findings, diagnostics = look("user-data.yml", f"#cloud-config\nkeys:\n  - '{key} x@y'\n".encode())
    assert diagnostics == []
    assert [(algorithms.name(f.asset), f.location.line) for f in findings] == [("RSA-1024", 3)]


def test_a_wrapped_key_is_found(look, private_key):
    """RFC 4716 breaks the blob into lines; the key stands where its block begins, as in PEM."""
    blob = line(private_key("RSA-2048")).split()[1]
    wrapped = b"\n".join(blob[i : i + 64] for i in range(0, len(blob), 64))
    text = b"---- BEGIN SSH2 PUBLIC KEY ----\nComment: x\n" + wrapped + b"\n---- END SSH2 PUBLIC KEY ----\n"
    for data in (text, text.replace(b"\n", b"\r\n")):
        findings, diagnostics = look("k.pub", data)
        assert diagnostics == []
        assert [(algorithms.name(f.asset), f.location.line) for f in findings] == [("RSA-2048", 1)]


def test_a_placeholder_is_nothing_and_a_cut_key_in_a_key_file_is_said(look, private_key):
    """`ssh-rsa AAAAB3NzaC1yc2E...` stands in every manual."""
    assert look("README.md", b"ssh-rsa AAAAB3NzaC1yc2E... you@host\n") == ([], [])
    assert look("a.py", b"KEY = 'ssh-ed25519'\n") == ([], [])
    findings, (diagnostic,) = look("id.pub", line(private_key("RSA-1024"))[:60])
    assert findings == []
    assert diagnostic.skip is Skip.MALFORMED


@pytest.mark.parametrize(
    ("subject", "authority", "signature"),
    [
        ("RSA-2048", "Ed25519", "Ed25519"),
        ("Ed25519", "RSA-2048", "RSA-PKCS1-1.5-SHA-512"),
        ("EC-P-256", "EC-P-384", "ECDSA-P-384-SHA-384"),
    ],
)
def test_an_openssh_certificate_is_read(look, private_key, subject, authority, signature):
    """Who it is for, who signed it and until when."""
    builder = (
        SSHCertificateBuilder()
        .public_key(private_key(subject).public_key())
        .serial(4660)
        .type(SSHCertificateType.HOST)
        .key_id(b"web 1")
        .valid_principals([b"web1.example"])
        .valid_after(1704067200)
        .valid_before(2**64 - 1)
    )
    data = builder.sign(private_key(authority)).public_bytes()
    findings, diagnostics = look("id-cert.pub", data + b"\n")
    assert diagnostics == []
    certificate, public = findings
    assert (certificate.rule, public.rule) == ("openssh/certificate", "openssh/certificate-key")
    assert (certificate.asset.kind, certificate.asset.family) == (Kind.CERTIFICATE, "OpenSSH")
    assert certificate.asset.get("name") == "web 1"
    related = dict(certificate.related)
    assert algorithms.name(related["signature-algorithm"]) == signature
    assert algorithms.name(related["issuer"]) == authority
    assert related["public-key"] == public.asset
    assert algorithms.name(public.asset) == subject
    assert dict(certificate.details) == {
        "subject": "web 1",
        "serial-number": "1234",
        "certificate-type": "host",
        "not-valid-before": "2024-01-01T00:00:00Z",
        "expires": "never",
    }


@pytest.mark.parametrize(
    ("kind", "fields", "name"),
    [
        (b"sk-ssh-ed25519@openssh.com", [b"k" * 32, b"ssh:"], "Ed25519"),
        (b"sk-ecdsa-sha2-nistp256@openssh.com", [b"nistp256", b"\4" + b"k" * 64, b"ssh:"], "EC-P-256"),
        (b"ssh-ed448", [b"k" * 57], "Ed448"),
    ],
)
def test_keys_in_a_fido_token_are_found_and_said_to_be_there(look, kind, fields, name):
    """The same families; the private half never leaves the token."""
    blob = b"".join(map(string, [kind, *fields]))
    (finding,), diagnostics = look("id.pub", kind + b" " + base64.b64encode(blob) + b"\n")
    assert diagnostics == []
    assert algorithms.name(finding.asset) == name
    assert (dict(finding.details).get("held-in") == "FIDO token") is kind.startswith(b"sk-")


def test_a_curve_that_contradicts_its_type_is_malformed(look):
    """An ecdsa-sha2-nistp256 key on another curve is no key."""
    blob = b"".join(map(string, [b"ecdsa-sha2-nistp256", b"nistp384", b"\4" + b"k" * 64]))
    findings, diagnostics = look("id.pub", base64.b64encode(blob))
    assert findings == []
    assert [d.skip for d in diagnostics] == [Skip.MALFORMED]


def test_a_long_list_of_keys_is_cut_with_a_word(look, private_key, monkeypatch):
    """What was left out is counted."""
    from pqc_migrate.detectors.material import openssh_blobs

    monkeypatch.setattr(openssh_blobs, "MOST_KEYS", 5)
    text = (line(private_key("Ed25519")) + b"\n") * 8
    findings, (diagnostic,) = look("authorized_keys", text)
    assert all(a.location.line < b.location.line for a, b in pairwise(findings))
    assert len(findings) == 5
    assert diagnostic.skip is Skip.TOO_LARGE
    assert "3 of 8" in diagnostic.message


def test_a_wrapped_key_stands_at_its_own_marker_behind_any_header(look, private_key):
    """A header may go on behind a backslash (RFC 4716 section 3.3); a marker of something else is none."""
    blob = line(private_key("RSA-2048")).split()[1]
    head = b'---- BEGIN SSH2 PUBLIC KEY ----\nSubject: me\nComment: "a \\\nlong one"\n'
    key = blob + b"\n---- END SSH2 PUBLIC KEY ----\n"
    findings, _ = look("keys.pub", b"\n" + head + key + head + key)
    assert [found.location.line for found in findings] == [2, 8]
    findings, _ = look("keys.pub", head + b"prose in between\n" + key)
    assert [found.location.line for found in findings] == [6]
