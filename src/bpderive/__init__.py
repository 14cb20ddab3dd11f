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
    bp.compare(my_backprop, net)                   # what is wrong with a function that you wrote

A name is imported when it is first asked for. To add one, enter it three times: where the type checker reads it, in
`_MODULES` and in `__all__`; a test compares the three.
"""

from __future__ import annotations

import importlib.metadata
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from bpderive.later import loaded

if TYPE_CHECKING:
    from bpderive import reference
    from bpderive.equations import Certificate, Equation, equations
    from bpderive.equations.paths import factored_path_sum, path_sum
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
    from bpderive.letters.symbols import latex
    from bpderive.letters.text import Text, set_language
    from bpderive.programs.gradient import Gradient, gradient
    from bpderive.programs.lambdified import compile_gradient
    from bpderive.programs.verify import verify
    from bpderive.proofs import Derivation, derivation
    from bpderive.proofs.pairings import Pairing, pairing, pairings
    from bpderive.workbook.compare import Findings, compare
    from bpderive.workbook.verdict import Verdict, check

    __version__: str

_MODULES = {
    "activations": ("Activation", "VectorActivation", "activations", "parse_activation"),
    "assumptions": ("Assumptions", "assumptions"),
    "codegen": ("compile_gradient",),
    "compare": ("Findings", "compare"),
    "costs": ("Cost", "costs"),
    "equations": ("Certificate", "Equation", "equations"),
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
    "gradient": ("Gradient", "gradient"),
    "network": ("Network",),
    "notation": ("latex",),
    "pairings": ("Pairing", "pairing", "pairings"),
    "paths": ("factored_path_sum", "path_sum"),
    "proofs": ("Derivation", "derivation"),
    "text": ("Text", "set_language"),
    "verdict": ("Verdict", "check"),
    "verify": ("verify",),
}
_MODULE_OF = {name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names}

__all__ = [
    "Activation",
    "Assumptions",
    "BpderiveError",
    "Certificate",
    "Cost",
    "Derivation",
    "DomainError",
    "Equation",
    "Findings",
    "Gradient",
    "HypothesisError",
    "MissingPackage",
    "Network",
    "NetworkError",
    "Pairing",
    "ParseError",
    "Refuted",
    "ShapeError",
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

    `bpderive.programs.gradient` is the function, before and after the module of that name is imported.
    """

    def __getattr__(self, name: str) -> Any:
        if name == "__version__":
            found: Any = importlib.metadata.version(__name__)
        elif name == "reference":
            found = loaded(f"{__name__}.reference")
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
