"""Which protocol or format a place belongs to, told by its rule, its symbol or the family itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from re import Pattern
from re import compile as compile_pattern

from pqc_migrate.catalog import toml
from pqc_migrate.errors import CatalogError
from pqc_migrate.model.plan_codes import Axis, Use

_OPTIONAL = {"ke", "sig", "both", "keys_sign", "rules", "symbols", "families"}


@dataclass(frozen=True, slots=True)
class Context:
    """One protocol or format, with its use by axis."""

    by_axis: Mapping[Axis, Use]
    keys_sign: bool
    """The protocol uses long-term keys for signatures only, so a key whose axis was not read signs."""

    def axis(self, axis: Axis) -> Axis:
        """Return the axis as this protocol narrows it."""
        return Axis.SIGNATURE if axis is Axis.BOTH and self.keys_sign else axis

    def use(self, axis: Axis) -> Use:
        """Return the use on one axis; unspecified where the protocol has none there."""
        return self.by_axis.get(axis, Use.UNSPECIFIED)


@dataclass(frozen=True, slots=True)
class _Tables:
    rules: Mapping[str, Context]
    families: Mapping[str, Context]
    symbols: tuple[tuple[Pattern[str], Context], ...]


def by_rule(rule: str) -> Context | None:
    """Return the context of a rule id, of its first part (``openssh/…``) or of its second (``…/certificate``)."""
    library, _, what = rule.partition("/")
    found = (_tables().rules.get(name) for name in (rule, library, what))
    return next((context for context in found if context is not None), None)


@cache
def by_symbol(symbol: str) -> Context | None:
    """Return the context of a resolved call or directive name."""
    lowered = symbol.lower()
    return next((context for pattern, context in _tables().symbols if pattern.match(lowered)), None)


def by_family(family: str) -> Context | None:
    """Return the context a family names by itself."""
    return _tables().families.get(family)


@cache
def _tables() -> _Tables:
    rules: dict[str, Context] = {}
    families: dict[str, Context] = {}
    symbols: list[tuple[Pattern[str], Context]] = []
    for position, raw in enumerate(toml.read(toml.root() / "uses.toml")["use"], start=1):
        where = f"uses.toml: record {position}"
        toml.check_keys(where, raw, set(), _OPTIONAL)
        axes = {Axis.CONFIDENTIALITY: "ke", Axis.SIGNATURE: "sig", Axis.BOTH: "both"}
        try:
            by_axis = {axis: Use(raw[key]) for axis, key in axes.items() if key in raw}
        except ValueError as error:
            raise CatalogError(f"{where}: {error}") from error
        context = Context(by_axis, raw.get("keys_sign", False))
        for table, key in ((rules, "rules"), (families, "families")):
            for name in raw.get(key, ()):
                if table.setdefault(name, context) is not context:
                    raise CatalogError(f"{where}: {key} {name!r} stands twice")
        symbols += ((compile_pattern(translate(glob)), context) for glob in raw.get("symbols", ()))
    return _Tables(rules, families, tuple(symbols))
