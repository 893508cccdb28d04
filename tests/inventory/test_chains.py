"""Certificates are linked across files: by name and key identifier, and to the private keys they belong to."""

from pqc_migrate.inventory.merge import merge
from pqc_migrate.model.inventory import Asset, Coverage, Finding, Kind, Location, Technique


def certificate(name, path, *, key=None, **details):
    asset = Asset.of(Kind.CERTIFICATE, "X.509", name=name, fingerprint=f"{name}@{path}")
    facts = {"subject": f"CN={name}", **{word.replace("_", "-"): value for word, value in details.items()}}
    related = (("public-key", key),) if key else ()
    return found(asset, path, tuple(facts.items()), related)


def found(asset, path, details=(), related=()):
    return Finding(
        "pem/x", asset, Location(path, 1), Technique.PARSER, 1.0, "decoded", details=details, related=related
    )


def relations(findings, relation):
    components = merge(findings, Coverage(), "t").components
    names = {component.ref: component for component in components}
    return {
        (component.name, names[ref].name)
        for component in components
        for found_relation, ref in component.related
        if found_relation == relation
    }


ROOT = {"subject_key_identifier": "aa", "self_signed": "yes", "issuer": "CN=root"}
LEAF = {"issuer": "CN=root", "authority_key_identifier": "aa", "self_signed": "no"}


def test_an_issuer_in_another_file_is_linked_by_name_and_key_identifier():
    """Both have to agree."""
    root = certificate("root", "root.pem", **ROOT)
    assert relations([root, certificate("leaf", "leaf.pem", **LEAF)], "issuer") == {("leaf", "root")}
    for other in ({"authority_key_identifier": "bb"}, {"issuer": "CN=other"}, {"authority_key_identifier": ""}):
        leaf = certificate("leaf", "leaf.pem", **{**LEAF, **other})
        assert relations([root, leaf], "issuer") == set()


def test_how_a_link_was_made_is_told():
    """A signature that a detector verified is another thing than equal names."""
    findings = [certificate("root", "root.pem", **ROOT), certificate("leaf", "leaf.pem", **LEAF)]
    (leaf,) = [c for c in merge(findings, Coverage(), "t").components if c.name == "leaf"]
    assert dict(leaf.occurrences[0].details)["issuer-match"] == "name and key identifier"
    verified = {**LEAF, "issuer_fingerprint": "root@root.pem", "issuer_match": "signature", "issuer": "CN=else"}
    findings = [certificate("root", "root.pem", **ROOT), certificate("leaf", "leaf.pem", **verified)]
    assert relations(findings, "issuer") == {("leaf", "root")}
    (leaf,) = [c for c in merge(findings, Coverage(), "t").components if c.name == "leaf"]
    assert dict(leaf.occurrences[0].details)["issuer-match"] == "signature"


def test_a_self_signed_certificate_has_no_issuer():
    """It is its own."""
    root = certificate("root", "root.pem", **{**ROOT, "authority_key_identifier": "aa"})
    assert relations([root], "issuer") == set()


def test_a_private_key_is_linked_with_the_certificate_of_its_public_key():
    """Wherever the two lie."""
    public = Asset.of(Kind.KEY, "RSA", type="public-key", size=2048, fingerprint="f")
    private = Asset.of(Kind.KEY, "RSA", type="private-key", size=2048, fingerprint="f")
    other = Asset.of(Kind.KEY, "RSA", type="private-key", size=4096, fingerprint="g")
    findings = [
        certificate("leaf", "leaf.pem", key=public, **LEAF),
        found(private, "secret/leaf.key", related=(("public-key", public),)),
        found(other, "secret/other.key"),
    ]
    assert relations(findings, "private-key") == {("leaf", "RSA-2048")}
