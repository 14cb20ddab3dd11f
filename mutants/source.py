"""`python -m mutants.source [MODULE …]`: the library's own source made wrong in small ways, and what its tests say.

Each change of a module of `MODULES` is made in memory, and the tests of that module are run on it, in a process of
their own. A change that they do not notice has *survived*: it stands in `survivors.toml` with the reason why it does no
harm, or it is a hole. To add a kind of change, write a function that yields changes of one node and enter it in
`CHANGES`; to add a module, name it in `MODULES` with its tests.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib.abc
import importlib.machinery
import importlib.util
import multiprocessing
import os
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

ROOT = Path(__file__).parents[1]
SURVIVORS = Path(__file__).with_name("survivors.toml")
SECONDS = 120.0
"""A change after which the tests take longer than this has been noticed: it makes something run for ever."""

MODULES: dict[str, tuple[str, ...]] = {
    "proofs.tensors": ("tests/test_tensors.py",),
    "judge.truth": ("tests/test_truth.py",),
    "programs.gradient": ("tests/test_gradient.py",),
    "equations.paths": ("tests/test_paths.py",),
}
"""The modules in which the mathematics lives, and the tests of each."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the module, the line, the change in words, and the changed module."""

    module: str
    line: int
    change: str
    code: CodeType

    @property
    def name(self) -> str:
        """What it is called in `survivors.toml`: by its text, so that moving a line does not change it."""
        return f"{self.module}: {self.change}"


_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
}


def _comparison(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARISONS:
        yield ast.Compare(node.left, [_COMPARISONS[type(node.ops[0])](), *node.ops[1:]], node.comparators)


def _operator(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        yield ast.BinOp(node.left, _OPERATORS[type(node.op)](), node.right)


def _number(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        yield ast.Constant(node.value + 1)
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        yield ast.Constant(not node.value)


def _logic(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield node.operand


def _condition(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.If | ast.IfExp):
        for value in (True, False):
            changed = copy.copy(node)
            changed.test = ast.Constant(value)
            yield changed


CHANGES: tuple[Callable[[ast.AST], Iterator[ast.AST]], ...] = (
    _comparison,
    _operator,
    _number,
    _logic,
    _condition,
)


def mutants(module: str) -> Iterator[Mutant]:
    """Every change of a module; annotations and docstrings are left as they are."""
    path = ROOT / "src" / "bpderive" / f"{module}.py"
    tree = ast.parse(path.read_text("utf-8"))
    ignored = {id(part) for annotation in _annotations(tree) for part in ast.walk(annotation)}
    for node in ast.walk(tree):
        if id(node) in ignored:
            continue
        for make in CHANGES:
            for changed in make(node):
                ast.copy_location(changed, node)
                whole = ast.fix_missing_locations(_Replace(node, changed).visit(copy.copy(tree)))
                before, after = (_shown(part) for part in (node, changed))
                yield Mutant(
                    module,
                    getattr(node, "lineno", 0),
                    f"{before} → {after}",
                    compile(whole, str(path), "exec"),
                )


def _annotations(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            found = getattr(node, name, None)
            if isinstance(found, ast.AST):
                yield found


def _shown(node: ast.AST) -> str:
    head = ast.unparse(node).split("\n")[0]
    return head if len(head) <= 90 else f"{head[:87]}..."


class _Replace(ast.NodeTransformer):
    """Puts one node in the place of another, copying what lies above it."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        """The node, or the new one."""
        return self.new if node is self.old else self.generic_visit(copy.copy(node))

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """The parts in turn; lists are copied first, for the base class changes them in place."""
        for name, value in ast.iter_fields(node):
            if isinstance(value, list):
                setattr(node, name, list(value))
        return super().generic_visit(node)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives the changed module when it is imported."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The module that is changed, and no other."""
        if name != f"bpderive.{self.mutant.module}":
            return None
        return importlib.util.spec_from_loader(name, self)

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed code."""
        exec(self.mutant.code, module.__dict__)


def _run_tests(mutant: Mutant | None, tests: tuple[str, ...], failed: Any) -> None:
    """Run the tests in this process, which is their own; `failed` becomes 1 if one fails."""
    import pytest

    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        if mutant is not None:
            sys.meta_path.insert(0, _Finder(mutant))
        options = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:cov", "--no-header")
        failed.value = int(pytest.main([*options, *tests]) != 0)


def noticed(mutant: Mutant | None, tests: tuple[str, ...]) -> bool:
    """Whether the tests fail on the changed module; for None, on the module as it is."""
    context = multiprocessing.get_context("fork")
    failed = context.Value("i", 1)
    process = context.Process(target=_run_tests, args=(mutant, tests, failed))
    process.start()
    process.join(SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
        return True
    return bool(failed.value)


def main(arguments: list[str] | None = None) -> int:
    """Print what survives; 1 if something does that has no reason, or a reason is given for what does not."""
    import numpy  # noqa: F401  # what every child needs is loaded once
    import pytest  # noqa: F401
    import sympy  # noqa: F401

    parser = argparse.ArgumentParser(
        prog="python -m mutants.source", description="What the tests do not notice."
    )
    parser.add_argument("modules", nargs="*", help=f"of {', '.join(MODULES)}; all if none is given")
    parser.add_argument("--every", type=int, default=1, help="take every N-th change only")
    given = parser.parse_args(arguments)
    reasons: dict[str, str] = tomllib.loads(SURVIVORS.read_text("utf-8"))["reasons"]
    holes = 0
    for module in given.modules or MODULES:
        tests = MODULES[module]
        if noticed(None, tests):
            print(f"{module}: its tests fail as it is")
            return 1
        made = list(mutants(module))[:: given.every]
        survivors = [mutant for mutant in made if not noticed(mutant, tests)]
        print(f"{module}: {len(made)} changes, {len(survivors)} survive", flush=True)
        for mutant in survivors:
            reason = reasons.get(mutant.name)
            holes += reason is None
            print(
                f"  line {mutant.line}: {mutant.change}\n    {reason or 'no reason is known: a hole'}",
                flush=True,
            )
    return int(holes > 0)


if __name__ == "__main__":
    sys.exit(main())
