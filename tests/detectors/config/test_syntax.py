"""Every syntax of key and value gives each value once, under its way from the top, at its own place."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pqc_migrate.catalog import settings as catalog
from pqc_migrate.detectors.config.document import Document
from pqc_migrate.detectors.config.meanings import MEANINGS
from pqc_migrate.detectors.config.syntax import READERS
from pqc_migrate.detectors.config.syntax.leaf import Malformed
from pqc_migrate.model.target import SourceFile


def leaves(syntax: str, text: str) -> list[tuple[str, str]]:
    document = Document.of(SourceFile("x", text.encode()))
    return [(leaf.place, leaf.value.text) for one in READERS[syntax](document) for leaf in one]


SAME = {
    "yaml": "a:\n  b: x\n  c: [1, 'y']\n  d: {}\n",
    "json": '{"a": {"b": "x", "c": [1, "y"], "d": {}}} // comment\n',
    "toml": "a.b = \"x\"\n[a]\nc = [1, 'y']\nd = {}\n",
    "hcl": 'a = { b = "x", c = [1, "y"], d = {} }\n',
}


@pytest.mark.parametrize("syntax", SAME)
def test_the_same_content_gives_the_same_leaves(syntax: str) -> None:
    """Objects, lists and scalars; an empty collection is a leaf without value."""
    found = leaves(syntax, SAME[syntax])
    assert found[:3] == [("a.b", "x"), ("a.c[0]", "1"), ("a.c[1]", "y")]
    assert [place for place, _ in found[3:]] == ([] if syntax == "hcl" else ["a.d"])


def test_yaml_follows_aliases_merges_and_documents() -> None:
    """What an anchor names counts wherever it is used, at the place where it is written."""
    text = "base: &b {k: v}\nuse: *b\nmerge:\n  <<: *b\n  own: 1\n---\n"
    text += "next: 'q\"'\nblock: |\n  one\n  two\n"
    assert leaves("yaml", text) == [
        ("base.k", "v"), ("use.k", "v"), ("merge.k", "v"), ("merge.own", "1"), ("next", 'q"'),
        ("block", "one\ntwo\n"),
    ]  # fmt: skip


def test_toml_arrays_of_tables() -> None:
    """Each ``[[table]]`` is an item; a table below belongs to the last one."""
    text = '[[s]]\nn = 1\n[s.t]\nv = "a"\n[[s]]\nn = 2\n'
    assert leaves("toml", text) == [("s[0].n", "1"), ("s[0].t.v", "a"), ("s[1].n", "2")]


def test_hcl_blocks_labels_and_expressions() -> None:
    """Labels are parts of the way; what is not literal is not known."""
    text = 'resource "tls_private_key" "ca" {\n  rsa_bits = 4096\n  algorithm = var.kind\n  t = "${x}y"\n}\n'
    assert leaves("hcl", text) == [
        ("resource.tls_private_key.ca[0].rsa_bits", "4096"),
        ("resource.tls_private_key.ca[0].algorithm", "\x01"),
        ("resource.tls_private_key.ca[0].t", "\x01\x01\x01\x01y"),
    ]


def test_xml_attributes_and_text() -> None:
    """Elements are lists, prefixes and comments are dropped, entities of the five are read."""
    head = '<?xml version="1.0" encoding="GBK"?>\n<!-- <a/> -->'
    text = head + '<s:Server n="口">\n <C p="a&amp;b"/>\n <C> t </C></s:Server>'
    found = leaves("xml", text)
    assert found[1:] == [("Server[0].C[0].@p", "a&b"), ("Server[0].C[1]", "t")]


def test_ini_sections_comments_and_quotes() -> None:
    """With and without sections; a comment ends a value, quotes guard it."""
    text = "a = 1 # c\nexport B='x # y'\n; no\n[s t]\nkey: v\nlone word\n"
    assert leaves("ini", text) == [("a", "1"), ("B", "x # y"), ("s t.key", "v"), ("s t.lone", "word")]


def test_lines_read_what_is_no_yaml() -> None:
    """A Helm template keeps its keys and nesting."""
    text = "spec:\n  {{- if .Values.tls }}\n  tls:\n    - hosts: [a]\n"
    text += "      secretName: {{ .Values.s }}\n  {{- end }}\n  z: 1\n"
    found = dict(leaves("lines", text))
    assert found["spec.tls[0].hosts"] == "[a]"
    assert found["spec.z"] == "1"
    assert set(found["spec.tls[0].secretName"]) == {"\x01"}


LAUGHS = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))


def test_an_empty_xml_element_is_a_leaf() -> None:
    """An element without content, attributes and children may be a name by itself."""
    assert leaves("xml", "<p><a/><b x='1'/><c></c><d><e/></d></p>") == [
        ("p[0].a[0]", ""), ("p[0].b[0].@x", "1"), ("p[0].c[0]", ""), ("p[0].d[0].e[0]", ""),
    ]  # fmt: skip


def test_ini_keys_of_several_words() -> None:
    """An equals sign ends the key, which keeps its blanks (Samba)."""
    text = "[global]\n  server min protocol = SMB3 # x\n;tls enabled = no\n[a b]\nguest ok=yes\n"
    assert leaves("ini-words", text) == [("global.server min protocol", "SMB3"), ("a b.guest ok", "yes")]


def test_oracle_net_values_go_on_in_indented_lines() -> None:
    """A list in parentheses is one value, without the comments between its lines."""
    text = "# A = 1\nSQLNET.X = (a,\n  b)\nS = # c\n (d,\n # e\n f\n )\nT=1\n"
    assert leaves("oracle-net", text) == [
        ("SQLNET.X", "(a,\n  b)"), ("S", "(d,\n    \n f\n )"), ("T", "1"),
    ]  # fmt: skip


def test_mqsc_attributes_stand_under_their_command() -> None:
    """A plus sign continues a command, an asterisk makes a comment."""
    text = "* X(1)\nDEFINE CHANNEL('A.B') +\n  sslciph( T ) REPLACE\nALTER QMGR CERTLABL('q')\n"
    assert leaves("mqsc", text) == [
        ("command[0].CHANNEL", "A.B"), ("command[0].SSLCIPH", "T"), ("command[1].CERTLABL", "q"),
    ]  # fmt: skip


def test_erlang_pairs_are_keys() -> None:
    """A list of pairs is a mapping, any other list keeps its positions."""
    text = """%% {x, 1}
    [{rabbit, [{ssl_options, [{versions, ['tlsv1.2', v]}, {depth, 2}]}, {tcp, []}]}, {m, ["a", {k, <<"b">>}]}]."""
    assert leaves("erlang", text) == [
        ("rabbit.ssl_options.versions[0]", "tlsv1.2"), ("rabbit.ssl_options.versions[1]", "v"),
        ("rabbit.ssl_options.depth", "2"), ("m[0]", "a"), ("m.k", "<<"), ("m.k", "b"), ("m.k", ">>"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("syntax", "text"),
    [
        ("erlang", "[" * 100_000),
        ("erlang", "{rabbit, [x}"),
        ("yaml", "[" * 100_000),
        ("yaml", LAUGHS),
        ("json", "no"),
        ("xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
        ("xml", "<a>" * 10_000),
        ("xml", "<a"),
    ],
)  # fmt: skip
def test_hostile_or_broken_input_is_malformed(syntax: str, text: str) -> None:
    """Depth and aliases are bounded; the reader says so and does not crash."""
    with pytest.raises(Malformed):
        leaves(syntax, text)


@pytest.mark.parametrize("syntax", ["json", "toml", "hcl"])
def test_deep_nesting_ends(syntax: str) -> None:
    """The reader stops where no setting lies."""
    leaves(syntax, ("" if syntax == "json" else "a = ") + "[" * 20_000 + "]" * 20_000)


@pytest.mark.parametrize("syntax", READERS)
@pytest.mark.parametrize(
    "text", ["a" + " " * 300_000, "a" + "\n" * 300_000, "[" + "\t" * 300_000, "a=(" + "\n b" * 99_000]
)
def test_long_lines_take_linear_time(syntax: str, text: str) -> None:
    """Blanks without an end do not make a reader go back over them again and again."""
    with suppress(Malformed):
        leaves(syntax, text)


PIECES = (
    "'", "(", ")", "+\n", "* ", "%", "{a, ", "<<", ">>",
    "a: b\n", "- ", "  ", "{", "}", "[", "]", '"', "'", ":", "=", "\n", "<a b='", "</a>", "<![CDATA[", "&amp;",
    "*x", "&x ", "<<: ", "|\n", "#", "{{ x }}", "${y}", "\\", "x = 1\n", "[[t]]\n", 'r "l" {\n', "<<EOT\n", "\x00",
    "ÿ", "\x85",
)  # fmt: skip


@pytest.mark.parametrize("syntax", READERS)
@settings(deadline=None)
@given(parts=st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=30))
def test_places_lie_in_the_file_and_nothing_else_is_raised(syntax: str, parts: list[str]) -> None:
    """Each value stands where its offset says, unless it was put together."""
    document = Document.of(SourceFile("x", "".join(parts).encode("utf-8", "replace")))
    try:
        found = [leaf for one in READERS[syntax](document) for leaf in one]
    except Malformed:
        return
    for leaf in found:
        assert 0 <= leaf.value.offset <= len(document.text)
        if not leaf.value.fixed and leaf.value.known and document.text.isascii() and "\x00" not in document.text:
            assert document.text.startswith(leaf.value.text, leaf.value.offset)


def test_every_meaning_of_the_catalog_has_its_reader() -> None:
    """A typo in a settings file must not switch a setting off."""
    asked = {(product.id, key.means) for product in catalog.products() for key in product.settings}
    assert [one for one in asked if one[1] not in MEANINGS] == []
    assert {files.syntax for product in catalog.products() for files in product.files} <= READERS.keys()
