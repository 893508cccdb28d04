"""Protocol names in string tables: the SSH, TLS, JOSE and XML names that a program offers or accepts.

``("curve25519-sha256", "diffie-hellman-group14-sha256")`` is configuration written as code. A name counts
when it is a member of a list, a key or a value of a map, a field of an initializer, the value of a
name, of a named argument or of a return, or when one string holds a list of names; a name in a comparison,
a message or a comment is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from tree_sitter import Node, Parser

from pqc_migrate.catalog import names, notations
from pqc_migrate.catalog.names import Named
from pqc_migrate.detectors import grammars
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.detectors.source import table_places, table_pointers
from pqc_migrate.model.inventory import Finding, Location, Provenance, Technique
from pqc_migrate.model.target import SourceFile

_SUITE_ANCHORS = (
    "TLS_ECDHE_",
    "TLS_DHE_",
    "TLS_RSA_",
    "TLS_AES_",
    "TLS_CHACHA20_",
    "TLS_SM4_",
    "ECDHE-",
    "DHE-RSA-",
)
_TABLES = frozenset(
    {
        "list", "tuple", "set", "dictionary", "pair",  # Python, JavaScript
        "array", "object", "array_initializer", "initializer_list", "initializer_pair",
        "literal_element", "keyed_element", "element_value_array_initializer",
        "array_element_initializer", "hash", "string_array", "symbol_array",  # PHP, Ruby
        "array_literal", "dictionary_literal", "collection_literal",  # Swift, Kotlin
    }
)  # fmt: skip
_VALUES = frozenset(
    {
        "assignment", "variable_declarator", "field_definition", "public_field_definition",
        "init_declarator", "const_spec", "var_spec", "return_statement", "const_element", "property_element",
        "keyword_argument", "default_parameter", "typed_default_parameter",  # Python
        "assignment_expression", "assignment_pattern", "required_parameter", "enum_assignment",  # JavaScript
        "property_declaration", "enum_entry", "control_transfer_statement", "return_expression",  # Swift, Kotlin
        "optional_parameter", "keyword_parameter", "simple_parameter",  # Ruby, PHP
    }
)  # fmt: skip
_SUBSCRIPTS = frozenset({"subscript", "subscript_expression", "index_expression", "element_reference"})
_SEPARATORS = re.compile(r"[,:\s]+")
_QUOTED = re.compile(rb"\"((?:[^\"\\\n]|\\.)*)\"")
_PERCENT = re.compile(r"%[qQ]?[(\[{<|](.*)[)\]}>|]", re.DOTALL)
"""A string of Ruby written as ``%(first second)``."""
_LONGEST = 2000
_XML = (
    "http://www.w3.org/2000/09/xmldsig#", "http://www.w3.org/2001/04/xmldsig-more#",
    "http://www.w3.org/2007/05/xmldsig-more#", "http://www.w3.org/2021/04/xmldsig-more#",
    "http://www.w3.org/2009/xmldsig11#", "http://www.w3.org/2001/04/xmlenc#", "http://www.w3.org/2009/xmlenc11#",
)  # fmt: skip
"""Begin the algorithm identifiers of XML Signature and XML Encryption (RFC 9231, XML Encryption 1.1)."""


@cache
def _ssh_names() -> frozenset[str]:
    """Return the SSH names that can mean nothing else."""
    return frozenset(
        name for name in names.table("ssh") if len(name) >= 7 and ("-" in name or name.startswith("arcfour"))
    )


@cache
def _jose_names() -> frozenset[str]:
    """Return the JOSE names that can mean nothing else; ``RSA-OAEP`` and others have a meaning elsewhere, too."""
    shared = names.table("webcrypto-key")
    return frozenset(name for name in names.table("jose") if name.lower() not in shared and len(name) > 4)


@cache
def _anchors() -> frozenset[bytes]:
    return frozenset(text.encode() for text in (*_ssh_names(), *_SUITE_ANCHORS, *_jose_names(), *_XML))


def _wants(file: SourceFile) -> bool:
    wanted = _anchors()
    return file.language in grammars.LANGUAGES and any(hit.anchor in wanted for hit in file.hits)


def _detect(file: SourceFile) -> Iterator[Finding]:
    language = "tsx" if file.name.endswith(".tsx") else file.language
    root = Parser(grammars.load(language)).parse(file.data).root_node
    seen: set[int] = set()
    structures: dict[str, list[Finding]] = {}
    for hit in file.hits:
        if hit.anchor in _anchors():
            for start, text, listed in _strings(root, file.data, hit.offset, language):
                if start not in seen:
                    seen.add(start)
                    found = list(_findings(file, start, text, listed))
                    yield from found
                    structures.setdefault(table_pointers.structure_at(root, start), []).extend(found)
    for name, found in structures.items():
        if name and len(found) == 1:
            for offset in table_pointers.references(root, file.data, name):
                yield _entry(file, offset, name, found[0])


def _entry(file: SourceFile, offset: int, name: str, of: Finding) -> Finding:
    """Return the entry of a list that points to the structure in which a name stands."""
    return replace(of, location=Location(file.path, file.line_at(offset), offset, name))


def _strings(root: Node, data: bytes, offset: int, language: str) -> Iterator[tuple[int, str, bool]]:
    """Yield (start, content, member of a table or list) of the string literal around an offset."""
    node: Node | None = root.descendant_for_byte_range(offset, offset + 1)
    if node is not None and node.type == "preproc_arg":  # a macro's body, which C does not parse
        quoted = list(_QUOTED.finditer(data, node.start_byte, node.end_byte))
        listed = any(b"," in match[1] for match in quoted)
        for match in quoted:
            yield match.start(1), match[1].decode("utf-8", "replace"), listed
        return
    while node is not None and node.parent is not None and "string" in node.parent.type:
        if node.parent.type in _TABLES:  # Ruby's %w[first second]
            break
        node = node.parent
    if node is not None and node.type == "property_identifier" and _is_key(node):  # { RS256: "sha256" }
        yield node.start_byte, (node.text or b"").decode("utf-8", "replace"), True
        return
    if node is None or "string" not in node.type or node.end_byte - node.start_byte > _LONGEST:
        return
    content = data[node.start_byte : node.end_byte].decode("utf-8", "replace")
    percent = _PERCENT.fullmatch(content) if language == "ruby" else None
    text = content.strip("rbuf`'\"") if content[:1] not in "`'\"" else content.strip("`'\"")
    text = percent[1] if percent is not None else text
    read = text in _jose_names() and table_places.is_given_to_known_call(node, language)
    read = read or table_places.is_constant_of_known_call(node, language)
    yield data.find(text.encode(), node.start_byte), text, _is_member(node) and not read


def _is_key(node: Node) -> bool:
    return node.parent is not None and node.parent.type == "pair" and node.parent.child_by_field_name("key") == node


def _is_member(node: Node) -> bool:
    if table_places.is_asked(node) or table_places.is_refused(node):
        return False
    parent = node.parent
    while parent is not None and table_places.hands_on(node, parent):
        node, parent = parent, parent.parent
    if parent is not None and parent.child_by_field_name("left") == node:  # the place that is assigned to
        return False
    # A byte string alone is a prefix to compare with; in a table it is offered like any other.
    octets = node.text is not None and node.text[:1] in (b"b", b"B")
    if parent is None:
        return False
    if parent.type == "value_argument":
        return table_places.is_listed(parent)
    return parent.type in _TABLES or (parent.type in _VALUES and not octets) or _is_set(parent)


def _is_set(parent: Node) -> bool:
    """Whether a subscript is assigned to: ``offered["ssh-rsa"] = key`` fills in a table."""
    statement = parent.parent if parent.type in _SUBSCRIPTS else None
    if statement is not None and statement.type == "expression_list":  # Go
        statement = statement.parent
    if statement is None or "assignment" not in statement.type:
        return False
    left = statement.child_by_field_name("left")
    return left is not None and left.start_byte == parent.start_byte and left.end_byte == parent.end_byte


def _findings(file: SourceFile, start: int, text: str, member: bool) -> Iterator[Finding]:
    parts = [text] if text.startswith(_XML) else [part for part in _SEPARATORS.split(text) if part]
    known = [(part, _named(part)) for part in parts]
    recognized = [(part, named) for part, named in known if named is not None]
    # A list in one string must be a list of names throughout; one name must stand in a table.
    if not recognized or (len(parts) == 1 and not member) or len(recognized) * 2 <= len(parts):
        return
    for part, named in recognized:
        offset = start + len(text[: text.index(part)].encode())
        ssh = part in _ssh_names() or part.startswith("gss-")
        rule = "tables/ssh-name" if ssh else "tables/tls-suite"
        yield _finding(file, offset, _rule(part) or rule, named)


def _rule(text: str) -> str:
    return "tables/jose-name" if text in _jose_names() else "tables/xml-algorithm" if text.startswith(_XML) else ""


def _named(text: str) -> Named | None:
    if text in _jose_names():
        return notations.read("jose", text)
    if text.startswith(_XML):
        return notations.read("xmldsig", text)
    if text in _ssh_names():
        return notations.read("ssh", text)
    if text.startswith("gss-") and text.endswith("=="):  # RFC 4462: the MD5 of the mechanism's identifier in Base64
        return notations.read("ssh", text[: text.rfind("-") + 1])
    return notations.read("tls_suites", text) if text.startswith(("TLS_", "ECDHE-", "DHE-")) else None


def _finding(file: SourceFile, offset: int, rule: str, named: Named) -> Finding:
    line = file.line_at(offset)
    return Finding(
        rule=rule,
        asset=named.asset,
        location=Location(file.path, line, offset, "protocol name"),
        technique=Technique.AST,
        confidence=0.8,
        reason="protocol name in a string table; whether it is offered is decided where the table is used",
        provenance=(Provenance("algorithm", "literal", file.path, line),),
        details=named.details,
    )


DETECTOR = Detector("tables", _anchors, _wants, _detect, parses=True)
