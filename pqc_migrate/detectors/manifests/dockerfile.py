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
    r"(?:apt-get|apt|aptitude)(?P<deb>)|apk(?P<apk>)"
    r"|(?:dnf|yum|microdnf|tdnf|zypper)(?P<rpm>)|(?:pip3?|uv[ \t]+pip)(?P<pypi>)"
)
_BEFORE = re.compile(
    r"(?:[\s({!]|(?:RUN|sudo|env|then|do|else|if|exec)(?=\s)|-{1,2}[\w-]+(?:=\S*)?(?=\s)|\w+=\S*(?=\s))*",
    re.IGNORECASE,
)
"""What may stand before a command: options of RUN and sudo, variables, words of the shell."""
_BETWEEN = re.compile(r"&&|[;|&\n]")
_HEREDOC = re.compile(r"\s*RUN\b[^\n]*<<-?[ \t]*[\"']?(\w+)", re.IGNORECASE)
_INSTALLS = {"deb": "install", "apk": "add", "rpm": "install", "pypi": "install"}
_SCOPE = "installed by RUN"
_SUITE = re.compile(r"(?:/[\w-]+|:[a-z0-9]+)$")
"""``package/suite`` and ``package:architecture`` of apt-get(8)."""
_NAME_VERSION = re.compile(r"([A-Za-z][\w+.-]*?)-(\d[\w.:~^-]*)")
"""dnf(8): ``name-version`` and ``name-version-release``."""
_WORD = re.compile(r"\"[^\"]*\"|'[^']*'|[^\s\"']+")
_PACKAGE = re.compile(r"([A-Za-z0-9][A-Za-z0-9+._-]*?)(?:(=|[<>~]=?|==)([\w.:+~*-]+))?")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'")
_FOLLOWED_BY_VALUE = frozenset({"-t", "--virtual", "--target-release", "-r", "--requirement", "-c", "--constraint",
    "--repo", "--repository", "-X", "-i", "--index-url", "--extra-index-url", "--root",
    "--releasever"})  # fmt: skip


def _wants(file: SourceFile) -> bool:
    return "file" in file.path and _NAME.fullmatch(file.name) is not None


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
    start = index = 0
    pending: list[str] = []
    heredoc = ""
    for line in [*text.split("\n"), ""]:
        if not pending:
            start = index
        if heredoc and line.strip() != heredoc:
            pending.append(f"{line}\n")
        elif not pending and (found := _HEREDOC.match(line)):
            heredoc = found[1]
            pending.append(f"{line}\n")
        elif pending and line.lstrip().startswith("#"):
            pending.append(" " * (len(line) + 1))
        elif line.rstrip().endswith("\\") and not line.lstrip().startswith("#"):
            pending.append(line.rstrip()[:-1].ljust(len(line) + 1))
        else:
            whole, heredoc = "".join([*pending, "" if heredoc else line]), ""
            if whole.strip() and not whole.lstrip().startswith("#"):
                yield whole.lstrip(), start + len(whole) - len(whole.lstrip())
            pending = []
        index += len(line) + 1


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
    told = (*((("tag", tag),) if found else ()), *((("by", "build argument"),) if written != image[1] else ()))
    yield Dependency(
        "docker", name, at, exact, constraint, scope, purl_version=tag if exact else "",
        details=told,
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
    """Yield what the commands of one instruction install; what stands in quotes is an argument of something."""
    commands = _QUOTED.sub(lambda text: " " * len(text[0]), instruction)
    start = 0
    for between in (*_BETWEEN.finditer(commands), None):
        stop = between.start() if between else len(commands)
        begin = _BEFORE.match(commands, start, stop)
        command = _COMMAND.match(commands, begin.end() if begin else start, stop)
        if command and command.end() < stop and commands[command.end()].isspace():
            words = list(_WORD.finditer(instruction, command.end(), stop))
            yield from _installed(next(k for k, v in command.groupdict().items() if v is not None), words, index)
        start = between.end() if between else stop


def _installed(ecosystem: str, words: list[re.Match[str]], index: int) -> Iterator[Dependency]:
    verb = next((at for at, word in enumerate(words) if not word[0].startswith("-")), None)
    if verb is None or words[verb][0] != _INSTALLS[ecosystem]:
        return
    skip = False
    for word in words[verb + 1 :]:
        content = word[0].strip("\"'")
        if not skip and not content.startswith("-"):
            yield from _package(ecosystem, content, index + word.start() + (word[0] != content))
        skip = content in _FOLLOWED_BY_VALUE


def _package(ecosystem: str, written: str, index: int) -> Iterator[Dependency]:
    if ecosystem == "pypi":
        found = requirement.dependency(written, index, _SCOPE)
        if found is not None:
            yield found
        return
    if ecosystem == "deb":
        written = _SUITE.sub("", written)
    split = _PACKAGE.fullmatch(written)
    if split is None:
        return
    name, operator, version = split[1], split[2] or "", split[3] or ""
    if ecosystem == "rpm" and (apart := _NAME_VERSION.fullmatch(name)) and packages.lookup("rpm", name) is None:
        name, operator, version = apart[1], "=", apart[2]
    exact = version if operator in ("=", "==") and "*" not in version else ""
    constraint = version if operator in ("=", "==") else f"{operator}{version}"
    yield Dependency(ecosystem, name, index, exact, constraint, _SCOPE)


DOCKERFILE = detector("dockerfile", _wants, _read)
