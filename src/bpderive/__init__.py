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
    bp.Graph((2, 3, 3, 1), shortcuts={3: 2})       # layers connected in any way without a circle
"""

from __future__ import annotations

from importlib.metadata import version

from bpderive import reference
from bpderive.equations import Certificate, Equation, equations
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
from bpderive.letters.symbols import latex
from bpderive.letters.text import Text, set_language
from bpderive.programs.gradient import Gradient
from bpderive.programs.graphs import Graph, Shared, compile_gradient, gradient, path_sum, verify
from bpderive.proofs import Derivation, derivation
from bpderive.proofs.pairings import Pairing, pairing, pairings
from bpderive.workbook.compare import Findings, compare
from bpderive.workbook.verdict import Verdict, check

__version__ = version("bpderive")

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
