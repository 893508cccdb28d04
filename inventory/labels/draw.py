"""Draw source files of a project at random, for labelling by hand.

    python inventory/labels/draw.py ROOT --ext py --words 3 --any 3 --imports 4

There are three strata: files that hold a crypto-looking word, all files, and
files that load a cryptographic module.
Each is a seeded shuffle, so that a larger draw begins with the files of a
smaller one; a file already drawn is passed over in the strata after it.
"""

import argparse
import random
import re
from collections.abc import Iterator
from pathlib import Path

SEED = 20251124

WORDS = (
    "rsa|dsa|ecdsa|ecdh|ed25519|x25519|aes|des|rc4|chacha|sha1|sha-1|sha256|sha512|md5|hmac|pbkdf2|scrypt|"
    "bcrypt|argon2|hkdf|cipher|encrypt|decrypt|sign|verify|digest|hash|random|secret|ssl|tls|x509|certificate|"
    "jwt|crypto|key"
)

MODULES = (
    "hashlib|hmac|secrets|ssl|cryptography|Crypto|Cryptodome|nacl|OpenSSL|josepy|jwt|jose|passlib|bcrypt|"
    "argon2|urandom|crypto|node:crypto|tls|node:tls|https|node:https|node-forge|webcrypto"
)

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = re.compile(rf"(?<![a-z])(?:{WORDS})s?(?![a-z])", re.IGNORECASE)
_LOADS = re.compile(
    rf"^[^#\n]*(?:\bimport\b|\brequire\(|\bfrom\b)[^\n]*(?<![\w-])(?:{MODULES})(?![\w-])"
    r"|\burandom\(|\bsubtle\b",
    re.MULTILINE,
)

_SKIPPED = {"tests", "test", "docs", "doc", "samples", "examples", "demos", "node_modules"}


def population(root: Path, extensions: list[str], under: str, max_lines: int) -> Iterator[Path]:
    """Yield the source files that may be drawn: product code of a readable size."""
    for path in sorted((root / under).rglob("*")):
        relative = path.relative_to(root)
        if path.suffix.lstrip(".") not in extensions or not path.is_file():
            continue
        if _SKIPPED & set(relative.parts[:-1]) or path.name.endswith((".d.ts", ".min.js")):
            continue
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        if 10 <= len(lines) <= max_lines and max(map(len, lines)) <= 1000:
            yield relative


def mentions(path: Path) -> bool:
    """Whether a crypto-looking word stands in the file, alone or as part of a name."""
    text = _CAMEL.sub(" ", path.read_text(encoding="utf-8", errors="replace"))
    return _WORD.search(text) is not None


def loads(path: Path, pattern: re.Pattern[str] = _LOADS) -> bool:
    """Whether the file imports a cryptographic module or calls a well-known entry to one."""
    return pattern.search(path.read_text(encoding="utf-8", errors="replace")) is not None


def main() -> None:
    """Print the drawn paths, each with its stratum."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("root", type=Path, help="root folder of the unpacked project")
    parser.add_argument("--ext", nargs="+", default=["py"], help="file name extensions")
    parser.add_argument("--under", default=".", help="folder of the root to draw from")
    parser.add_argument("--words", type=int, default=3, help="files with a crypto-looking word")
    parser.add_argument("--any", type=int, default=3, help="files drawn without restriction")
    parser.add_argument("--imports", type=int, default=4, help="files that load a crypto module")
    parser.add_argument("--loads", help="regular expression for the third stratum, in place of the built-in one")
    parser.add_argument("--max-lines", type=int, default=800)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()

    root: Path = options.root
    paths = list(population(root, options.ext, options.under, options.max_lines))
    pattern = re.compile(options.loads, re.MULTILINE) if options.loads else _LOADS
    strata = {
        "words": ([path for path in paths if mentions(root / path)], options.words),
        "any": (paths, options.any),
        "imports": ([path for path in paths if loads(root / path, pattern)], options.imports),
    }
    drawn: set[Path] = set()
    for stratum, (members, wanted) in strata.items():
        order = members.copy()
        random.Random(f"{options.seed}:{stratum}").shuffle(order)
        chosen = [path for path in order if path not in drawn][:wanted]
        drawn.update(chosen)
        print(f"# {stratum}: {len(chosen)} of {len(members)}")
        for path in chosen:
            print(path.as_posix())


if __name__ == "__main__":
    main()
