"""A document of the plan as one HTML file: offline, no request, no font or script of others.

Style and script stand inside the file and a content security policy admits exactly these two by their
digests, and nothing from anywhere. Rows of long tables are data, not elements: the script shows one page of
them at a time, so twenty thousand rows open as fast as twenty. Without scripts the page still reads: both
languages one after the other, long tables cut with a note that says so.
"""

from __future__ import annotations

import base64
import hashlib
import json
import string
from html import escape
from importlib.resources import files

from pqc_migrate.errors import PqcMigrateError
from pqc_migrate.model.escape import visible
from pqc_migrate.report.document import Document, Heading, Section
from pqc_migrate.report.html_blocks import Edition, block
from pqc_migrate.report.html_rows import Rows
from pqc_migrate.report.texts import Texts, load
from pqc_migrate.report.words import chapter

_LANGUAGE_TAGS = {"zh": "zh-CN", "en": "en"}
_LANGUAGE_NAMES = {"zh": "中文", "en": "English"}
_PAGE_TEXTS = ("search", "search-hint", "shown", "matched", "previous", "next", "nothing", "sort")


def render(documents: tuple[Document, ...]) -> bytes:
    """Return one file that holds the documents, with a switch when there are two.

    `PqcMigrateError` when the page's template cannot be filled in.
    """
    rows = Rows()
    editions = [_edition(document, rows) for document in documents]
    style, script = _asset("page.css"), _asset("page.js")
    data = {"texts": {d.lang: _page_texts(load(d.lang)) for d in documents}, **rows.data()}
    values = {
        "lang": _LANGUAGE_TAGS[documents[0].lang],
        "title": _esc(documents[0].title),
        "style": style,
        "style_digest": _digest(style),
        "script": script,
        "script_digest": _digest(script),
        "switch": _switch(documents),
        "editions": "\n".join(editions),
        "data": json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
    }
    try:
        page = string.Template(_asset("page.html")).substitute(values)
    except (KeyError, ValueError) as error:
        raise PqcMigrateError(f"report/assets/page.html cannot be filled in: {error}") from error
    return page.encode("utf-8")


def _asset(name: str) -> str:
    try:
        return (files("pqc_migrate.report") / "assets" / name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise PqcMigrateError(
            f"report/assets/{name} cannot be read: {error}", hint="install pqc-migrate again"
        ) from error


def _digest(source: str) -> str:
    return base64.b64encode(hashlib.sha256(source.encode("utf-8")).digest()).decode("ascii")


def _page_texts(t: Texts) -> dict[str, str]:
    return {name: t.raw(f"page.{name}") for name in _PAGE_TEXTS}


def _switch(documents: tuple[Document, ...]) -> str:
    if len(documents) < 2:
        return ""
    label = " / ".join(load(d.lang)("document.language") for d in documents)
    buttons = "".join(
        f'<button type="button" lang="{_LANGUAGE_TAGS[d.lang]}" data-switch="{d.lang}" '
        f'aria-pressed="{"true" if d is documents[0] else "false"}">{_LANGUAGE_NAMES[d.lang]}</button>'
        for d in documents
    )
    return f'<div class="switch" role="group" aria-label="{_esc(label)}">{buttons}</div>'


def _edition(document: Document, rows: Rows) -> str:
    t = load(document.lang)
    edition = Edition(document.lang, t, rows)
    contents = "".join(
        f'<li><a href="#{edition.id(s.anchor)}"><span class="no">{_esc(_number(s))}</span> {_esc(s.title)}</a></li>'
        for s in document.sections
    )
    body = "".join(_section(section, edition, document) for section in document.sections)
    tag = _LANGUAGE_TAGS[document.lang]
    return (
        f'<div class="edition" lang="{tag}" data-edition="{document.lang}">'
        f'<a class="skip" href="#{edition.id("main")}">{_esc(t("page.skip"))}</a>'
        f'<nav class="toc" id="{edition.id("contents")}" aria-label="{_esc(t("document.contents"))}">'
        f"<p>{_esc(t('document.contents'))}</p><ol>{contents}</ol></nav>"
        f'<main id="{edition.id("main")}" tabindex="-1">{body}</main></div>'
    )


def _section(section: Section, edition: Edition, document: Document) -> str:
    number = chapter(section, edition.t)
    kicker = f'<span class="no">{_esc(number)}</span>' if number else ""
    cover = ""
    if section.anchor == "cover":
        cover = (
            f'<header class="hero"><p class="kicker">{_esc(edition.t("document.evidence-for"))}</p>'
            f"<h1>{_esc(document.title)}</h1><p>{_esc(document.subtitle)}</p></header>"
        )
    blocks, heading = "", ""
    for item in section.blocks:
        heading = item.text if isinstance(item, Heading) else heading
        blocks += block(item, edition, heading)
    return (
        f'{cover}<section id="{edition.id(section.anchor)}" class="{section.anchor}">'
        f"<h2>{kicker}{_esc(section.title)}</h2>{blocks}</section>"
    )


def _number(section: Section) -> str:
    """Return the number as the contents show it; the cover has none."""
    return "" if section.anchor == "cover" else section.number


def _esc(text: str) -> str:
    return escape(visible(text))
