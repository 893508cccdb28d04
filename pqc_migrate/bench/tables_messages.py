"""Signed messages as a table."""

from __future__ import annotations

from collections.abc import Sequence

from tabulate import tabulate

from pqc_migrate.catalog import messages as catalog
from pqc_migrate.model.messages import MessageCost, Timing
from pqc_migrate.model.verdict import Quality

_MARKS = {Quality.QUIET: "", Quality.NOISY: "~", Quality.UNUSABLE: "!"}
_HEADERS = ("message", "algorithm", "as", "provider", "content B", "signature B", "sent B", "growth",
            "sign µs", "sign/s", "verify µs", "verify/s")  # fmt: skip
_TEXT = 4
_LEGEND = """\
per second: of one core, called from Python, with the work of the format; µs: median of one call, * mean, where
signing is random by design; ~ noisy, ! unusable"""


def message_table(messages: Sequence[MessageCost]) -> str:
    """Return bytes and rates of each message; empty when none was measured."""
    if not messages:
        return ""
    rows = [_row(message) for message in messages]
    aligned = ["left"] * _TEXT + ["right"] * (len(_HEADERS) - _TEXT)
    table = tabulate(rows, _HEADERS, tablefmt="simple", disable_numparse=True, colalign=aligned)
    shown = {message.format for message in messages}
    legend = [f"{one.id}: {one.about} ({one.document})" for one in catalog.formats() if one.id in shown]
    certificates = [
        f"{message.algorithm} {message.certificate_bytes}" for message in messages if message.certificate_bytes
    ]
    if certificates:
        legend.append(f"bytes of the certificate in what is sent: {', '.join(certificates)}")
    legend += [_LEGEND, "specified in:", *_documents(messages)]
    return "\n".join([table, "", *legend])


def _documents(messages: Sequence[MessageCost]) -> list[str]:
    """Return each document with what it specifies, in the order of the rows."""
    named: dict[str, dict[str, None]] = {}
    for message in messages:
        alg = message.identifier if message.format == "jwt" else message.algorithm  # RS256 and PS256 are both RSA
        named.setdefault(message.document, {})[f"{message.format} {alg}"] = None
    return [f"  {document}: {', '.join(names)}" for document, names in named.items() if document]


def _row(message: MessageCost) -> tuple[str, ...]:
    return (
        message.format,
        message.algorithm,
        message.identifier,
        message.provider,
        str(message.content_bytes),
        str(message.signature_bytes),
        str(message.message_bytes),
        f"{message.growth_percent:+.0f} %",
        *_times(message.sign),
        *_times(message.verify),
    )


def _times(timing: Timing) -> tuple[str, str]:
    mean = "*" if timing.representative == "mean" else ""
    time = f"{_MARKS[timing.verdict.quality]}{timing.representative_ns / 1000:,.1f}{mean}".replace(",", " ")
    return time, f"{timing.per_second:,.0f}".replace(",", " ")
