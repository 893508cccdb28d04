"""Settings of products whose files are keys with values; one detector for each `catalog/settings/<product>.toml`.

A file is a product's when its path says so, or one of the product's anchors stands in it, and each document in it
has the values that the product's own documents have. A template that is no longer well-formed is read by lines and
is less sure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache, partial

from pqc_migrate.catalog import settings
from pqc_migrate.catalog.settings import Files, Key, Product
from pqc_migrate.detectors.config.constants import OVERRIDABLE, Constants
from pqc_migrate.detectors.config.document import PLACEHOLDER, Document, Word
from pqc_migrate.detectors.config.meanings import ANY_VALUE, MEANINGS, Given
from pqc_migrate.detectors.config.report import LIKELY, UNSURE, Setting
from pqc_migrate.detectors.config.syntax import READERS
from pqc_migrate.detectors.config.syntax.leaf import Leaf, Malformed, parent_of
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Diagnostic, Finding, Skip
from pqc_migrate.model.target import SourceFile

Found = Iterator[Finding | Diagnostic]
_DEFAULT = re.compile(r"\$\{[^:{}]+:-?([^{}]+)\}")
"""``${NAME:default}`` of Spring, MicroProfile and WildFly, ``${NAME:-default}`` of Tomcat."""


def detectors() -> tuple[Detector, ...]:
    """Return one detector a product, in the order of their names."""
    return tuple(
        Detector(
            product.id,
            partial(_anchors, product),
            partial(_wants, product),
            partial(_detect, product),
        )
        for product in settings.products()
    )


def _anchors(product: Product) -> frozenset[bytes]:
    return frozenset().union(*(files.anchors for files in product.files))


def _wants(product: Product, file: SourceFile) -> bool:
    return _files(product, file) is not None


def _files(product: Product, file: SourceFile) -> Files | None:
    """Return which of the product's files this one is, by its path and the anchors in it."""
    path = file.path.lower()
    for files in product.files:
        if files.fit(path) and (not files.anchors or _has(file, files.anchors)):
            return files
    return None


def _has(file: SourceFile, anchors: frozenset[bytes]) -> bool:
    return any(hit.anchor in anchors for hit in file.hits)


def _detect(product: Product, file: SourceFile) -> Found:
    files = _files(product, file)
    if files is None:
        return
    document = Document.of(file, own_substitution=files.own_substitution)
    if not document.readable:
        yield Diagnostic(file.path, Skip.ENCODING, "UTF-16 or UTF-32", rule=product.id)
        return
    try:
        documents = _documents(document, files.syntax)
    except Malformed as error:
        yield Diagnostic(file.path, Skip.MALFORMED, error.message, error.line, product.id)
        return
    constants = Constants(file, document, documents)
    for leaves in documents:
        beside = _values(leaves)
        if all(_fits(beside.get(place), pattern) for place, pattern in files.when.items()):
            if files.last_holds and not document.is_template:
                leaves = tuple({product.spelled(leaf.place): leaf for leaf in leaves}.values())
            yield from _read(product, constants, leaves, beside)


@lru_cache(maxsize=4)
def _documents(document: Document, syntax: str) -> tuple[tuple[Leaf, ...], ...]:
    """Read a file once for all the products it may belong to; a template that broke its syntax, by lines."""
    try:
        return tuple(READERS[syntax](document))
    except Malformed:
        if document.is_template and syntax in ("yaml", "json"):
            return tuple(READERS["lines"](document))
        raise


def _read(product: Product, constants: Constants, leaves: tuple[Leaf, ...], values: Mapping[str, Word]) -> Found:
    for leaf in leaves:
        spelled = product.spelled(leaf.key)
        if product.keys.fullmatch(spelled) is None:
            continue
        beside = partial(_beside, constants, values, leaf.place)
        for key in product.settings:
            if key.keys.fullmatch(spelled) is None or (value := _value(key, leaf.value)) is None:
                continue
            if all(_fits(beside(place), one) for place, one in key.when.items()):
                setting = Setting(constants.document, f"{product.id}/{key.rule}", key.symbol or _last(leaf.place))
                if product.likely:
                    setting = replace(setting, ceiling=LIKELY, ceiling_reason=product.likely)
                found = list(_meant(Given(key, beside), setting, value, constants))
                yield from found
                if found and not key.reads_part:
                    break


def _values(leaves: tuple[Leaf, ...]) -> Mapping[str, Word]:
    """Return the values of a document by their places; that of a mapping or list is there, and not known."""
    found: dict[str, Word] = {}
    for leaf in leaves:
        place = parent_of(leaf.place)
        while place and place not in found:
            found[place] = Word(PLACEHOLDER, leaf.value.offset)
            place = parent_of(place)
    found.update((leaf.place, leaf.value) for leaf in leaves)
    return found


def _value(key: Key, value: Word) -> Word | None:
    """Return what a setting reads of a value: all of it, or what stands behind an option of a command line."""
    if key.flag is None:
        return value
    match = key.flag.search(value.text)
    return value.part(match.start(1), match[1]) if match is not None else None


def _meant(given: Given, setting: Setting, value: Word, constants: Constants) -> Found:
    if value.text.strip().lower() in given.key.options.get("nothing", ()):
        return
    if constants.is_overridable(value):
        setting = replace(setting, ceiling=LIKELY, ceiling_reason=OVERRIDABLE)
    yield from setting.read(partial(_meaning, given), constants.resolve(value))


def _meaning(given: Given, setting: Setting, value: Word) -> Found:
    if "${" in value.text and given.key.means not in ANY_VALUE:
        default = _DEFAULT.fullmatch(value.text)
        if default is not None:
            value = value.part(default.start(1), default[1])
            setting = replace(setting, ceiling=UNSURE, ceiling_reason="a default that the environment may replace")
        elif not given.key.options.get("sought"):
            yield setting.unresolved(value, "the value is filled in elsewhere")
            return
    for word in given.pieces(value):
        if "${" in word.text and given.key.means not in ANY_VALUE:
            yield setting.unresolved(word, "the value is filled in elsewhere")
        else:
            yield from MEANINGS[given.key.means](setting, word, given)


def _fits(value: Word | None, pattern: re.Pattern[str]) -> bool:
    """Whether a value is one of those that a record names; ``when = {place = ""}`` asks that there is none."""
    return pattern.fullmatch(value.text if value is not None else "") is not None


def _beside(constants: Constants, values: Mapping[str, Word], place: str, wanted: str) -> Word | None:
    """Return the value at a place relative to the mapping that holds a setting; ``/`` in front: from the top.

    ``@name`` of a setting that is the text of an XML element is an attribute of that element.
    """
    found = _found_beside(values, place, wanted)
    return constants.resolve(found) if found is not None else None


def _found_beside(values: Mapping[str, Word], place: str, wanted: str) -> Word | None:
    if wanted.startswith("/"):
        return values.get(wanted[1:])
    if wanted.startswith("@") and (own := values.get(f"{place}.{wanted}")) is not None:
        return own
    base = _holder(place)
    while wanted.startswith("../"):
        base, wanted = _holder(base), wanted[3:]
    return values.get(f"{base}.{wanted}" if base else wanted)


def _holder(place: str) -> str:
    """Return the place of the mapping or element around a place; lists are no level of their own."""
    while place.endswith("]"):
        place = parent_of(place)
    return parent_of(place)


def _last(place: str) -> str:
    """Return the last word of a place, as the file spells it."""
    return place.rpartition(".")[2].partition("[")[0].removeprefix("@")
