"""The grammar of each language, loaded when its first file is parsed."""

from __future__ import annotations

import warnings
from functools import cache
from importlib import import_module

from tree_sitter import Language

_MODULES = {
    "bash": ("tree_sitter_bash", "language"),
    "bicep": ("tree_sitter_bicep", "language"),
    "c": ("tree_sitter_c", "language"),
    "cpp": ("tree_sitter_cpp", "language"),
    "csharp": ("tree_sitter_c_sharp", "language"),
    "go": ("tree_sitter_go", "language"),
    "hcl": ("tree_sitter_hcl", "language"),
    "java": ("tree_sitter_java", "language"),
    "javascript": ("tree_sitter_javascript", "language"),
    "json": ("tree_sitter_json", "language"),
    "kotlin": ("tree_sitter_kotlin", "language"),
    "lua": ("tree_sitter_lua", "language"),
    "perl": ("tree_sitter_perl", "language"),
    "objc": ("tree_sitter_objc", "language"),
    "php": ("tree_sitter_php", "language_php"),
    "powershell": ("tree_sitter_powershell", "language"),
    "python": ("tree_sitter_python", "language"),
    "ruby": ("tree_sitter_ruby", "language"),
    "rust": ("tree_sitter_rust", "language"),
    "scala": ("tree_sitter_scala", "language"),
    "solidity": ("tree_sitter_solidity", "language"),
    "swift": ("tree_sitter_swift", "language"),
    "toml": ("tree_sitter_toml", "language"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
}
NOTATIONS = frozenset({"bicep", "hcl", "json", "toml"})
"""Those of configuration, which is no code."""
LANGUAGES = frozenset(_MODULES) - NOTATIONS


@cache
def load(name: str) -> Language:
    """Return a grammar by the name of its language, the same object each time."""
    module, function = _MODULES[name]
    grammar = getattr(import_module(module), function)()
    with warnings.catch_warnings():
        # the bindings of Perl and Solidity still hand out the bare address of their grammar
        warnings.filterwarnings("ignore", "int argument support is deprecated", DeprecationWarning)
        return Language(grammar)
