"""No input makes a configuration detector raise, and its places always lie in the file."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pqc_migrate.detectors.config import DETECTORS
from pqc_migrate.detectors.config.document import Document
from pqc_migrate.detectors.config.nginx_syntax import directives
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Finding
from pqc_migrate.model.target import SourceFile

PIECES = (
    "ssl_protocols TLSv1.2;", "ssl_ciphers 'AES128-SHA:HIGH';", "ssl_ecdh_curve X25519:", "listen 443 ssl;",
    "server {", "}", "content_by_lua_block {", "--[[", "]]", ";", "=", ":", ",", "#", '"', "'", "\\", "\\\r\n",
    "{{ x }}", "{% if %}", "{#", "<%= y %>", "${z}", "@W@", "\n", "\r", "\t", "\x00", "\x01", "\x0b",
    "\x85", "\xa0", "ÿ",
    "KexAlgorithms +ssh-rsa,", "Ciphers aes128-ctr\n", "Match all\n", "Include a\n", "CRYPTO_POLICY='-oMACs=a'\n",
    "[ req ]\n", "default_md = $a\n", "a = ${b::c}$d$(e)\n", ".include f\n", "openssl_conf = req\n",
    "CipherString = RC4:!x\n", "security.provider.1=X Y\n",
    "SSLProtocol all -SSLv3 ${x}\n", "Define x TLSv1\n", "<VirtualHost *>\n", "</VirtualHost>\n",
    "MDPrivateKeys rsa\n",
    "jdk.tls.disabledAlgorithms=RC4, \\\n  DH keySize < 1\n",
)  # fmt: skip
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=30).map("".join)


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.name)
@settings(deadline=None)
@given(text=texts, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]))
def test_never_raises_and_places_lie_in_the_file(detector: Detector, text: str, encoding: str) -> None:
    """Whatever the file holds, findings point into it and say their line right."""
    file = SourceFile("x.conf", text.encode(encoding, "replace"))
    for found in detector.detect(file):
        if isinstance(found, Finding):
            assert found.location.offset is not None
            assert 0 <= found.location.offset <= len(file.data)
            assert found.location.line == file.line_at(found.location.offset)
        else:
            assert 0 <= found.line <= file.data.count(b"\n") + 1


@given(data=st.binary(max_size=200))
def test_document_is_as_long_as_the_file(data: bytes) -> None:
    """Masking templates moves nothing."""
    document = Document.of(SourceFile("x", data))
    assert len(document.text) == len(data)
    assert document.text.count("\n") == data.count(b"\n")


@given(st.lists(st.tuples(st.sampled_from(["a", "'b c'", '"d;e"', "\\;", "f#g"]), st.integers(1, 3)), max_size=8))
def test_nginx_words_keep_their_places(words: list[tuple[str, int]]) -> None:
    """Each word of a directive is found at the offset where it was written, quotes left out."""
    text = "name" + "".join(" " * gap + word for word, gap in words) + ";"
    (directive,) = directives(Document.of(SourceFile("x", text.encode()), own_substitution=True))
    assert [word.text for word in directive.arguments] == [word.strip("'\"") for word, _ in words]
    assert all(text.startswith(word.text, word.offset) for word in directive.arguments)
