"""The tree shows the flow: who may import whom, checked on the source of every module."""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import pqc_migrate

PACKAGE = Path(pqc_migrate.__file__).parent
FACTS = {"errors", "model", "catalog"}
MAY_IMPORT = {
    "errors": set(),
    "output": {"errors"},
    "model": {"errors"},
    "catalog": {"errors", "model"},
    "targets": FACTS,
    "gate": FACTS,
    "detectors": FACTS,
    "inventory": FACTS,
    "probe": FACTS,
    "bench": FACTS | {"output"},
    "scan": FACTS | {"targets", "gate", "detectors"},
    "fleet": FACTS | {"scan", "inventory", "targets", "output"},
    "assess": FACTS,
    "plan": FACTS | {"assess"},
    "report": FACTS | {"inventory", "bench", "plan"},
}
"""What each stage may see besides itself and `__version__`; `cli` sees everything and is seen by nobody."""


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, ast.Module]:
    return {module_name(path): ast.parse(path.read_bytes(), str(path)) for path in sorted(PACKAGE.rglob("*.py"))}


def is_package(module: str) -> bool:
    return any(other.startswith(f"{module}.") for other in modules())


def imports(module: str, *, when_loaded: bool = False) -> Iterator[tuple[str, int]]:
    """Yield (module, line) of every import of our own; `when_loaded`: only those that run on import."""
    todo: list[ast.AST] = [modules()[module]]
    while todo:
        node = todo.pop()
        if when_loaded and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            todo.extend(node.orelse)
            continue
        yield from ((target, node.lineno) for target in targets_of(node))  # type: ignore[attr-defined]
        todo.extend(ast.iter_child_nodes(node))


def targets_of(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name.startswith("pqc_migrate"))
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute"
        if (node.module or "").split(".")[0] == "pqc_migrate":
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in modules() else str(node.module)


def stage(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


@pytest.mark.parametrize("module", sorted(modules()))
def test_imports_go_one_way(module: str) -> None:
    """Each stage sees the stages before it, and nobody sees the command line."""
    if stage(module) in ("", "__main__", "cli"):
        return
    allowed = MAY_IMPORT[stage(module)] | {stage(module), ""}
    wrong = [f"line {line}: {target}" for target, line in imports(module) if stage(target) not in allowed]
    assert wrong == []


def test_there_is_no_cycle() -> None:
    """Any module can be imported first."""
    graph = {module: {target for target, _ in imports(module, when_loaded=True)} - {module} for module in modules()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"import cycle: {' -> '.join(error.args[1])}")


SHARED = frozenset({"pqc_migrate.detectors.registry", "pqc_migrate.detectors.grammars"})


def test_detectors_never_import_each_other() -> None:
    """What they share lies in modules that are no detectors; kinds of detectors share only what calls mean."""
    detectors = {name for name, tree in modules().items() if stage(name) == "detectors" and is_detector(tree)}
    assert detectors
    wrong = []
    for module in modules():
        if stage(module) != "detectors" or is_package(module) or module.endswith(".all"):
            continue
        kind = module.split(".")[2]
        for target, line in imports(module):
            if stage(target) == "detectors" and target not in SHARED:
                other_kind = target.count(".") > 1 and target.split(".")[2] not in (kind, "calls")
                if other_kind or (module in detectors and target in detectors):
                    wrong.append(f"{module}:{line} imports {target}")
    assert wrong == []


def is_detector(tree: ast.Module) -> bool:
    assigned = [node.targets[0] for node in tree.body if isinstance(node, ast.Assign)]
    assigned += [node.target for node in tree.body if isinstance(node, ast.AnnAssign)]
    return any(isinstance(target, ast.Name) and target.id == "DETECTOR" for target in assigned)


def test_any_exception_is_caught_in_two_places_only() -> None:
    """A detector's crash and a command's crash have one handler each; anything else hides mistakes."""
    broad = {"Exception", "BaseException"}
    catching = {
        module
        for module, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or broad & {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)})
    }
    assert catching == {"pqc_migrate.scan.examine", "pqc_migrate.cli.main"}


def test_the_scanner_starts_nothing_and_calls_nobody() -> None:
    """Looking at code neither runs programs nor opens connections nor evaluates what it reads."""
    forbidden = {"subprocess", "socket", "ssl", "http", "urllib.request", "pickle", "marshal", "runpy", "ctypes"}
    calls = {"eval", "exec", "compile", "__import__"}
    for module, tree in modules().items():
        if stage(module) in {"targets", "gate", "detectors", "inventory", "scan", "catalog", "model"}:
            for node in ast.walk(tree):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    names = (
                        [alias.name for alias in node.names] if isinstance(node, ast.Import) else [str(node.module)]
                    )
                    assert not forbidden & {*names, *(name.split(".")[0] for name in names)}, module
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    assert node.func.id not in calls, module
