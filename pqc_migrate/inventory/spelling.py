"""Algorithm names of other tools' CBOMs → assets.

Three sources, the more exact first: the registry's variant patterns as `algorithms.toml` holds them (with
separators and case ignored), the notations of `catalog/names`, and the two shapes Java made common
(``SHA256withRSA``, ``AES/CBC/PKCS5Padding``). A name that none knows is not guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache

from pqc_migrate.catalog import algorithms, names
from pqc_migrate.catalog.algorithms import Family
from pqc_migrate.model.inventory import Asset, Kind

Parameters = dict[str, str]

_NOTATIONS = ("cbom", "digests", "jose", "ssh", "tls_signature_schemes")
_MODES = (
    "GCM-SIV", "GCM", "CCM8", "CCM", "CBC", "ECB", "CTR", "CFB128", "CFB64", "CFB8", "CFB1", "CFB", "OFB", "XTS",
    "OCB", "EAX", "SIV", "KWP", "KW",
)  # fmt: skip
_PADDINGS = {
    "pkcs5": "PKCS5", "pkcs7": "PKCS7", "pkcs1v15": "PKCS1", "oaep": "OAEP",
    "pkcs5padding": "PKCS5", "pkcs7padding": "PKCS7", "pkcs1padding": "PKCS1",
}  # fmt: skip
_SCHEMES = {
    ("RSA", "oaep", "pke"): "RSAES-OAEP",
    ("RSA", "pkcs1v15", "pke"): "RSAES-PKCS1",
    ("RSA", "pkcs1v15", "signature"): "RSASSA-PKCS1",
}
"""RSA with a padding is a scheme of RFC 8017."""
_SIGNERS = {"rsa": "RSASSA-PKCS1", "ecdsa": "ECDSA", "dsa": "DSA", "sm2": "SM2"}
_SUITE = re.compile(r"TLS_[A-Z0-9]+(?:_[A-Z0-9]+)+")
_PBKDF2_WITH = re.compile(r"PBKDF2-?with-?HMAC-?(?P<digest>[A-Za-z0-9/_-]+)", re.I)
_WITH = re.compile(r"(?P<digest>[A-Za-z0-9/_-]+?)-?with-?(?P<signer>RSA|ECDSA|DSA|SM2)(?P<mgf>and-?MGF1)?", re.I)
_TOKEN = re.compile(r"\[|\]|\||\{\w+\}|[^\[\]{}|]+")
_SEPARATOR = r"[-_/ ]?"
_OPTIONAL_PART = re.compile(r"\[[^\]]*\]")
_TWO_PARTS = re.compile(r"(\[[^\]]*\])(\[[^\]]*\])$")
_FREE = r"[A-Za-z0-9][A-Za-z0-9_./+-]*"
_LONGEST = 200


@lru_cache(maxsize=4096)
def spelled(text: str, primitive: str = "") -> Asset | None:
    """Return the algorithm or protocol that a name of another tool means, or None.

    `primitive` (of CycloneDX) decides between schemes of one name: RSA-PKCS1-1.5 signs or encrypts.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return None
    if _SUITE.fullmatch(text):
        return Asset.of(Kind.PROTOCOL, "TLS-suite", suite=text)
    return _by_pattern(text, primitive) or _by_notation(text) or _by_digest_with(text) or _by_transformation(text)


def with_fields(asset: Asset, fields: Mapping[str, str], primitive: str = "") -> tuple[Asset, frozenset[str]]:
    """Complete an algorithm by CycloneDX fields; return it and the fields that fitted.

    `fields` may hold ``parameterSetIdentifier``, ``curve``, ``ellipticCurve``, ``mode`` and ``padding``. A
    field that contradicts the name, or means nothing for the family, is left to the caller.
    """
    known = dict(asset.parameters)
    family = algorithms.family(asset.family)
    used = set()
    for field, value in fields.items():
        read = _field(family, field, value)
        if read is None:
            continue
        key, canonical = read
        if known.setdefault(key, canonical) == canonical:
            used.add(field)
    scheme = _SCHEMES.get((family.id, fields.get("padding", "").lower(), primitive))
    if scheme:
        family, used = algorithms.family(scheme), used | {"padding"}
        known.pop("padding", None)
    family, known = _fixed_curve(family, known)
    return Asset.of(asset.kind, family.id, **known), frozenset(used)


def registry_family(text: str, primitive: str = "") -> Asset | None:
    """Return the asset of a CycloneDX 1.7 ``algorithmFamily``, or None where it could be several of ours."""
    found = [f for f in algorithms.families().values() if f.registry == text]
    exact = [f for f in found if f.id == text] or [f for f in found if f.primitive == primitive]
    chosen = exact or found
    return Asset.of(chosen[0].kind, chosen[0].id) if len(chosen) == 1 else None


def _field(family: Family, field: str, value: str) -> tuple[str, str] | None:
    """Return our parameter and its canonical value for one CycloneDX field, or None."""
    wanted = set(re.findall(r"\{(\w+)\}", family.name))
    if field in ("curve", "ellipticCurve"):
        curve = names.curve(value) or names.curve(value.rpartition("/")[2])
        if curve is not None and (curve == family.curve or "curve" in wanted or family.id == "EdDSA"):
            return "curve", curve
    elif field == "parameterSetIdentifier":
        for key in ("size", "variant", "group", "curve"):
            if key in wanted and re.fullmatch(_value(family, key), value, re.I):
                return _canonical(family, key, value)
    elif field == "mode" and "mode" in wanted:
        return next((("mode", mode) for mode in _MODES if mode.lower() == value.lower()), None)
    elif field == "padding" and family.primitive in ("block-cipher", "pke"):
        padding = _PADDINGS.get(value.lower())
        return ("padding", padding) if padding else None
    return None


def _fixed_curve(family: Family, known: Parameters) -> tuple[Family, Parameters]:
    """Return the family that a curve alone makes: EdDSA over Ed25519 is Ed25519, ECDH over Curve25519 X25519."""
    curve = known.get("curve")
    if curve is None:
        return family, known
    rest = {key: value for key, value in known.items() if key != "curve"}
    if curve == family.curve:
        return family, rest
    for other in algorithms.families().values():
        if other.curve == curve and other.registry == family.registry and other.primitive == family.primitive:
            return other, rest
    return family, known


def _by_pattern(text: str, primitive: str) -> Asset | None:
    found = []
    for family, pattern in _patterns():
        match = pattern.fullmatch(text)
        asset = _asset(family, match.groupdict()) if match else None
        if asset is not None and asset not in found:
            found.append(asset)
    fitting = [asset for asset in found if primitive and algorithms.primitive(asset) == primitive] or found
    return fitting[0] if len(fitting) == 1 else _shared(fitting)


def _shared(assets: list[Asset]) -> Asset | None:
    """Return what several readings of one name agree on: RSA-PKCS1-1.5 without a use is RSA, and no more."""
    bases = {algorithms.family(asset.family).base for asset in assets}
    if len(bases) != 1:
        return None
    base = algorithms.family(bases.pop())
    common = frozenset.intersection(*(frozenset(asset.parameters) for asset in assets))
    return Asset.of(base.kind, base.id, **{key: value for key, value in common if f"{{{key}}}" in base.name})


def _asset(family: Family, groups: Mapping[str, str | None]) -> Asset | None:
    known: Parameters = {}
    for key, value in groups.items():
        if value is not None:
            read = _canonical(family, key, value)
            if read is None:
                return None
            known[key] = read[1]
    family, known = _fixed_curve(family, known)
    return Asset.of(family.kind, family.id, **known)


def _canonical(family: Family, key: str, value: str) -> tuple[str, str] | None:
    if key == "digest":
        digest = names.lookup("digests", value)
        return (key, algorithms.name(digest)) if digest else None
    if key == "curve":
        curve = names.curve(value)
        return (key, curve) if curve else None
    if key in ("cipher", "prf"):
        part = spelled(value)
        return (key, algorithms.name(part)) if part else None
    if key == "mode":
        return key, value.upper()
    if key in ("group", "suite"):
        return key, value
    levels = family.level if isinstance(family.level, Mapping) else {}
    return key, next((known for known in levels if known.lower() == value.lower()), value)


def _by_notation(text: str) -> Asset | None:
    return next((asset for notation in _NOTATIONS if (asset := names.lookup(notation, text))), None)


def _by_digest_with(text: str) -> Asset | None:
    match = _WITH.fullmatch(text) or _PBKDF2_WITH.fullmatch(text)
    digest = names.lookup("digests", match["digest"]) if match else None
    if match is None or digest is None:
        return None
    if match.re is _PBKDF2_WITH:
        return Asset.of(Kind.ALGORITHM, "PBKDF2", digest=algorithms.name(digest))
    family = _SIGNERS[match["signer"].lower()]
    if family == "RSASSA-PKCS1" and match["mgf"]:
        family = "RSASSA-PSS"
    return Asset.of(Kind.ALGORITHM, family, digest=algorithms.name(digest))


def _by_transformation(text: str) -> Asset | None:
    parts = text.split("/")
    if len(parts) != 3:
        return None
    cipher, mode, padding = parts
    asset = spelled(cipher)
    if asset is None:
        return None
    primitive = algorithms.primitive(asset)
    padding = "pkcs1v15" if padding.lower() == "pkcs1padding" else "oaep" if "oaep" in padding.lower() else padding
    return with_fields(asset, {"mode": mode, "padding": padding}, primitive)[0]


@cache
def _patterns() -> tuple[tuple[Family, re.Pattern[str]], ...]:
    """Compile every family's name pattern; hash functions that `names/digests.toml` lists are left to it."""
    listed = {asset.family for asset in names.table("digests").values()}
    compiled = []
    for family in algorithms.families().values():
        required = _OPTIONAL_PART.sub("", family.name)
        if required.startswith("{") or (family.id in listed and "{size}" in required):
            continue
        # Both orders of two optional parts: AES-256-GCM and AES-GCM-256.
        for spelling in {family.name, _TWO_PARTS.sub(r"\2\1", family.name)}:
            compiled.append((family, re.compile("".join(_regex(family, spelling)), re.I)))
    return tuple(compiled)


def _regex(family: Family, spelling: str) -> Iterator[str]:
    tokens = _TOKEN.findall(spelling)
    for token, following in zip(tokens, [*tokens[1:], ""], strict=True):
        if token == "[":
            yield "(?:"
        elif token == "|":
            yield "|"
        elif token == "]":
            yield ")?"
        elif token.startswith("{"):
            yield f"(?P<{token[1:-1]}>{_value(family, token[1:-1])})"
        elif token == "v" and following == "{version}":
            yield "[-_ ]?v?[-_ ]?"
        elif token == "-" and following.startswith("{") and _value(family, following[1:-1]) == _FREE:
            yield r"(?:[-_/ ]|(?=\d))"
        else:
            yield _SEPARATOR.join(re.escape(part) for part in re.split(r"[-_]", token))


def _value(family: Family, key: str) -> str:
    """Return the regular expression of a parameter's values."""
    levels = family.level if isinstance(family.level, Mapping) else {}
    if levels and family.parameters[:1] == (key,):
        return _any(levels)
    return {
        "size": r"\d{2,5}",
        "digest": _digest_regex(),
        "curve": _curve_regex(),
        "mode": _any(_MODES),
        "version": r"\d(?:\.\d)?",
        "cipher": r"[A-Za-z0-9]+(?:-\d+)?",
        "prf": f"HMAC-?(?:{_digest_regex()})",
        "group": r"(?:ffdhe|modp)\d{1,5}",
    }.get(key, _FREE)


@cache
def _digest_regex() -> str:
    return _any(names.table("digests"))


@cache
def _curve_regex() -> str:
    return _any(names.curves())


def _any(words: Iterable[str]) -> str:
    # The longest first, so that "512/256" is not read as "512".
    return "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w)))
