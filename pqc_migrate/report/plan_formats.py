"""The formats of a migration plan: one function each, from plan and language to the bytes of a file."""

from __future__ import annotations

from collections.abc import Callable

from pqc_migrate.errors import PqcMigrateError
from pqc_migrate.model.plan import MigrationPlan
from pqc_migrate.plan.document import dump
from pqc_migrate.report import html as html_page
from pqc_migrate.report import markdown as markdown_text
from pqc_migrate.report.document import Document
from pqc_migrate.report.sections import SECTIONS
from pqc_migrate.report.texts import LANGUAGES, load

BOTH = "both"
"""The language that stands for every one, in the order of `LANGUAGES`."""


def document(plan: MigrationPlan, lang: str) -> Document:
    """Return the plan as a document in one language; `CatalogError` when a text is missing or malformed."""
    t = load(lang)
    sections = tuple(section(plan, t) for section in SECTIONS)
    return Document(lang, t("document.title"), t("document.subtitle"), sections)


def html(plan: MigrationPlan, lang: str) -> bytes:
    """Return one self-contained HTML file, UTF-8; with ``both`` it holds both languages and a switch."""
    return html_page.render(_documents(plan, lang))


def markdown(plan: MigrationPlan, lang: str) -> bytes:
    """Return GitHub-flavored Markdown, UTF-8; with ``both`` one language after the other."""
    return markdown_text.render(_documents(plan, lang))


def json(plan: MigrationPlan, lang: str) -> bytes:
    """Return the plan itself as JSON, which has codes and no sentences, so `lang` does not change it."""
    _languages(lang)
    return dump(plan)


def _documents(plan: MigrationPlan, lang: str) -> tuple[Document, ...]:
    return tuple(document(plan, one) for one in _languages(lang))


def _languages(lang: str) -> tuple[str, ...]:
    if lang == BOTH:
        return LANGUAGES
    if lang not in LANGUAGES:
        raise PqcMigrateError(f"no language {lang!r}", hint=f"languages: {', '.join((*LANGUAGES, BOTH))}")
    return (lang,)


FORMATS: dict[str, Callable[[MigrationPlan, str], bytes]] = {
    "html": html,
    "markdown": markdown,
    "json": json,
}
"""Each stands alone: a `PqcMigrateError` in one leaves the others writable."""
