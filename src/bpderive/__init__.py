"""bpderive: the equations of backpropagation derived, checked, summed over paths, compiled and verified.

For example:

    import bpderive as bp

    bp.equations["BP2"].check()                    # a certificate, or bp.Refuted with a counterexample
    print(bp.derivation("BP2"))                    # its proof, line by line
    net = bp.Network((2, 3, 2), activation="tanh")
    bp.gradient(net)                               # backpropagation on it, as let-bindings
    bp.path_sum(net, 2, 1, 1).check()              # equation (53): every path of one weight
    bp.compile_gradient(net)                       # the same as NumPy code
    bp.verify(net)                                 # that code against three other ways to the numbers
    bp.check("d(C, b[l,j]) = delta[l,j]")          # whether an equation that you wrote holds, and why not
    bp.check("dW2 = dZ2 @ A1.T / m").convention    # in whatever letters it is written, and in which convention it holds
    bp.compare(my_backprop, net)                   # what is wrong with a function that you wrote
    graph = bp.Graph((2, 3, 3, 1), shortcuts={3: 2})                # layers connected in any way without a circle
    bp.check("G[2] = T(w[3,2]) @ delta[3] + G[3]", network=graph)   # whether a claim about it holds

A name is imported when it is first asked for. To add one, enter it three times: where the type checker reads it, in
`_MODULES` and in `__all__`; a test compares the three.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from bpderive.later import loaded

if TYPE_CHECKING:
    from bpderive.equations import Equation, equations
    from bpderive.equations.paths import factored_path_sum
    from bpderive.errors import (
        BpderiveError,
        DomainError,
        HypothesisError,
        MissingPackage,
        NetworkError,
        ParseError,
        Refuted,
        ShapeError,
        StepError,
        TooManyPaths,
        UnknownName,
    )
    from bpderive.functions.activations import Activation, VectorActivation, activations, parse_activation
    from bpderive.functions.assumptions import Assumptions, assumptions
    from bpderive.functions.costs import Cost, costs
    from bpderive.functions.network import Network
    from bpderive.letters.certificate import Certificate
    from bpderive.letters.symbols import latex
    from bpderive.letters.text import Text, set_language
    from bpderive.programs import reference
    from bpderive.programs.gradient import Gradient
    from bpderive.programs.graphs import Graph, Shared, compile_gradient, gradient, path_sum, verify
    from bpderive.proofs import Derivation, derivation
    from bpderive.proofs.pairings import Pairing, pairing, pairings
    from bpderive.workbook.compare import Findings, compare
    from bpderive.workbook.conventions import Convention, check, conventions
    from bpderive.workbook.verdict import Verdict

    __version__: str

_MODULES = {
    "functions.activations": ("Activation", "VectorActivation", "activations", "parse_activation"),
    "functions.assumptions": ("Assumptions", "assumptions"),
    "workbook.compare": ("Findings", "compare"),
    "functions.costs": ("Cost", "costs"),
    "equations": ("Equation", "equations"),
    "letters.certificate": ("Certificate",),
    "errors": (
        "BpderiveError",
        "DomainError",
        "HypothesisError",
        "MissingPackage",
        "NetworkError",
        "ParseError",
        "Refuted",
        "ShapeError",
        "StepError",
        "TooManyPaths",
        "UnknownName",
    ),
    "programs.gradient": ("Gradient",),
    "programs.graphs": ("Graph", "Shared", "compile_gradient", "gradient", "path_sum", "verify"),
    "functions.network": ("Network",),
    "letters.symbols": ("latex",),
    "proofs.pairings": ("Pairing", "pairing", "pairings"),
    "equations.paths": ("factored_path_sum",),
    "proofs": ("Derivation", "derivation"),
    "letters.text": ("Text", "set_language"),
    "workbook.conventions": ("Convention", "check", "conventions"),
    "workbook.verdict": ("Verdict",),
}
_MODULE_OF = {name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names}

__all__ = [
    "Activation",
    "Assumptions",
    "BpderiveError",
    "Certificate",
    "Convention",
    "Cost",
    "Derivation",
    "DomainError",
    "Equation",
    "Findings",
    "Gradient",
    "Graph",
    "HypothesisError",
    "MissingPackage",
    "Network",
    "NetworkError",
    "Pairing",
    "ParseError",
    "Refuted",
    "ShapeError",
    "Shared",
    "StepError",
    "Text",
    "TooManyPaths",
    "UnknownName",
    "VectorActivation",
    "Verdict",
    "activations",
    "assumptions",
    "check",
    "compare",
    "compile_gradient",
    "conventions",
    "costs",
    "derivation",
    "equations",
    "factored_path_sum",
    "gradient",
    "latex",
    "pairing",
    "pairings",
    "parse_activation",
    "path_sum",
    "reference",
    "set_language",
    "verify",
]


class _Package(ModuleType):
    """The package, whose names come when they are asked for.

    `bpderive.equations` is the mapping, before and after the room of that name is imported.
    """

    def __getattr__(self, name: str) -> Any:
        if name == "__version__":
            found: Any = loaded("importlib.metadata").version(__name__)
        elif name == "reference":
            found = loaded(f"{__name__}.programs.reference")
        elif name in _MODULE_OF:
            found = getattr(loaded(_MODULE_OF[name]), name)
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        super().__setattr__(name, found)
        return found

    def __setattr__(self, name: str, value: Any) -> None:
        # What imports a module makes it an attribute of its package.
        if name not in _MODULE_OF or not isinstance(value, ModuleType):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *__all__})


sys.modules[__name__].__class__ = _Package
