"""What `import bpderive` does and does not: nothing is derived, and without NumPy everything works but the numbers."""

from __future__ import annotations

import ast
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

import bpderive as bp

DEAR = ("sympy", "mpmath", "numpy", "scipy", "torch", "jax", "sphinx", "docutils", "myst_nb")
"""Packages that nobody waits for who has not asked for anything yet."""


def run(program: str) -> str:
    """What a fresh interpreter prints; its errors fail the test."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


def loaded_by(program: str) -> set[str]:
    """The modules that a program loads."""
    return set(json.loads(run(f"import json, sys\n{program}\nprint(json.dumps(sorted(sys.modules)))")))


@pytest.mark.parametrize(
    "program",
    [
        "import bpderive",
        "import bpderive; bpderive.Text; bpderive.ParseError; bpderive.__version__; dir(bpderive)",
        "from bpderive.cli import parser; parser().format_help()",
    ],
)
def test_nothing_is_loaded_before_it_is_asked_for(program: str) -> None:
    modules = loaded_by(program)
    assert not modules & set(DEAR)
    ours = {name.split(".")[1] for name in modules if name.startswith("bpderive.")}
    assert ours <= {"cli", "errors", "later", "letters"}


def test_a_command_loads_what_it_needs_alone() -> None:
    modules = loaded_by("from bpderive.cli import parser; parser().parse_args(['derive', 'BP2'])")
    assert "sympy" in modules
    assert (
        not {"numpy", "bpderive.workbook.compare", "bpderive.programs.verify", "bpderive.cli.check"} & modules
    )


def test_no_public_name_needs_sphinx() -> None:
    modules = loaded_by("from bpderive import *")
    assert "numpy" in modules
    assert not {name.partition(".")[0] for name in modules} & {"sphinx", "docutils", "myst_nb", "myst_parser"}


def test_each_public_name_is_entered_everywhere() -> None:
    tree = ast.parse(Path(inspect.getfile(bp)).read_text("utf-8"))
    [checked] = [node for node in tree.body if isinstance(node, ast.If)]
    typed = {a.name for node in checked.body if isinstance(node, ast.ImportFrom) for a in node.names}
    assert typed == set(bp.__all__)
    assert set(bp.__all__) <= set(dir(bp))
    for name in bp.__all__:
        assert getattr(bp, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        bp.nothing  # noqa: B018  # type: ignore[attr-defined]


def imports_in_functions(source: str) -> list[str]:
    """The modules of the library that are imported within a function, as one does to get around a circle."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    inside = [node for function in functions for node in ast.walk(function)]
    names = [alias.name for node in inside if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in inside if isinstance(node, ast.ImportFrom)]
    return [name for name in names if name.partition(".")[0] == "bpderive"]


def test_no_module_is_imported_in_a_function_to_get_around_a_circle() -> None:
    for path in Path(inspect.getfile(bp)).parent.rglob("*.py"):
        assert not imports_in_functions(path.read_text("utf-8")), path
    assert imports_in_functions("def f():\n    from bpderive.proofs import derive\n    import numpy\n")


def test_a_module_does_not_take_the_place_of_a_function_of_its_name() -> None:
    run(
        "import bpderive.programs.gradient, bpderive.programs.verify, bpderive.equations\n"
        "import bpderive as bp\n"
        "from bpderive.programs.gradient import Gradient\n"
        "assert isinstance(bp.gradient(bp.Network((1, 1))), Gradient)\n"
        "assert bp.equations['BP1'].number == 'BP1'\n"
        "assert callable(bp.verify) and callable(bp.assumptions)\n"
        "bp.gradient = print\n"
        "assert bp.gradient is print\n"
    )


def test_without_numpy_everything_works_but_the_numbers() -> None:
    shown = run(
        "import sys\n"
        "sys.modules['numpy'] = None\n"
        "import bpderive as bp\n"
        "net = bp.Network((2, 3, 2), activation='tanh')\n"
        "assert bp.check('d(C, b[l,j]) = delta[l,j]').holds\n"
        "assert bp.check('d(C, b[l,j]) = delta[l,k]').counterexample\n"
        "assert bp.equations['BP2'].check().networks\n"
        "assert bp.derivation('BP2').check().kinds == ('general',)\n"
        "bp.derivation('BP2').instantiate(net).check()\n"
        "assert bp.gradient(net).bindings\n"
        "bp.path_sum(net, 2, 1, 1).check()\n"
        "assert bp.factored_path_sum(net, 2, 1, 1)\n"
        "assert bp.activations['gelu'].limits[0] == 0\n"
        "assert bp.parse_activation('z/(1+exp(-z))').monotone is False\n"
        "assert bp.pairing('sigmoid', 'cross_entropy')\n"
        "assert bp.costs['quadratic'].derivative()\n"
        "assert bp.assumptions(lambda x, y, w: sum(a for a in x[0]))\n"
        "assert bp.latex(bp.equations['BP2'].statement.rhs)\n"
        "for ask in (\n"
        "    lambda: bp.activations['tanh'].numpy(1),\n"
        "    lambda: bp.compile_gradient(net),\n"
        "    lambda: bp.verify(net),\n"
        "    lambda: bp.compare(print, net),\n"
        "    lambda: bp.reference,\n"
        "):\n"
        "    try:\n"
        "        ask()\n"
        "    except bp.MissingPackage as error:\n"
        "        print(error)\n"
    )
    assert len(shown.splitlines()) == 5
    assert all("pip install numpy" in line for line in shown.splitlines())
