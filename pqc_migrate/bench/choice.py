"""From what a user asks for to mechanisms: sets, names, families, categories, and what to leave out."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from pqc_migrate.bench.providers.available import Available
from pqc_migrate.bench.providers.liboqs import LiboqsProvider
from pqc_migrate.catalog import mechanisms
from pqc_migrate.catalog.mechanisms import Mechanism
from pqc_migrate.errors import BenchmarkError, ProviderUnavailable

STANDARD, ALL, SELECTED = "standard", "all", "selected"


class UnknownAlgorithm(BenchmarkError):
    """A name that neither the catalog nor a library knows; the message suggests others."""

    def __init__(self, message: str, hint: str, option: str = "--algorithms") -> None:
        super().__init__(message, hint)
        self.option = option


@dataclass(frozen=True, slots=True)
class Choice:
    """What to measure: a set or algorithms by name, and what is taken out of them."""

    selection: str = ""
    """A named set; left open it is `standard`, or `all` to choose families or categories from."""
    algorithms: tuple[str, ...] = ()
    """Taken instead of a set."""
    families: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()
    """NIST categories; 0 for what Shor's algorithm breaks."""
    exclude: tuple[str, ...] = ()
    """Algorithms, families, or patterns (``*``, ``?``) of algorithms' names."""

    @property
    def base(self) -> str:
        """The set that is chosen from; `SELECTED` for algorithms by name."""
        if self.algorithms:
            return SELECTED
        return self.selection or (ALL if self.families or self.levels else STANDARD)

    @property
    def name(self) -> str:
        """What the result is called: a part of a set is not the set."""
        return SELECTED if self.families or self.levels or self.exclude else self.base

    @property
    def few(self) -> bool:
        """Whether single algorithms are meant, not a set as a whole."""
        return bool(self.algorithms or self.families or self.levels)


def choose(choice: Choice, found: Available, notices: list[str]) -> list[Mechanism]:
    """Return the mechanisms asked for, each once; `UnknownAlgorithm` for a name nobody knows."""
    if choice.base == ALL:
        wanted = everything(found)
    elif choice.algorithms:
        wanted = _named(choice.algorithms, found, notices)
    else:
        wanted = _named(mechanisms.selections()[choice.base].algorithms, found, notices)
    known = everything(found)
    if choice.families:
        groups = {group for name in choice.families for group in _family(name, known, "--family")}
        wanted = [m for m in wanted if m.group in groups]
    if choice.levels:
        wanted = _at_levels(wanted, choice.levels, found, notices)
    out = {name for text in choice.exclude for name in _excluded(text, known, found)}
    return [m for m in wanted if m.name not in out]


def everything(found: Available) -> list[Mechanism]:
    """Return every mechanism of the catalog and of the providers."""
    wanted = {m.name: m for m in mechanisms.mechanisms()}
    for provider in found.providers:
        wanted |= {m.name: m for m in provider.mechanisms()}
    return list(wanted.values())


def category(mechanism: Mechanism, found: Available) -> int | None:
    """Return the NIST category by the catalog, else as the library claims it; None where there is none."""
    provider = found.get("liboqs")
    if mechanism.category is not None or not mechanism.liboqs or provider is None:
        return mechanism.category
    try:
        scheme = provider.open(mechanism)
    except ProviderUnavailable:
        return None
    try:
        return scheme.facts.category
    finally:
        scheme.close()


def switched_off(found: Available) -> Mapping[str, list[Mechanism]]:
    """Return by family what this release of liboqs knows and this build leaves out."""
    provider = found.get("liboqs")
    groups: dict[str, list[Mechanism]] = {}
    for mechanism in provider.switched_off() if isinstance(provider, LiboqsProvider) else ():
        groups.setdefault(mechanism.group or mechanism.name, []).append(mechanism)
    return groups


def _named(names: Sequence[str], found: Available, notices: list[str]) -> list[Mechanism]:
    known = {m.liboqs: m for provider in found.providers for m in provider.mechanisms() if m.liboqs}
    wanted: dict[str, Mechanism] = {}
    for name in names:
        match = _match(name, known)
        if match is None:
            raise _unknown(name, known)
        wanted.setdefault(match.mechanism.name, match.mechanism)
        if match.former:
            notices.append(
                f"{name} is the name of an earlier version; {match.mechanism.name} is measured, "
                "which does not interoperate with it"
            )
    return list(wanted.values())


def _match(name: str, known: Mapping[str, Mechanism]) -> mechanisms.Match | None:
    """Look a name up, in the catalog first unless it is an older release's and this library has it as its own."""
    match = mechanisms.lookup(name)
    if match is not None and not (match.former and name in known):
        return match
    own = next((m for liboqs, m in known.items() if liboqs.lower() == name.lower()), None)
    return mechanisms.Match(own, former=False) if own else match


def _unknown(name: str, known: Iterable[str], option: str = "--algorithms") -> UnknownAlgorithm:
    absent = mechanisms.why_absent(name)
    if absent is not None:
        return UnknownAlgorithm(f"liboqs no longer has {name}: {absent.reason}", absent.source, option)
    close = mechanisms.suggestions(name, known)
    hint = f"did you mean {' or '.join(close)}?" if close else "pqc-migrate bench list shows what there is"
    return UnknownAlgorithm(f"no algorithm is called {name!r}", hint, option)


def _family(name: str, known: Iterable[Mechanism], option: str) -> set[str]:
    """Return the groups that a family's name stands for: one of the catalog's groups, or an algorithm's family."""
    names: dict[str, set[str]] = {}
    shown: dict[str, str] = {}
    for mechanism in known:
        for spelling in (mechanism.group, mechanism.family):
            if spelling:
                names.setdefault(_plain(spelling), set()).add(mechanism.group)
                shown[_plain(spelling)] = spelling
    if _plain(name) in names:
        return names[_plain(name)]
    close = get_close_matches(_plain(name), list(names), n=3)
    meant = [shown[key] for key in close] or sorted(shown.values())
    told = f"did you mean {' or '.join(meant)}?" if close else f"there are {', '.join(meant)}"
    raise UnknownAlgorithm(f"no family is called {name!r}", told, option)


def _at_levels(
    wanted: Sequence[Mechanism], levels: Sequence[int], found: Available, notices: list[str]
) -> list[Mechanism]:
    categories = {m.name: category(m, found) for m in wanted}
    without = sum(value is None for value in categories.values())
    if without:
        notices.append(f"{without} parameter sets have no NIST category and are left out by --level")
    return [m for m in wanted if categories[m.name] in levels]


def _excluded(text: str, known: Sequence[Mechanism], found: Available) -> set[str]:
    if "*" in text or "?" in text:
        pattern = text.lower()
        fitting = {
            m.name
            for m in known
            if any(fnmatch.fnmatchcase(name.lower(), pattern) for name in (m.name, m.liboqs) if name)
        }
        if not fitting:
            raise UnknownAlgorithm(f"{text!r} fits no algorithm", "pqc-migrate bench list shows names", "--exclude")
        return fitting
    match = _match(text, {m.liboqs: m for m in known if m.liboqs})
    if match is not None:
        return {match.mechanism.name}
    try:
        groups = _family(text, known, "--exclude")
    except UnknownAlgorithm:
        names = [m.name for m in known] + [m.group for m in known if m.group]
        raise _unknown(text, names, "--exclude") from None
    return {m.name for m in known if m.group in groups}


def _plain(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum() or char == "+")
