"""Shell commands in files of other notations: everything else is blanked out, so that offsets and lines stay.

Dockerfiles (RUN, CMD, ENTRYPOINT, ARG, ENV), units of systemd (Exec…=), recipes of makefiles, ``sh`` steps of
Jenkins pipelines, provisioners and scripts in HCL, the history of a container image; YAML is in `yaml_scripts`.
What the notation fills in (``${{ … }}``, ``{{ … }}``) becomes a variable that nobody knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from pqc_migrate.catalog import languages
from pqc_migrate.model.inventory import Diagnostic, Finding, Provenance
from pqc_migrate.model.target import SourceFile

_FILLED_IN = re.compile(rb"\$?\{\{[^\n]*?\}\}|<<\s*[\w.]+\s*>>")
_STATEMENT = re.compile(rb"\{%[^\n]*?%\}|\{#[^\n]*?#\}")
_NOT_BREAK = re.compile(rb"[^\r\n]")

_DOCKER = re.compile(
    rb"^[ \t]*(RUN|CMD|ENTRYPOINT|HEALTHCHECK|ARG|ENV|ONBUILD[ \t]+RUN)[ \t]+", re.MULTILINE | re.I
)
_DOCKER_OPTION = re.compile(rb"[ \t]*--[a-z]+(?:=\S+)?(?=[ \t])")
_DOCKER_HEALTH = re.compile(rb"[ \t]*(?:NONE|CMD[ \t]+)", re.I)
_HEREDOC = re.compile(rb"(.*?)<<-?([\"']?)(\w+)\2[ \t]*\r?\n", re.DOTALL)
_OTHER_PROGRAM = re.compile(rb"\s*\S*(?:python|perl|ruby|node|pwsh|powershell)\S*", re.I)
_EXEC_FORM = re.compile(rb"\s*\[.*\][ \t]*\r?$", re.DOTALL)
_COMMENT_LINE = re.compile(rb"^[ \t]*#[^\r\n]*", re.MULTILINE)
_SYSTEMD = re.compile(rb"^Exec\w+[ \t]*=[ \t]*[-@:+!|]*", re.MULTILINE)
_RECIPE = re.compile(rb"^\t[ \t]*[-@+]*", re.MULTILINE)
_MAKE_VARIABLE = re.compile(rb"\$(?:\([\w.-]+\)|\{[\w.-]+\})")
_JENKINS = re.compile(rb"\bsh[ \t]*(?:\([ \t\r\n]*)?(?:[^'\"\n]{0,80}?\bscript[ \t]*:[ \t]*)?('''|\"\"\"|'|\")")
_HCL_COMMAND = re.compile(
    rb"^[ \t]*(command|inline)[ \t]*=[ \t]*(?:\"(?:[^\"\\\n]|\\.)*\"|\[[^\]]*\])", re.MULTILINE
)
_HCL_STRING = re.compile(rb"\"((?:[^\"\\\n]|\\.)*)\"")
_HCL_HEREDOC = re.compile(rb"^[ \t]*([\w-]+)[ \t]*=[^\n]*?<<[-~]?[ \t]*\"?(\w+)\"?[ \t]*\r?\n", re.MULTILINE)
_HCL_VALUE = re.compile(rb"\$\{[^}\n]*\.[^}\n]*\}")
_CREATED_BY = re.compile(rb"\"created_by\"\s*:\s*\"((?:[^\"\\\n]|\\.)*)\"")
_JSON_ESCAPE = re.compile(rb"\\(?:u[0-9a-fA-F]{4}|.)")
_SHELL_OF_STEP = re.compile(
    rb"(?:RUN )?(?:\|\d+ (?:(?!/bin/).)*)?/bin/(?:ba|da)?sh (?:-[a-z]+ )*-[a-z]*c (?!#\(nop\))"
)
"""How a step that ran a shell begins: ``|1 VERSION=3 /bin/sh -c`` with arguments of the build."""
_FIRST_LINE = re.compile(rb"\s*#!\s*\S*/(?:env\s+)?(?:ba|da|k|z)?sh\b")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a file that a shell runs."""

    start: int
    text: bytes
    """What the shell gets, as long as it is in the file."""
    joined: bool = False
    """Its line breaks are only spaces."""


Pieces = Callable[[bytes], Iterator[Piece]]


@dataclass(frozen=True, slots=True)
class Script:
    """The commands in a file, at their places."""

    file: SourceFile
    """Everything but the commands is spaces."""
    original: SourceFile

    def placed(self, claim: Finding | Diagnostic) -> Finding | Diagnostic:
        """Return a claim with the lines of the original: some breaks became spaces for the shell."""
        if self.file.data.count(b"\n") == self.original.data.count(b"\n"):
            return claim
        if isinstance(claim, Diagnostic):
            return replace(claim, line=self._line(claim.line))
        place, offset = claim.location, claim.location.offset
        line = self.original.line_at(offset) if offset is not None else self._line(place.line)
        provenance = tuple(self._origin(one) for one in claim.provenance)
        return replace(claim, location=replace(place, line=line), provenance=provenance)

    def _origin(self, one: Provenance) -> Provenance:
        return replace(one, line=self._line(one.line)) if one.path == self.file.path and one.line else one

    def _line(self, line: int) -> int:
        """Return the line of the original on which the text of a line of the script begins."""
        position = 0
        for _ in range(line - 1):
            position = self.file.data.find(b"\n", position) + 1
        rest = self.file.data[position:]
        return self.original.line_at(position + len(rest) - len(rest.lstrip())) if line else 0


def script(file: SourceFile, pieces: Pieces) -> Script | None:
    """Return the commands of a file; None when there are none."""
    blank = bytearray(_NOT_BREAK.sub(b" ", file.data))
    found = False
    for piece in pieces(file.data):
        text = _STATEMENT.sub(lambda match: b" " * len(match[0]), piece.text)
        text = _FILLED_IN.sub(_unknown, text)
        if piece.joined:
            text = text.replace(b"\n", b" ").replace(b"\r", b" ")
        blank[piece.start : piece.start + len(text)] = text
        found = True
    if not found:
        return None
    masked = bytes(blank)
    hits = tuple(hit for hit in file.hits if masked.startswith(hit.anchor, hit.offset))
    return Script(replace(file, data=masked, language="shell", hits=hits), file)


def words(text: bytes) -> bytes:
    """Return a list in JSON's notation as words of a command line."""
    return re.sub(rb"[\[\]]|(?<=[\"'])\s*,|,(?=\s*[\"'])", lambda match: b" " * len(match[0]), text)


def dockerfile(data: bytes) -> Iterator[Piece]:
    """Yield what a Dockerfile runs, and the variables it sets."""
    position = 0
    while match := _DOCKER.search(data, position):
        start, end = match.end(), _logical_end(data, match.end())
        while option := _DOCKER_OPTION.match(data, start, end):
            start = option.end()
        if match[1].upper() == b"HEALTHCHECK" and (health := _DOCKER_HEALTH.match(data, start, end)):
            start = health.end()
        position = end
        heredoc = _HEREDOC.match(data, start) if b"<<" in data[start:end] else None
        if heredoc is not None:
            closing = re.compile(rb"^[ \t]*" + heredoc[3] + rb"[ \t]*\r?$", re.MULTILINE).search(
                data, heredoc.end()
            )
            position = closing.end() if closing else len(data)
            if not _OTHER_PROGRAM.match(heredoc[1]):
                yield Piece(heredoc.end(), data[heredoc.end() : closing.start() if closing else len(data)])
        else:
            text = data[start:end]
            text = words(text) if _EXEC_FORM.match(text) else _COMMENT_LINE.sub(_continued, text)
            yield Piece(start, text)


def _continued(match: re.Match[bytes]) -> bytes:
    """Return a comment inside a command as nothing that ends the command."""
    return b" " * (len(match[0]) - 1) + b"\\"


def _logical_end(data: bytes, position: int) -> int:
    """Return where a line ends that goes on behind a backslash, comments and empty lines passed over."""
    while True:
        end = data.find(b"\n", position)
        if end < 0:
            return len(data)
        line = data[position:end].rstrip()
        if line.lstrip().startswith(b"#") or line.endswith(b"\\"):
            position = end + 1
            continue
        return end


def systemd(data: bytes) -> Iterator[Piece]:
    """Yield the command lines of a unit of systemd."""
    for match in _SYSTEMD.finditer(data) if b"[Service]" in data else ():
        yield Piece(match.end(), data[match.end() : _logical_end(data, match.end())])


def makefile(data: bytes) -> Iterator[Piece]:
    """Yield the recipes of a makefile; its variables stay unknown."""
    for match in _RECIPE.finditer(data):
        end = data.find(b"\n", match.end())
        text = data[match.end() : end if end >= 0 else len(data)]
        text = text.replace(b"$$", b" $")
        yield Piece(match.end(), _MAKE_VARIABLE.sub(_unknown, text))


def jenkins(data: bytes) -> Iterator[Piece]:
    """Yield the scripts that ``sh`` steps of a pipeline run."""
    position = 0
    while match := _JENKINS.search(data, position):
        end = data.find(match[1], match.end())
        if end < 0:
            return
        text = data[match.end() : end]
        if len(match[1]) == 3 or b"\n" not in text:
            yield Piece(match.end(), text)
        position = end + len(match[1])


def terraform(data: bytes) -> Iterator[Piece]:
    """Yield the commands of provisioners, and the scripts that are handed to machines."""
    for match in _HCL_COMMAND.finditer(data):
        for string in _HCL_STRING.finditer(data, match.end(1), match.end()):
            yield Piece(string.start(1), _HCL_VALUE.sub(_unknown, string[1].replace(b'\\"', b'" ')))
    position = 0
    while heredoc := _HCL_HEREDOC.search(data, position):
        closing = re.compile(rb"^[ \t]*" + heredoc[2] + rb"[ \t]*\r?$", re.MULTILINE).search(data, heredoc.end())
        position = closing.end() if closing else len(data)
        text = data[heredoc.end() : closing.start() if closing else len(data)]
        if heredoc[1] == b"command" or _FIRST_LINE.match(text):
            yield Piece(heredoc.end(), _HCL_VALUE.sub(_unknown, text))


def image_history(data: bytes) -> Iterator[Piece]:
    """Yield the commands that made a container image, from its configuration (image-spec v1.1, config.md)."""
    if b'"diff_ids"' not in data or b'"history"' not in data:
        return
    for match in _CREATED_BY.finditer(data, data.index(b'"history"')):
        text = _JSON_ESCAPE.sub(_unescaped, match[1])
        command = _SHELL_OF_STEP.match(text)
        if command is not None:
            step = text[command.end() :].replace(b" # buildkit", b"           ")
            yield Piece(match.start(1) + command.end(), step + b";")  # the file may be one line


def _unescaped(match: re.Match[bytes]) -> bytes:
    """Return what an escape of JSON stands for, as long as the escape; a break of lines is one of commands."""
    escape = match[0][1:]
    if escape[:1] == b"u":
        code = int(escape[1:], 16)
        return (bytes((code,)) if code < 0x80 else b"_").ljust(6)
    return {b"n": b"; ", b"t": b"  ", b"r": b"  "}.get(escape, b" " + escape)


def _unknown(match: re.Match[bytes]) -> bytes:
    return b"$" + b"_" * (len(match[0]) - 1)


PIECES: Mapping[str, Pieces] = {
    "dockerfile": dockerfile,
    "groovy": jenkins,
    "ini": systemd,
    "json": image_history,
    "make": makefile,
    "terraform": terraform,
    languages.OTHER_TEXT: image_history,
}
"""How the commands of a language are found, by its name in `languages.toml`."""
