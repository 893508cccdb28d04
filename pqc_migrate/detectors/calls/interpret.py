"""What resolved calls mean: values × the catalog's library rules → assets with their provenance.

Knows no language and no syntax. A `Meaning` may be whole (an asset) or only a part (a mode, a
padding) that completes another call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice, product

from pqc_migrate.catalog import algorithms, names, notations
from pqc_migrate.catalog.libraries import Condition, Libraries, Rule, Source
from pqc_migrate.detectors.calls.meaning import Meaning, Refinement, completed, contradict
from pqc_migrate.detectors.calls.values import (
    NOTHING,
    REST,
    UNKNOWN,
    UNREAD,
    Call,
    Items,
    Name,
    Number,
    Octets,
    Table,
    Text,
    Value,
    choice,
    options,
)
from pqc_migrate.model.inventory import Asset, Kind, Provenance

_DEFAULT_CONVERSION = {"size": "number", "curve": "curve", "digest": "digest", "mode": "mode"}
_SCHEMES = {
    "signer": {"RSA": "RSASSA-PKCS1", "EC": "ECDSA"},
    "encryptor": {"RSA": "RSAES-PKCS1", "RSASSA-PKCS1": "RSAES-PKCS1"},
    "curve-signer": {"EC": "ECDSA"},
    "agreement": {"EC": "ECDH"},
    "object": {},
}
"""What a bare key or padding object becomes in an operation that signs, encrypts or agrees with it.

``curve-signer`` leaves an RSA key what it is where its padding is set by another call.
"""
_AGREEING = frozenset({"FFDH", "ECDH", "X25519", "X448"})
_NEVER = {
    "signer": _AGREEING | {"RSAES-PKCS1", "RSAES-OAEP"},
    "curve-signer": _AGREEING | {"RSAES-PKCS1", "RSAES-OAEP"},
    "encryptor": _AGREEING | {"RSASSA-PSS"},
}
"""What an operation cannot be made with: an object that may be one of several was not that one there."""
_SYMMETRIC = frozenset({"block-cipher", "ae", "stream-cipher", "drbg", "kdf"})
_OF_A_KEY = frozenset({"size", "curve", "variant"})
"""Parameters that a key lends to what is done with it."""
_MOST_COMBINATIONS = 12
_MOST_MEANINGS = 64
_DEEPEST = 12
_MOST_ALIKE = 4
"""Sizes or curves of one object that are told apart; of more it is not known which."""
_MOST_PARTS = 32
"""A key that hundreds of calls set in turn is not made of all of them."""


@dataclass(slots=True)
class _Draft:
    """One combination of alternatives on its way to a Meaning."""

    family: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    provenance: list[Provenance] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)
    sure: float = 1.0
    base: tuple[str, tuple[tuple[str, str], ...]] | None = None

    def copy(self) -> _Draft:
        return _Draft(
            self.family,
            dict(self.parameters),
            dict(self.details),
            list(self.provenance),
            list(self.parts),
            self.sure,
            self.base,
        )


@dataclass(frozen=True, slots=True)
class _Read:
    """One value read from a Source: text, or a whole meaning, and where it came from."""

    text: str = ""
    meaning: Meaning | None = None
    asset: Asset | None = None
    details: tuple[tuple[str, str], ...] = ()
    line: int = 0
    how: str = "literal"
    path: str = ""
    part: int = -1


@dataclass(slots=True)
class Interpreter:
    """The catalog of one language applied to the values of one file."""

    libraries: Libraries
    unresolved: dict[int, Rule] = field(default_factory=dict)
    """Offsets of calls whose algorithm is decided where this file cannot show."""
    unlisted: set[int] = field(default_factory=set)
    """Those of them that name it, by a name that the catalog does not hold."""
    missing: set[int] = field(default_factory=set)
    """Offsets of calls that are given a size, curve, digest or mode that was not read."""
    passes: Callable[[int, int], bool] = lambda first, second: False
    """Whether every path to the second offset has come through the first."""
    refinements: Mapping[int, tuple[Refinement, ...]] = field(default_factory=dict)
    """What calls on an object say of it, by the offset of the call that made the object."""
    _memo: dict[tuple[object, ...], tuple[Meaning, ...]] = field(default_factory=dict)
    _refined: dict[tuple[object, ...], tuple[Meaning, ...]] = field(default_factory=dict)
    _depth: int = 0
    _at: int = -1

    def refine(self, refinements: Mapping[int, tuple[Refinement, ...]]) -> None:
        """Take what is now known about objects; everything is interpreted anew."""
        self.refinements = refinements
        self.unresolved.clear()
        self.unlisted.clear()
        self.missing.clear()
        self._memo.clear()
        self._refined.clear()

    def anew(self) -> Interpreter:
        """Return an interpreter that knows the same of objects and has interpreted nothing yet."""
        return Interpreter(self.libraries, passes=self.passes, refinements=self.refinements)

    def meanings(self, value: Value, at: int = -1) -> tuple[Meaning, ...]:
        """Return every meaning of a call or name, as seen from an offset, or over all that is done with it.

        Empty when the catalog knows nothing of it.
        """
        found = self._plain(value)
        known = self.refinements.get(_offset(value), ())
        if not found or not known:
            return found
        key = (at, *_identity(value))
        if key not in self._refined:
            others = [refinement.meaning for refinement in self._effective(known, at)]
            wholes = (whole for meaning in found for whole in completed(meaning, others))
            self._refined[key] = tuple(dict.fromkeys(islice(wholes, _MOST_MEANINGS)))
        return self._refined[key]

    def _effective(self, known: tuple[Refinement, ...], at: int) -> list[Refinement]:
        """Return the refinements that may hold at an offset: a later one on every path undoes an earlier one."""
        earlier = [refinement for refinement in known if refinement.at < at]
        kept: list[Refinement] = []
        for one in reversed(earlier):
            if not any(contradict(one.meaning, k.meaning) and self.passes(k.at, at) for k in kept):
                kept.append(one)
        return kept or list(known)

    def _plain(self, value: Value) -> tuple[Meaning, ...]:
        """Return what a call or name says by itself."""
        if not isinstance(value, Call | Name):
            return ()
        key = _identity(value)
        if key in self._memo:
            return self._memo[key]
        if self._depth >= _DEEPEST:
            return ()
        self._depth += 1
        around, self._at = self._at, value.offset
        try:
            found = tuple(islice(self._interpret(value), _MOST_MEANINGS))
        finally:
            self._depth -= 1
            self._at = around
        if value.offset >= 0:
            self._memo[key] = found
        return found

    def type_of(self, value: Value) -> str:
        """Return the type whose methods the result of a call or constructor has."""
        if isinstance(value, Call | Name):
            name = self.libraries.canonical(value.name)
            return self.libraries.types.get(name, name)
        return ""

    def _interpret(self, value: Call | Name) -> Iterator[Meaning]:
        for rule in self.libraries.rules_of(value.name):
            if not _applies(rule, value):
                continue
            found = [meaning for one in _alternatives(rule, value) for meaning in self._apply(rule, one)]
            yield from found
            quiet = rule.wildcard or rule.silent or rule.refines or rule.optional
            if not found and isinstance(value, Call) and not quiet:
                self.unresolved[value.offset] = rule
                if rule.algorithm is not None and _is_text(_argument(rule.algorithm, value)):
                    self.unlisted.add(value.offset)

    def _apply(self, rule: Rule, value: Call | Name) -> Iterator[Meaning]:
        """Combine the alternatives of algorithm and parameters; nothing when a needed algorithm is unread."""
        call = value if isinstance(value, Call) else Call(line=value.line, name=value.name, offset=value.offset)
        bases = list(self._bases(rule, call))
        several = len({(draft.family, *sorted(draft.parameters.items())) for draft in bases}) > 1
        for draft in bases:
            filled = list(self._fill(rule, call, draft, several))
            for one in filled:
                lends = not rule.alone and (one.family or not _reads_object(rule))
                for finished in self._inherit(one, call, several or len(filled) > 1) if lends else [one]:
                    if finished.family or rule.silent or not _needs_family(rule):
                        yield _meaning(rule, finished)

    def _bases(self, rule: Rule, call: Call) -> Iterator[_Draft]:
        if rule.algorithm is None:
            yield _Draft(family=rule.family, parameters=dict(rule.constants), details=dict(rule.facts))
            return
        for read in self._read(rule.algorithm, call, "algorithm", plain=rule.refines):
            draft = _Draft(details=dict(rule.facts))
            if read.meaning is not None:
                draft.family = read.meaning.family
                draft.parameters = dict(read.meaning.parameters)
                draft.provenance = list(read.meaning.provenance)
                draft.details.update(read.meaning.details)
                draft.parts += [read.part, *read.meaning.parts]
                draft.sure = read.meaning.sure
                if rule.refines:
                    draft.base = read.meaning.base or (read.meaning.family, read.meaning.parameters)
            elif read.asset is not None:
                draft.family = read.asset.family
                draft.parameters = dict(read.asset.parameters)
                draft.details.update(read.details)
                draft.provenance = [Provenance("algorithm", read.how, read.path, read.line)]
                draft.sure = _sure(read)
            draft.parameters.update(rule.constants)
            if rule.family:
                draft.family = rule.family
            if draft.family or draft.parameters or rule.silent:
                yield draft

    def _fill(self, rule: Rule, call: Call, draft: _Draft, several: bool) -> Iterator[_Draft]:
        """Fill in the parameters; when several values have alternatives, which of them go together is not known.

        Then only the first of them is read: AES or DES with 16 or 8 bytes is not four algorithms.
        """
        choices: list[list[tuple[str, bool, _Read]]] = []
        for wanted, detail in ((rule.parameters, False), (rule.details, True)):
            for name, source in wanted:
                reads = [(name, detail, read) for read in self._read(source, call, name)]
                if not reads and name in _DEFAULT_CONVERSION and _argument(source, call) == UNKNOWN:
                    self.missing.add(call.offset)
                alternatives = len({(read.text, read.meaning, read.asset) for _, _, read in reads}) > 1
                if reads and not (alternatives and several):
                    choices.append(reads)
                    several = several or alternatives
        for count, combination in enumerate(product(*choices)):
            if count >= _MOST_COMBINATIONS:
                return
            filled = draft.copy()
            for name, detail, read in combination:
                _set(filled, name, read, detail)
            yield filled

    def _inherit(self, draft: _Draft, call: Call, several: bool) -> Iterator[_Draft]:
        """Take what the object a method is called on already knows, when it is of the same base family.

        An object that is one of several makes as many alternatives, unless there are some already.
        """
        sources = [(option, self._origin(option)) for option in _made(call.receiver)]
        whole = [(option, meaning) for option, meanings in sources for meaning in meanings if meaning.family]
        if whole and not draft.family and not draft.parameters.get("mode"):
            draft.family = whole[0][1].family
        base = algorithms.family(draft.family).base if whole and draft.family else ""
        kin = [(o, meaning) for o, meaning in whole if base and _is_kin(meaning, draft.family, base)]
        for option, meaning in kin:
            draft.parts += [_offset(option), *meaning.parts]
        # An object that may come from elsewhere may be of another size: only what all sources agree on is known.
        said = [meaning.parameters for _, meaning in kin] if all(meanings for _, meanings in sources) else []
        agreed, apart = _compared([tuple(p for p in one if p[0] not in draft.parameters) for one in said])
        draft.parameters.update(agreed)
        if several or not 2 <= len(apart) <= _MOST_ALIKE:
            yield draft
            return
        for parameters in apart:
            one = draft.copy()
            one.parameters.update(parameters)
            yield one

    def _origin(self, value: Value, plain: bool = False) -> tuple[Meaning, ...]:
        """Return what an object means, or else the object that it was derived from (``key.public_key()``).

        `plain` leaves out what calls on it add: a refinement says something of one alternative of an object.
        """
        at = self._at
        for _ in range(_DEEPEST):
            found = self._plain(value) if plain else self.meanings(value, at)
            found = tuple(meaning for meaning in found if not meaning.rule.alone)
            if at != self._at:
                # What a connection offers is negotiated: its methods' results do not carry the protocol on.
                found = tuple(meaning for meaning in found if not _is_protocol(meaning))
            if found or not isinstance(value, Call) or value.receiver is None:
                return found
            at = value.offset
            value = options(value.receiver)[0]
        return ()

    def _read(self, source: Source, call: Call, parameter: str, plain: bool = False) -> Iterator[_Read]:
        """Yield every value a Source has in a call, converted; nothing when it was not read."""
        convert = source.convert or _DEFAULT_CONVERSION.get(parameter, "text")
        if source.receiver:
            yield from self._from_receiver(source, call, plain)
            return
        value = _argument(source, call)
        if value is None:
            if source.default and call.offset >= 0:
                yield from self._convert(Text(line=call.line, how="library default", text=source.default), convert)
            return
        found = [
            [read for read in self._convert(item, convert) if _accepted(source, read)]
            for option in options(value)
            for item in options_in(option, convert, source.split)
        ]
        reads = [read for each in found for read in each]
        # A key that may come from elsewhere may be of another size than the one that was made here.
        key = convert == "object" and parameter != "algorithm" and len(found) > 1
        yield from _common(reads, all(found)) if key else reads

    def _from_receiver(self, source: Source, call: Call, plain: bool) -> Iterator[_Read]:
        if call.receiver is None:
            return
        for option in options(call.receiver):
            for meaning in self._origin(option, plain):
                if source.receiver == "*":
                    family = _SCHEMES.get(source.convert, {}).get(meaning.family, meaning.family)
                    scheme = replace(meaning, family=family)
                    read = _Read(meaning=scheme, line=option.line, how="object", part=_offset(option))
                    yield from [read] if _accepted(source, read) else []
                    continue
                text = meaning.get(source.receiver)
                if text is not None:
                    yield _Read(text=text, line=option.line, how="object", part=_offset(option))

    def _convert(self, value: Value, convert: str) -> Iterator[_Read]:
        if isinstance(value, Name) and value.name in self.libraries.texts:
            value = Text(value.line, "constant", self.libraries.texts[value.name])
        if convert in _SCHEMES:
            yield from self._objects(value, _SCHEMES[convert], _NEVER.get(convert, frozenset()))
        elif convert == "cipher":
            yield from self._ciphers(value)
        elif convert in ("number", "bytes"):
            yield from _numbers(value, 8 if convert == "bytes" else 1)
        elif convert == "octets":
            yield from self._octets(value)
        elif convert == "flag":
            yield from _flags(value)
        elif convert == "text":
            yield from self._texts(value)
        elif convert == "digest":
            yield from self._digests(value)
        elif convert == "hmac":
            yield from (replace(read, text=f"HMAC-{read.text}") for read in self._digests(value))
        elif convert == "curve":
            yield from self._curves(value)
        elif convert == "nist-curve":
            yield from self._curves_of_size(value)
        elif convert == "mode":
            yield from self._modes(value)
        else:
            yield from self._notation(value, convert)

    def _objects(self, value: Value, schemes: Mapping[str, str], never: frozenset[str]) -> Iterator[_Read]:
        for meaning in self._origin(value):
            if schemes and _is_no_key_pair(meaning):  # that a key was made or encrypted with: it signs nothing
                continue
            if meaning.family in never:
                continue
            scheme = replace(meaning, family=schemes.get(meaning.family, meaning.family))
            yield _Read(meaning=scheme, line=value.line, how="object", part=_offset(value))

    def _ciphers(self, value: Value) -> Iterator[_Read]:
        for meaning in self.meanings(value):
            if meaning.asset is not None:
                name = algorithms.name(meaning.asset)
                yield _Read(text=name, line=value.line, how="object", part=_offset(value))

    def _octets(self, value: Value) -> Iterator[_Read]:
        if isinstance(value, Octets):
            yield _Read(text=str(value.length * 8), line=value.line, how=value.how, path=value.path)
        for meaning in self.meanings(value):
            bits = meaning.get("octets")
            if bits is not None:
                yield _Read(text=bits, line=value.line, how="object")

    def _texts(self, value: Value) -> Iterator[_Read]:
        if isinstance(value, Text) and UNREAD not in value.text:
            yield _Read(text=value.text, line=value.line, how=value.how, path=value.path)
        elif isinstance(value, Number):
            yield _Read(text=str(value.number), line=value.line, how=value.how, path=value.path)

    def _digests(self, value: Value) -> Iterator[_Read]:
        if isinstance(value, Table):  # WebCrypto's { name: "SHA-256" }
            for option in options(value.pairs.get("name", UNKNOWN)):
                yield from self._digests(option)
            return
        if isinstance(value, Text):
            asset = names.lookup("digests", value.text)
            if asset is not None:
                yield _Read(text=algorithms.name(asset), line=value.line, how=value.how, path=value.path)
        for meaning in self.meanings(value):
            asset = meaning.asset
            if asset is not None and algorithms.primitive(asset) in ("hash", "xof"):
                yield _Read(text=algorithms.name(asset), line=value.line, how="object", part=_offset(value))
            elif meaning.get("digest"):
                yield _Read(text=meaning.get("digest") or "", line=value.line, how="object", part=_offset(value))

    def _curves(self, value: Value) -> Iterator[_Read]:
        if isinstance(value, Text):
            curve = names.curve(value.text)
            if curve is not None:
                yield _Read(text=curve, line=value.line, how=value.how, path=value.path)
        for meaning in self.meanings(value):
            curve = meaning.get("curve") or (meaning.family and algorithms.family(meaning.family).curve)
            if curve:
                yield _Read(text=curve, line=value.line, how="object", part=_offset(value))

    def _curves_of_size(self, value: Value) -> Iterator[_Read]:
        """Return NIST's curve of a size: of a number, or of a specification of a key that names no family."""
        yield from _nist_curves(value)
        for meaning in self.meanings(value):
            size = meaning.get("size") if not meaning.family else None
            for read in _nist_curves(Text(value.line, text=size)) if size else ():
                yield replace(read, how="object", part=_offset(value))

    def _modes(self, value: Value) -> Iterator[_Read]:
        if isinstance(value, Text) and value.text.upper() in _MODES:
            yield _Read(text=value.text.upper(), line=value.line, how=value.how, path=value.path)
        for meaning in self.meanings(value):
            mode = meaning.get("mode")
            if mode:
                yield _Read(text=mode, line=value.line, how="object", part=_offset(value))

    def _notation(self, value: Value, notation: str) -> Iterator[_Read]:
        if isinstance(value, Number):  # the number behind a constant, written out
            value = Text(value.line, value.how, str(value.number), path=value.path)
        if isinstance(value, Text):
            for named in notations.read_all(notation, value.text):
                yield _Read(
                    asset=named.asset, details=named.details, line=value.line, how=value.how, path=value.path
                )
        yield from self._objects(value, _SCHEMES["object"], frozenset())


_MODES = frozenset(
    {
        "ECB",
        "CBC",
        "CFB",
        "CFB1",
        "CFB8",
        "OFB",
        "CTR",
        "GCM",
        "CCM",
        "OCB",
        "EAX",
        "SIV",
        "XTS",
        "CTS",
        "KW",
        "KWP",
    }
)


def options_in(value: Value, convert: str, separator: str) -> tuple[Value, ...]:
    """Return the members of a list where a name is expected (``algorithms=["RS256", "ES256"]``)."""
    if isinstance(value, Text) and separator:
        return tuple(replace(value, text=part.strip()) for part in value.text.split(separator))
    if isinstance(value, Items) and convert not in ("octets",):
        inner = (option for item in value.items for option in options(item))
        return tuple(part for o in inner for part in (options_in(o, convert, "") if isinstance(o, Items) else (o,)))
    return (value,)


def _is_kin(meaning: Meaning, family: str, base: str) -> bool:
    """Whether an object can be what a scheme works with: of its base, and of its curve where it has one."""
    record = algorithms.family(meaning.family)
    return record.base == base and (meaning.family == family or not algorithms.family(family).curve)


_Pairs = tuple[tuple[str, str], ...]


def _compared(said: list[_Pairs]) -> tuple[_Pairs, list[_Pairs]]:
    """Return what all say of one object, and the alternatives beyond; none when one of them leaves a part open."""
    agreed = tuple(pair for pair in said[0] if all(pair in one for one in said)) if said else ()
    apart = sorted({tuple(pair for pair in one if pair not in agreed) for one in said})
    alike = len({tuple(key for key, _ in one) for one in apart}) == 1
    return agreed, apart if alike else []


def _made(receiver: Value | None) -> tuple[Value, ...]:
    """Return the alternatives of an object; a number is what stands there before the object is made."""
    found = options(receiver) if receiver is not None else ()
    return tuple(option for option in found if not isinstance(option, Number))


def _accepted(source: Source, read: _Read) -> bool:
    if source.without and read.meaning is not None and source.without in dict(read.meaning.parameters):
        return False
    if not source.family:
        return True
    family = read.meaning.family if read.meaning is not None else read.asset.family if read.asset else ""
    return family == source.family or (bool(family) and algorithms.family(family).base == source.family)


def _argument(source: Source, call: Call) -> Value | None:
    value: Value | None = None
    if source.name and source.name in call.named:
        value = call.named[source.name]
    elif source.arg is not None and source.arg < len(call.args):
        value = call.args[source.arg]
        if source.rest and len(call.args) > source.arg + 1:
            value = Items(value.line, items=call.args[source.arg :])
    for key in source.key.split(".") if source.key else ():
        value = _member(value, key) if value is not None else None
    return value


def _member(value: Value, key: str) -> Value | None:
    """Return what stands under a key; members written without keys are told apart by how they are read.

    None when it is left out; UNKNOWN when what would hold it was not read.
    """
    found = [
        option.pairs[key] if isinstance(option, Table) else option
        for option in options(value)
        if (isinstance(option, Table) and key in option.pairs) or isinstance(option, Items)
    ]
    # A parameter's default says nothing of what those pass who call from elsewhere.
    tables = [option for option in options(value) if isinstance(option, Table) and option.how != "default argument"]
    left_out = len(tables) == len(options(value)) and not any(REST in table.pairs for table in tables)
    return choice(found) if found else None if left_out else UNKNOWN


def _flags(value: Value) -> Iterator[_Read]:
    if isinstance(value, Name) and value.name in ("true", "false"):
        yield _Read(text=value.name, line=value.line, how=value.how, path=value.path)


def _numbers(value: Value, scale: int) -> Iterator[_Read]:
    if isinstance(value, Number):
        yield _Read(text=str(value.number * scale), line=value.line, how=value.how, path=value.path)
    elif isinstance(value, Text) and value.text.isascii() and value.text.isdigit():
        yield _Read(text=str(int(value.text) * scale), line=value.line, how=value.how, path=value.path)


def _nist_curves(value: Value) -> Iterator[_Read]:
    """Return the curve that a library documents for a size in bits."""
    for read in _numbers(value, 1):
        curve = names.curve(f"P-{read.text}")
        if curve is not None:
            yield _Read(text=curve, line=value.line, how="library default")


def _alternatives(rule: Rule, value: Call | Name) -> tuple[Call | Name, ...]:
    """Return a call once for each object that its options may be: members of two of them never go together."""
    sources = (rule.algorithm, *(source for _, source in (*rule.parameters, *rule.details)))
    read = [(source.arg, source.key) for source in sources if source is not None and source.key]
    place = next((arg for arg, _ in read if arg is not None and sum(arg == other for other, _ in read) > 1), None)
    if not isinstance(value, Call) or place is None or place >= len(value.args):
        return (value,)
    inner = {key.rpartition(".")[0] for arg, key in read if arg == place}
    apart = _apart(value.args[place], inner.pop() if len(inner) == 1 else "")
    return tuple(replace(value, args=(*value.args[:place], one, *value.args[place + 1 :])) for one in apart)


def _apart(value: Value, inner: str) -> tuple[Value, ...]:
    """Return each object that a value may be; one that holds several under a key as well, once for each of them."""
    found: list[Value] = []
    for option in options(value):
        if isinstance(option, Table) and inner in option.pairs:
            found += [replace(option, pairs={**option.pairs, inner: one}) for one in options(option.pairs[inner])]
        else:
            found.append(option)
    return tuple(found) if sum(isinstance(one, Table) for one in found) > 1 else (value,)


def _applies(rule: Rule, value: Call | Name) -> bool:
    if isinstance(value, Name):
        return rule.reference
    if rule.when is not None and not _holds(rule.when, value):
        return False
    if rule.unless is not None and _holds(rule.unless, value):
        return False
    # An object that is only declared with a type was made out of sight, by arguments that nobody has seen.
    return rule.arity is None or (value.offset >= 0 and len(value.args) == rule.arity)


def _holds(condition: Condition, call: Call) -> bool:
    place = condition.arg if condition.arg >= 0 else None
    value = _argument(Source(arg=place, name=condition.name, key=condition.key), call)
    if value is None or "*" in condition.names:
        return value is not None
    found = list(options(value))
    if condition.member:
        found += [part for one in found if isinstance(one, Items) for part in one.items]
        found += [part for one in found if isinstance(one, Table) for part in one.pairs.values()]
    return any(_shown(option) in condition.names for one in found for option in options(one))


def _shown(value: Value) -> str:
    """Return a constant, a number or joined flags as a rule's condition writes them."""
    if isinstance(value, Items):
        return "|".join(sorted(_shown(item) for item in value.items))
    if isinstance(value, Name | Call):
        return value.name.rsplit(".", 1)[-1]
    if isinstance(value, Text):
        return value.text
    if value == NOTHING:
        return "NULL"
    return str(value.number) if isinstance(value, Number) else ""


def _common(reads: list[_Read], complete: bool) -> Iterator[_Read]:
    """Return what several objects say, less the key's parameters that one of them does not give."""
    bases = {read.meaning: _base(read.meaning) for read in reads if read.meaning is not None}
    for read in reads:
        if read.meaning is None:
            yield read
            continue
        kin = [dict(other.parameters) for other, base in bases.items() if base == bases[read.meaning]]
        kept = tuple(
            (key, text)
            for key, text in read.meaning.parameters
            if key not in _OF_A_KEY or (complete and all(key in one for one in kin))
        )
        yield replace(read, meaning=replace(read.meaning, parameters=kept))


def _base(meaning: Meaning) -> str:
    return algorithms.family(meaning.family).base if meaning.family else ""


def _is_protocol(meaning: Meaning) -> bool:
    return meaning.family != "" and algorithms.family(meaning.family).kind is Kind.PROTOCOL


def _is_no_key_pair(meaning: Meaning) -> bool:
    asset = meaning.asset
    return asset is not None and algorithms.primitive(asset) in _SYMMETRIC


def _is_text(value: Value | None) -> bool:
    return value is not None and any(
        isinstance(option, Text) and UNREAD not in option.text for option in options(value)
    )


def _set(draft: _Draft, name: str, read: _Read, detail: bool) -> None:
    """Write one read value into a draft, with its provenance; an object may bring parameters of its own."""
    if read.meaning is not None:
        _merge(draft, read.meaning, read.part, detail)
        return
    target = draft.details if detail else draft.parameters
    target[name] = read.text or (algorithms.name(read.asset) if read.asset else "")
    if not detail:
        draft.provenance.append(Provenance(name, read.how, read.path, read.line))
    if read.part >= 0:
        draft.parts.append(read.part)
    draft.sure = min(draft.sure, _sure(read))


def _sure(read: _Read) -> float:
    """Return how sure a value is that others may pass or set differently."""
    return 0.85 if read.how in ("default argument", "argument") else 1.0


def _merge(draft: _Draft, other: Meaning, part: int, detail: bool) -> None:
    """Take over what an object brings; one of another base family says nothing of this one."""
    if draft.family and other.family:
        record = algorithms.family(other.family)
        if record.base != algorithms.family(draft.family).base:
            return
        if record.specializes == draft.family:
            draft.family = other.family
    taken = {key: text for key, text in other.parameters if key not in draft.parameters}
    draft.parameters.update(taken)
    draft.provenance.extend(p for p in other.provenance if p.parameter in taken or not draft.family)
    if taken:
        draft.sure = min(draft.sure, other.sure)
    if detail:
        draft.details = {**dict(other.details), **draft.details}
    if not draft.family:
        draft.family = other.family
    draft.parts += [part, *other.parts]


def _meaning(rule: Rule, draft: _Draft) -> Meaning:
    draft.family, draft.parameters = algorithms.specific(draft.family, draft.parameters)
    read = {provenance.parameter for provenance in draft.provenance}
    if draft.family and "size" in read and not algorithms.takes(draft.family, draft.parameters.get("size", "")):
        draft.details.setdefault("key-size", draft.parameters.pop("size", ""))
    return Meaning(
        rule=rule,
        family=draft.family,
        parameters=tuple(sorted((k, v) for k, v in draft.parameters.items() if v)),
        details=tuple(sorted((k, v) for k, v in draft.details.items() if v)),
        provenance=tuple(dict.fromkeys(draft.provenance)),
        parts=tuple(dict.fromkeys(part for part in draft.parts if part >= 0))[:_MOST_PARTS],
        sure=draft.sure,
        base=draft.base,
    )


def _reads_object(rule: Rule) -> bool:
    """Whether a rule takes each alternative of its object as it is, those without a family included."""
    return rule.refines or (rule.algorithm is not None and rule.algorithm.receiver == "*")


def _needs_family(rule: Rule) -> bool:
    """Whether a rule means nothing without a family: it reads its algorithm, or completes its receiver."""
    return rule.algorithm is not None or (not rule.constants and not rule.facts and not rule.details)


def _identity(value: Value) -> tuple[object, ...]:
    """Return what tells two calls apart; one place may call one of several functions or objects."""
    if isinstance(value, Call):
        return (value.offset, value.name, *(_identity(value.receiver) if value.receiver is not None else ()))
    return (value.offset, value.name) if isinstance(value, Name) else ()


def _offset(value: Value) -> int:
    return value.offset if isinstance(value, Call | Name) else -1
