"""What a liboqs file shows of how it was built. liboqs has no function that tells."""

from __future__ import annotations

import mmap
import re
from pathlib import Path

_COMPILERS = (b"GCC: (", b"clang version ")
_PRINTABLE = re.compile(rb"[\x20-\x7e]{1,120}")
_OPENSSL = re.compile(rb"libcrypto[-.0-9A-Za-z]*")
_CONFIG = {
    "OQS_COMPILE_BUILD_TARGET": "target",
    "OQS_COMPILE_OPTIONS": "options",
    "OQS_DIST_BUILD": "dist",
    "OQS_OPT_TARGET": "optimized_for",
    "OQS_USE_OPENSSL": "openssl",
    "OQS_LIBJADE_BUILD": "libjade",
    "OQS_SPEED_USE_ARM_PMU": "arm_pmu",
}
_DEFINE = re.compile(r"^#define[ \t]+(OQS_[A-Z0-9_]+)[ \t]*(.*)$", re.MULTILINE)


def options(path: str) -> dict[str, str]:
    """Return what is known of a library's build: from the header installed with it, else from the file itself."""
    found = _from_file(path)
    found.update(_from_header(path))
    return dict(sorted(found.items()))


def _from_header(path: str) -> dict[str, str]:
    """``oqsconfig.h`` stands in ``<prefix>/include/oqs`` when the library stands in ``<prefix>/lib``."""
    header = Path(path).parent.parent / "include" / "oqs" / "oqsconfig.h"
    try:
        text = header.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    defined = {name: value.strip().strip('"') or "1" for name, value in _DEFINE.findall(text)}
    known = {_CONFIG[name]: value for name, value in defined.items() if name in _CONFIG}
    return known | {"read_from": "oqsconfig.h"}


def _from_file(path: str) -> dict[str, str]:
    found = {"read_from": "library file"}
    try:
        with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            places = [place for place in map(content.find, _COMPILERS) if place >= 0]
            compiler = _PRINTABLE.match(content, places[0]) if places else None
            if compiler:
                found["compiler"] = bytes(compiler[0]).decode("ascii").strip()
            linked = {bytes(match[0]).decode("ascii") for match in _OPENSSL.finditer(content)}
    except (OSError, ValueError):  # unreadable, or empty
        return {}
    found["openssl"] = f"uses {max(linked, key=len)}" if linked else "not used"
    return found
