"""Programs and libraries in ELF, PE and Mach-O: what they need, import and define, read by LIEF.

LIEF is an optional dependency: it is imported when the first such file is read, and `Unread` says when it is not
there. Only what is asked for here is parsed; nothing is loaded or executed.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from types import ModuleType
from typing import Any

FORMATS = frozenset({"elf", "pe", "mach-o"})
_MOST_SYMBOLS = 400_000
_MOST_LIBRARIES = 2000
_MOST_SECTIONS = 2000
_LONGEST_NAME = 512


class Unread(ValueError):
    """The file was not read; the message says why and never quotes it."""


class Missing(Unread):
    """LIEF is not installed."""


@dataclass(frozen=True, slots=True)
class Image:
    """What one program or library says of itself."""

    needed: tuple[str, ...] = ()
    """Libraries that are loaded with it, by the names it gives them."""
    name: str = ""
    """Its own name as others ask for it (SONAME), where the format has one."""
    imported: frozenset[str] = frozenset()
    """Functions it takes from other libraries, without the underscore that Mach-O puts before C names."""
    defined: frozenset[str] = frozenset()
    """Functions that it holds itself, exported or not, as far as it still names them."""
    exported: frozenset[str] = frozenset()
    """Those of them that others can call."""
    sections: tuple[tuple[int, int, str], ...] = ()
    """(file offset, size, name)."""

    def section_at(self, offset: int) -> str:
        """Return the section that a byte of the file lies in; empty when it is in none."""
        return next((name for start, size, name in self.sections if start <= offset < start + size), "")


def read(data: bytes, language: str) -> Image:
    """Parse one file; `Unread` when it is malformed or the reader is not installed."""
    readers = {"elf": _elf, "pe": _pe, "mach-o": _mach_o}
    lief = _lief()
    try:
        with warnings.catch_warnings():  # values that the format's enumerations do not have
            warnings.simplefilter("ignore", RuntimeWarning)
            found = readers[language](lief, data)
    except (MemoryError, RuntimeError, UnicodeDecodeError) as error:
        raise Unread(f"not a readable {language} file ({type(error).__name__})") from None
    if found is None:
        raise Unread(f"not a readable {language} file")
    return found


@cache
def _lief() -> ModuleType:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import lief
    except ImportError:
        raise Missing("its imports and libraries were not looked at: pip install 'pqc-migrate[binaries]'") from None
    lief.logging.disable()
    module: ModuleType = lief
    return module


def _elf(lief: Any, data: bytes) -> Image | None:
    wanted = lief.ELF.ParserConfig()
    wanted.parse_relocations = wanted.parse_symbol_versions = wanted.parse_notes = wanted.parse_overlay = False
    binary = lief.ELF.parse(data, wanted)
    if binary is None:
        return None
    dynamic = [(symbol.name, symbol.shndx != 0) for symbol in _functions(lief, binary.dynamic_symbols)]
    static = {symbol.name for symbol in _functions(lief, binary.symtab_symbols) if symbol.shndx != 0}
    exported = _names(name for name, here in dynamic if here)
    soname = binary.get(lief.ELF.DynamicEntry.TAG.SONAME)
    return Image(
        needed=_bounded(binary.libraries),
        name=_text(soname.name) if soname is not None else "",
        imported=_names(name for name, here in dynamic if not here),
        defined=exported | _names(static),
        exported=exported,
        sections=_sections(binary.sections),
    )


def _functions(lief: Any, symbols: Iterable[Any]) -> Iterator[Any]:
    """Yield symbols of functions; an import whose type the linker did not keep counts as one."""
    kinds = (lief.ELF.Symbol.TYPE.FUNC, lief.ELF.Symbol.TYPE.GNU_IFUNC)
    for symbol in islice(symbols, _MOST_SYMBOLS):
        if symbol.type in kinds or (symbol.shndx == 0 and symbol.type == lief.ELF.Symbol.TYPE.NOTYPE):
            yield symbol


def _pe(lief: Any, data: bytes) -> Image | None:
    wanted = lief.PE.ParserConfig()
    wanted.parse_signature = wanted.parse_rsrc = wanted.parse_reloc = wanted.parse_exceptions = False
    binary = lief.PE.parse(data, wanted)
    if binary is None:
        return None
    libraries = [*islice(binary.imports, _MOST_LIBRARIES), *islice(binary.delay_imports, _MOST_LIBRARIES)]
    entries = (entry for library in libraries for entry in library.entries)
    exports = binary.get_export() if binary.has_exports else None
    exported = _names(entry.name for entry in exports.entries) if exports is not None else frozenset()
    return Image(
        needed=_bounded(library.name for library in libraries),
        name=_text(exports.name) if exports is not None else "",
        imported=_names(entry.name for entry in islice(entries, _MOST_SYMBOLS) if not entry.is_ordinal),
        defined=exported,
        exported=exported,
        sections=_sections(binary.sections),
    )


def _mach_o(lief: Any, data: bytes) -> Image | None:
    wanted = lief.MachO.ParserConfig()
    wanted.parse_dyld_bindings = wanted.parse_dyld_exports = wanted.parse_dyld_rebases = False
    fat = lief.MachO.parse(data, wanted)
    if fat is None:
        return None
    images = [_slice(lief, binary) for binary in islice(fat, 8)]
    if not images:
        return None
    return Image(
        needed=tuple(dict.fromkeys(name for image in images for name in image.needed)),
        name=images[0].name,
        imported=frozenset().union(*(image.imported for image in images)),
        defined=frozenset().union(*(image.defined for image in images)),
        exported=frozenset().union(*(image.exported for image in images)),
        sections=tuple(section for image in images for section in image.sections),
    )


def _slice(lief: Any, binary: Any) -> Image:
    own = [c.name for c in islice(binary.commands, 4096) if c.command == lief.MachO.LoadCommand.TYPE.ID_DYLIB]
    symbols = list(islice(binary.symbols, _MOST_SYMBOLS))
    undefined = lief.MachO.Symbol.TYPE.UNDEFINED
    imported = [s.name for s in symbols if s.type == undefined and _text(s.name).startswith("_")]
    section = lief.MachO.Symbol.TYPE.SECTION
    defined = [s for s in symbols if s.type == section and _text(s.name).startswith("_")]
    shift = binary.fat_offset
    return Image(
        needed=_bounded(library.name for library in binary.libraries if library.name not in own),
        name=_text(own[0]) if own else "",
        imported=_names(name[1:] for name in imported),
        defined=_names(symbol.name[1:] for symbol in defined),
        exported=_names(symbol.name[1:] for symbol in defined if symbol.raw_type & 0x01),  # N_EXT, <mach-o/nlist.h>
        sections=tuple((start + shift, size, name) for start, size, name in _sections(binary.sections)),
    )


def _names(names: Iterable[Any]) -> frozenset[str]:
    """Return names without the version that the linker may have put behind them (``EVP_sha256@@OPENSSL_3.0.0``)."""
    return frozenset(
        str(name).partition("@")[0]
        for name in islice(names, _MOST_SYMBOLS)
        if isinstance(name, str) and 0 < len(name) <= _LONGEST_NAME
    )


def _text(name: Any) -> str:
    """Return a name; empty where its bytes are no text, which LIEF then gives as they are."""
    return name if isinstance(name, str) else ""


def _bounded(names: Iterable[Any]) -> tuple[str, ...]:
    found = (_text(getattr(name, "name", name)) for name in islice(names, _MOST_LIBRARIES))
    return tuple(dict.fromkeys(name for name in found if name and len(name) <= _LONGEST_NAME))


def _sections(sections: Iterable[Any]) -> tuple[tuple[int, int, str], ...]:
    listed = [(int(s.offset), int(s.size), _text(s.name)) for s in islice(sections, _MOST_SECTIONS)]
    return tuple((start, size, name) for start, size, name in listed if start and size and name)
