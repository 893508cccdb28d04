"""Environment variables by their names, whatever sets them: each becomes a leaf called as the variable is.

Files of variables (``.env``, /etc/default), ENV and ARG of Dockerfiles, the configuration of a container image
(image-spec v1.1, config.md), Compose and Kubernetes. What a container runs stands under ``CMD``: options of a
program, such as Java's system properties, are given there as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.syntax import json, yaml
from pqc_migrate.detectors.config.syntax.leaf import Leaf, Malformed

COMMAND = "CMD"
_ASSIGNMENT = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)=([^\n]*)", re.MULTILINE | re.ASCII)
_QUOTED = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"|'([^'\n]*)'")
_COMMENT = re.compile(r"\s#.*")
_INSTRUCTION = re.compile(
    r"^[ \t]*(ENV|ARG|CMD|ENTRYPOINT)[ \t]+((?:[^\\\n]|\\.)*(?:\\\n(?:[^\\\n]|\\.)*)*)",
    re.MULTILINE | re.IGNORECASE | re.DOTALL,
)
_PAIR = re.compile(r"([A-Za-z_]\w*)=(\"(?:[^\"\\]|\\.)*\"|'[^']*'|(?:[^\s\"'\\]|\\.)*)", re.ASCII | re.DOTALL)
_OLD_PAIR = re.compile(r"([A-Za-z_]\w*)[ \t]+(.+)", re.ASCII | re.DOTALL)
_IMAGE = re.compile(r"config\.(Env|Cmd|Entrypoint)\[\d+\]")
_MAPPED = re.compile(r"(?:.*\.)?(?:environment|env)\.([A-Za-z_]\w*)", re.ASCII)
_LISTED = re.compile(r"(?:.*\.)?environment\[\d+\]")
_NAMED = re.compile(r"((?:.*\.)?env\[\d+\])\.(name|value)")
_RUN = re.compile(r"(?:.*\.)?(?:command|args|entrypoint)(?:\[\d+\])?")


def read(document: Document) -> Iterator[tuple[Leaf, ...]]:
    """Yield the variables of a file of assignments, in one tuple."""
    yield tuple(Leaf(match[1], _unquoted(Word(match[2], match.start(2)))) for match in _assignments(document))


def read_dockerfile(document: Document) -> Iterator[tuple[Leaf, ...]]:
    """Yield the variables that a Dockerfile sets, and what its image runs."""
    yield tuple(_of_instructions(document.text))


def read_image(document: Document) -> Iterator[tuple[Leaf, ...]]:
    """Yield the variables of an image's configuration, and what the image runs."""
    for leaves in json.read(document):
        yield tuple(_of_image(leaves))


def read_yaml(document: Document) -> Iterator[tuple[Leaf, ...]]:
    """Yield the variables and commands of containers; nothing of a template that is no YAML yet."""
    try:
        for leaves in yaml.read(document):
            yield tuple(_of_containers(leaves))
    except Malformed:
        if not document.is_template:
            raise


def _assignments(document: Document) -> Iterator[re.Match[str]]:
    return _ASSIGNMENT.finditer(document.text)


def _unquoted(value: Word) -> Word:
    if match := _QUOTED.match(value.text):
        group = 1 if match[1] is not None else 2
        return value.part(match.start(group), match[group])
    return value.part(0, _COMMENT.sub("", value.text).rstrip())


def _of_instructions(text: str) -> Iterator[Leaf]:
    for match in _INSTRUCTION.finditer(text):
        instruction, start = match[1].upper(), match.start(2)
        if instruction in ("CMD", "ENTRYPOINT"):
            yield Leaf(COMMAND, Word(match[2], start))
            continue
        pairs = list(_PAIR.finditer(match[2]))
        for pair in pairs:
            yield Leaf(pair[1], _unquoted(Word(pair[2], start + pair.start(2))))
        if not pairs and instruction == "ENV" and (old := _OLD_PAIR.match(match[2])):
            yield Leaf(old[1], Word(old[2].rstrip(), start + old.start(2)))


def _of_image(leaves: Iterable[Leaf]) -> Iterator[Leaf]:
    for leaf in leaves:
        if match := _IMAGE.fullmatch(leaf.place):
            yield from _assigned(leaf.value) if match[1] == "Env" else (Leaf(COMMAND, leaf.value),)


def _of_containers(leaves: tuple[Leaf, ...]) -> Iterator[Leaf]:
    names: dict[str, str] = {}
    for leaf in leaves:
        if match := _NAMED.fullmatch(leaf.place):
            if match[2] == "name":
                names[match[1]] = leaf.value.text
            elif match[1] in names:
                yield Leaf(names[match[1]], leaf.value)
        elif match := _MAPPED.fullmatch(leaf.place):
            yield Leaf(match[1], leaf.value)
        elif _LISTED.fullmatch(leaf.place):
            yield from _assigned(leaf.value)
        elif _RUN.fullmatch(leaf.place):
            yield Leaf(COMMAND, leaf.value)


def _assigned(value: Word) -> Iterator[Leaf]:
    name, equals, text = value.text.partition("=")
    if equals and "." not in name:
        yield Leaf(name, value.part(len(name) + 1, text))
