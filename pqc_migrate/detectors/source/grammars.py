"""The grammar of each language, loaded when its first file is parsed."""

from __future__ import annotations

import ctypes
from functools import cache
from importlib import import_module

from tree_sitter import Language

_MODULES = {
    "bash": ("tree_sitter_bash", "language"),
    "c": ("tree_sitter_c", "language"),
    "cpp": ("tree_sitter_cpp", "language"),
    "csharp": ("tree_sitter_c_sharp", "language"),
    "go": ("tree_sitter_go", "language"),
    "java": ("tree_sitter_java", "language"),
    "javascript": ("tree_sitter_javascript", "language"),
    "kotlin": ("tree_sitter_kotlin", "language"),
    "php": ("tree_sitter_php", "language_php"),
    "powershell": ("tree_sitter_powershell", "language"),
    "python": ("tree_sitter_python", "language"),
    "ruby": ("tree_sitter_ruby", "language"),
    "rust": ("tree_sitter_rust", "language"),
    "scala": ("tree_sitter_scala", "language"),
    "solidity": ("tree_sitter_solidity", "language"),
    "swift": ("tree_sitter_swift", "language"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
}
LANGUAGES = frozenset(_MODULES)


@cache
def load(name: str) -> Language:
    """Return a grammar by the name of its language, the same object each time."""
    module, function = _MODULES[name]
    return Language(_capsule(getattr(import_module(module), function)()))


_CAPSULE = b"tree_sitter.Language"


def _capsule(grammar: object) -> object:
    """Return a grammar as `Language` wants it: some packages still give its bare address."""
    if not isinstance(grammar, int):
        return grammar
    new = ctypes.pythonapi.PyCapsule_New
    new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    return new(grammar, _CAPSULE, None)
