"""lighttpd: the ``ssl.*`` options of mod_openssl, wherever in the file they stand.

``ssl.openssl.ssl-conf-cmd`` holds commands of SSL_CONF_cmd(3); to a ``CipherString`` there lighttpd adds exclusions
of its own (mod_openssl.c, mod_openssl_ssl_conf_cmd). A value that is put together from variables is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from pqc_migrate.catalog import names
from pqc_migrate.detectors.config import files, tls
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.report import NEGOTIATES, Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Diagnostic, Finding, Skip
from pqc_migrate.model.target import SourceFile

Found = Iterator[Finding | Diagnostic]
_EXCLUDED_ALWAYS = ":!aNULL:!eNULL:!EXP"
_ANCHORS = frozenset(
    {b"ssl.engine", b"ssl.pemfile", b"ssl.cipher-list", b"ssl.openssl", b"ssl.ec-curve", b"ssl.dh-file"}
)
_NAME_BEFORE = re.compile(rb"(?:[^\n#]*[{}][ \t]*)?[ \t]*")
_NAME_BEHIND = re.compile(rb"[\w.-]*[ \t]*\+?=")
_COMMENT = re.compile(r"""("(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')|\#[^\n]*""")
_OPTION = re.compile(
    r"""(?<![\w.-])ssl\.(?P<name>[a-z][\w.-]*+)[ \t]*\+?=\s*
        (?:\((?P<list>[^()]*+)\)|(?P<value>[^\n]*))""",
    re.VERBOSE | re.ASCII,
)
_STRING = re.compile(r'"((?:[^"\\]|\\.)*+)"')
_PAIR = re.compile(r'"(?P<key>[^"\n]*+)"\s*=>\s*"(?P<value>[^"\n]*+)"')


def _engine(setting: Setting, value: Word) -> Found:
    if value.text == "enable":
        yield tls.runtime(setting, value.part(0, ""), "group", details=(NEGOTIATES, tls.HYBRID_SINCE))


def _engine_with_groups(setting: Setting, value: Word) -> Found:
    if value.text == "enable":
        yield setting.finding(value.part(0, ""), tls.TLS, reason=tls.ON_WITH_GROUPS)


def _sslv3(setting: Setting, value: Word) -> Found:
    asset = names.lookup("tls_versions", "SSLv3")
    if value.text == "enable" and asset is not None:
        yield setting.finding(value.part(0, ""), asset)


_OPTIONS: Mapping[str, Callable[[Setting, Word], Found]] = {
    "engine": _engine,
    "pemfile": tls.certificate,
    "ca-file": tls.certificate,
    "ca-dn-file": tls.certificate,
    "verifyclient.ca-file": tls.certificate,
    "cipher-list": tls.cipher_string,
    "dh-file": tls.dh_parameters,
    "ec-curve": tls.groups,
    "use-sslv3": _sslv3,
}


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    if not document.readable:
        yield Diagnostic(
            file.path, Skip.ENCODING, "lighttpd: not read, the file is UTF-16", rule="lighttpd/encoding"
        )
        return
    text = _COMMENT.sub(lambda match: match[1] or " " * len(match[0]), document.text)
    options = list(_OPTION.finditer(text))
    groups_set = any(option["name"] == "ec-curve" or '"Groups"' in (option["list"] or "") for option in options)
    for option in options:
        name = option["name"]
        setting = Setting(document, f"lighttpd/ssl-{name.replace('.', '-')}", f"ssl.{name}")
        if option["list"] is not None and name == "openssl.ssl-conf-cmd":
            yield from _commands(setting, option["list"], option.start("list"))
        elif (reader := _OPTIONS.get(name)) is not None and option["value"] is not None:
            reader = _engine_with_groups if reader is _engine and groups_set else reader
            yield from _value(setting, option["value"], option.start("value"), reader)


def _commands(setting: Setting, text: str, offset: int) -> Found:
    for pair in _PAIR.finditer(text):
        if (command := tls.COMMANDS.get(pair["key"].lower())) is None:
            continue
        spelling, reader = command
        one = replace(setting, symbol=f"{setting.symbol} {spelling}")
        value = Word(pair["value"], offset + pair.start("value"))
        if spelling == "CipherString":
            yield from tls.cipher_string(one, value, appended=_EXCLUDED_ALWAYS)
        else:
            yield from one.read(reader, value)


def _value(setting: Setting, text: str, offset: int, reader: Callable[[Setting, Word], Found]) -> Found:
    """Read one string; strings that are added up are not known as a whole."""
    string = _STRING.match(text)
    if reader is tls.certificate and text.strip():
        yield from tls.certificate(setting, Word(text, offset))
    elif string is None or text[string.end() :].lstrip().startswith("+"):
        yield setting.unresolved(Word(text, offset), "the value is filled in elsewhere")
    else:
        yield from setting.read(reader, Word(string[1], offset + string.start(1)))


def _wants(file: SourceFile) -> bool:
    return files.may_be(file, "lighttpd") and any(
        files.starts_directive(file, hit, _NAME_BEFORE)
        and _NAME_BEHIND.match(file.data, hit.offset + len(hit.anchor)) is not None
        for hit in files.hits_of(file, _ANCHORS)
    )


DETECTOR = Detector("lighttpd", lambda: _ANCHORS, _wants, _detect)
