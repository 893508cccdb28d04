"""How the command lines of programs are divided: which words are subcommands, options and their values.

Reads `commands.toml`. Knows nothing of cryptography: what a command means is said by ``libraries/shell``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from pqc_migrate.catalog import toml

_OPTIONAL = {
    "also", "subcommands", "single", "flags", "valued", "pairs", "synonyms", "notations", "stands", "heads",
    "modes", "separate", "stops", "makes", "signs",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Command:
    """One program's way of taking arguments; the fields are documented at the head of `commands.toml`."""

    name: str
    subcommands: int = 0
    single: bool = False
    flags: frozenset[str] = frozenset()
    valued: frozenset[str] = frozenset()
    pairs: frozenset[str] = frozenset()
    synonyms: Mapping[str, str] = field(default_factory=dict)
    notations: tuple[str, ...] = ()
    stands: Mapping[str, str] = field(default_factory=dict)
    heads: frozenset[str] = frozenset()
    modes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stops: int = 0
    makes: Mapping[str, str] = field(default_factory=dict)
    signs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@cache
def commands() -> Mapping[str, Command]:
    """Return every known program by each of its names; `CatalogError` names a bad record."""
    found: dict[str, Command] = {}
    for raw in toml.read(toml.root() / "commands.toml")["command"]:
        toml.check_keys(f"commands.toml: {raw.get('name', '?')!r}", raw, {"name", "source"}, _OPTIONAL)
        for name in (raw["name"], *raw.get("also", ())):
            found[name] = Command(
                # Programs of a family are one command, except where each has a meaning of its own.
                name=name if raw.get("separate", False) else raw["name"],
                subcommands=raw.get("subcommands", 0),
                single=raw.get("single", False),
                flags=frozenset(raw.get("flags", ())),
                valued=frozenset(raw.get("valued", ())),
                pairs=frozenset(raw.get("pairs", ())),
                synonyms=raw.get("synonyms", {}),
                notations=tuple(raw.get("notations", ())),
                stands=raw.get("stands", {}),
                heads=frozenset(raw.get("heads", ())),
                stops=raw.get("stops", 0),
                makes=raw.get("makes", {}),
                signs={key: tuple(files) for key, files in raw.get("signs", {}).items()},
                modes={key: tuple(modes) for key, modes in raw.get("modes", {}).items()},
            )
    return found


@cache
def words() -> frozenset[bytes]:
    """Return what the deciding words of command lines begin with, beyond the last parts of the rules' names."""
    found: set[str] = set(commands())
    for command in commands().values():
        found |= command.heads | {mode for mode in command.modes if mode}
    return frozenset(word.split("-")[0].encode() for word in found)
