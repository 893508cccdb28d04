"""Detector: Dockerfiles: base images whose tag says a version, and packages that ``RUN`` lines install.

A tag moves: ``1.27`` is every 1.27 there will be, so only a tag with three numbers counts as a version. Official
images lie under ``library/``, on mirrors too; other registries may give the same name to anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.catalog import packages
from pqc_migrate.detectors.manifests import requirement
from pqc_migrate.detectors.manifests.dependency import Dependency, Entries, Text, detector
from pqc_migrate.model.target import SourceFile

_NAME = re.compile(r"(?:.*[._-])?(?:Dockerfile|Containerfile)(?:[._-].*)?|.*\.(?:[Dd]ockerfile|[Cc]ontainerfile)")
_ARG = re.compile(r"^[ \t]*ARG[ \t]+(\w+)=[\"']?([^\"'\s]*)", re.MULTILINE | re.IGNORECASE)
_FROM = re.compile(r"FROM[ \t]+(?:--\S+[ \t]+)*(\S+)(?:[ \t]+AS[ \t]+(\S+))?", re.IGNORECASE)
_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}|\$(\w+)")
_TAG = re.compile(r"v?(\d+(?:\.\d+)*)(?:[-.+_][\w.+-]*)?")
_DIGITS = re.compile(r"\d+\.\d+\.\d+(?:\.\d+)*")
_COMMAND = re.compile(
    r"(?<![\w./-])(?:(apt-get|apt|aptitude)|(apk)|(dnf|yum|microdnf|tdnf|zypper|rpm-ostree)|(pip3?|uv[ \t]+pip))"
    r"(?=[ \t])([^;&|\n]*)"
)
_INSTALLS = {"deb": "install", "apk": "add", "rpm": "install", "pypi": "install"}
_ECOSYSTEMS = ("deb", "apk", "rpm", "pypi")
_WORD = re.compile(r"\"[^\"]*\"|'[^']*'|[^\s\"']+")
_PACKAGE = re.compile(r"([A-Za-z0-9][A-Za-z0-9+._-]*?)(?:(=|[<>~]=?|==)([\w.:+~*-]+))?")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'")
_FOLLOWED_BY_VALUE = frozenset({"-t", "--virtual", "--target-release", "-r", "--requirement", "-c", "--constraint",
    "--repo", "--repository", "-X", "-i", "--index-url", "--extra-index-url", "--root",
    "--releasever"})  # fmt: skip


def _wants(file: SourceFile) -> bool:
    return _NAME.fullmatch(file.name) is not None


def _read(text: Text) -> Entries:
    first = re.search(r"^[ \t]*FROM\b", text.text, re.MULTILINE | re.IGNORECASE)
    arguments = dict(_ARG.findall(text.text, 0, first.start() if first else 0))
    stages: set[str] = set()
    instructions = list(_instructions(text.text))
    last = max((at for at, (said, _) in enumerate(instructions) if _FROM.match(said)), default=-1)
    for at, (instruction, index) in enumerate(instructions):
        if image := _FROM.match(instruction):
            yield from _image(image, index, arguments, stages, "base image" if at == last else "build stage")
            stages.add((image[2] or "").lower())
        elif instruction[:4].upper() in ("RUN ", "RUN\t"):
            yield from _run(instruction, index)


def _instructions(text: str) -> Iterator[tuple[str, int]]:
    """Yield (instruction, where it begins), continued lines and all, comments between them blanked out."""
    start, pending, index = 0, "", 0
    for line in text.split("\n"):
        if not pending:
            start = index
        if line.lstrip().startswith("#"):
            pending += " " * (len(line) + 1) if pending else ""
        elif line.rstrip().endswith("\\"):
            pending += line.rstrip()[:-1].ljust(len(line) + 1)
        else:
            whole = pending + line
            if whole.strip():
                yield whole.lstrip(), start + len(whole) - len(whole.lstrip())
            pending = ""
        index += len(line) + 1
    if pending.strip():
        yield pending.lstrip(), start + len(pending) - len(pending.lstrip())


def _image(
    image: re.Match[str], index: int, arguments: dict[str, str], stages: set[str], scope: str
) -> Iterator[Dependency]:
    written = _VARIABLE.sub(lambda v: arguments.get(v[1] or v[3], v[2] or "") or v[0], image[1])
    name, tag = _parts(written)
    if name.lower() in stages or "$" in name or packages.lookup("docker", name) is None:
        return
    found = _TAG.fullmatch(tag)
    number = found[1] if found else ""
    exact = number if _DIGITS.fullmatch(number) else ""
    constraint = exact or (f"{number}.*" if number else "")
    at = index + image.start(1) + max(image[1].find(name), 0)
    yield Dependency(
        "docker", name, at, exact, constraint, scope, purl_version=tag if exact else "",
        details=(("tag", tag),) if found else (),
    )  # fmt: skip


def _parts(image: str) -> tuple[str, str]:
    """Return (repository, tag) of an image's name, without digest; the name of an official image stands alone."""
    name = image.split("@", 1)[0]
    tag = ""
    if ":" in name.rsplit("/", 1)[-1]:
        name, _, tag = name.rpartition(":")
    host, _, rest = name.partition("/")
    if rest and ("." in host or ":" in host):
        return (rest.removeprefix("library/"), tag) if rest.startswith("library/") else ("", tag)
    return name.removeprefix("library/"), tag


def _run(instruction: str, index: int) -> Iterator[Dependency]:
    commands = _QUOTED.sub(lambda text: " " * len(text[0]), instruction)
    for command in _COMMAND.finditer(commands):
        ecosystem = next(name for name, said in zip(_ECOSYSTEMS, command.groups()[:4], strict=True) if said)
        words = list(_WORD.finditer(instruction, command.start(5), command.end(5)))
        verb = next((at for at, word in enumerate(words) if word[0] == _INSTALLS[ecosystem]), None)
        if verb is None or any(not word[0].startswith("-") and at < verb for at, word in enumerate(words)):
            continue
        skip = False
        for word in words[verb + 1 :]:
            content = word[0].strip("\"'")
            if not skip and not content.startswith("-"):
                yield from _package(ecosystem, content, index + word.start() + (word[0] != content))
            skip = content in _FOLLOWED_BY_VALUE


def _package(ecosystem: str, written: str, index: int) -> Iterator[Dependency]:
    if ecosystem == "pypi":
        found = requirement.dependency(written, index, "installed by RUN")
        if found is not None:
            yield found
        return
    split = _PACKAGE.fullmatch(written)
    if split is None:
        return
    name, operator, version = split[1], split[2] or "", split[3] or ""
    exact = version if operator in ("=", "==") and "*" not in version else ""
    constraint = version if operator in ("=", "==") else f"{operator}{version}"
    yield Dependency(ecosystem, name, index, exact, constraint, "installed by RUN")


DOCKERFILE = detector("dockerfile", _wants, _read)
