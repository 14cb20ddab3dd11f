"""Functions of one number in a generated program: σ, σ′ and what the cost needs of them, each by its stable form.

`Functions(net, dialect)` defines a function when its name is first asked for, so that a program holds those that it
calls. Names are those of the declarations, made valid and different where they are not.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable

import sympy
from sympy import Expr, Symbol

from bpderive.activations import Activation, AnyActivation, VectorActivation, a, activations, slope, z
from bpderive.activations.elementwise import NumPySource, function_source
from bpderive.activations.layer_program import LayerProgram, layer_source
from bpderive.activations.rewriting import POINTS
from bpderive.network import Network

_TAKEN = re.compile(
    r"np|math|Math|threading|[xyzaemjkip]|slope|product|ones|[wbzaycdgtns]\d+(_\w+)*"
    r"|(delta|slope|nabla|pieces|error|sigma|wide|turned)\d*\w*"
    r"|weights|biases|forward\w*|back\w*|gradient\w*|value_and_gradient|all_of_one|cost|arrays?|new_arrays|kept|scratch|rows?|laid_out|aligned|numbers"
    r"|piece|valued|unused|no_slope|by_size|abs|min|max|float|list|zip|sum|len|range|DTYPE|SCRATCH|PIECE|FEW"
)
_TAKEN_ELSEWHERE = re.compile(
    r"main|auto|break|case|char|const|default|do|double|else|enum|extern|for|goto|if|int|long|register|return|short"
    r"|signed|sizeof|static|struct|switch|typedef|union|unsigned|void|volatile|while|inline|restrict|real|function|let"
    r"|var|new|export|import|class|this|null|true|false|in|of|await|async|yield|delete|typeof|instanceof|with|super"
    r"|throw|try|catch|finally|debugger|arguments|eval|Number|Array|Error|RangeError|Float\d+Array|size_t|malloc|free"
    r"|a?(sin|cos|tan)h?|atan2|erfc?|exp2?|expm1|log(1p|2|10|b)?|pow|sqrt|cbrt|hypot|[tl]?gamma|f(abs|min|max|dim|mod|ma)"
    r"|floor|ceil|trunc|round|l?l?rint|nearbyint|modf|frexp|ldexp|remainder|nan|y[01n]|j[01n]|div|signbit|select|index"
)
"""Words of C and JavaScript, and the functions of C's library."""

Definition = Callable[[str, Expr, str], str]
"""From a name, an expression in z and what it is in words to the text of a function."""


def heading(net: Network, *lines: str) -> list[str]:
    """What a program computes, and the lines that say how to read it."""
    cost = re.sub(r'["\\*/]', "", net.cost.title.en)
    first = f"Backpropagation for the network {net.sizes} with the {cost}, derived by bpderive."
    return [first, "", *lines]


def docstring(lines: list[str]) -> str:
    """The lines as the docstring of a Python module."""
    return "\n".join([f'"""{lines[0]}', *lines[1:], '"""'])


class Names:
    """Names for the functions of a program: the wanted one, made valid, and different from those given before."""

    def __init__(self, python: bool = True) -> None:
        self._python = python
        self._used: set[str] = set()

    def free(self, wanted: str) -> str:
        """A name like `wanted` that is free, and taken from now on."""
        name = re.sub(r"\W", "_", wanted, flags=re.ASCII)
        taken = _TAKEN.fullmatch(name) or (not self._python and _TAKEN_ELSEWHERE.fullmatch(name))
        if not name.isidentifier() or keyword.iskeyword(name) or taken:
            name = f"f_{name}"
        numbered = (name, *(f"{name}_{i}" for i in range(2, len(self._used) + 3)))
        found = next(n for n in numbered if n not in self._used)
        self._used.add(found)
        return found


class Functions:
    """The functions of a program, defined as they are asked for; `sources` are their texts in that order."""

    def __init__(
        self,
        net: Network,
        names: Names | None = None,
        define: Definition | type[NumPySource] = NumPySource,
        single: bool = False,
    ) -> None:
        self._net = net
        self._single = single
        self._names = names or Names()
        self._known: dict[tuple[Activation, Expr], str] = {}
        self._of_layers: dict[str, str] = {}
        if isinstance(define, type):
            dialect = define

            def define(name: str, form: Expr, says: str) -> str:
                return function_source(name, form, says, dialect=dialect)

        self._define = define
        self.sources: list[str] = []

    def of(self, activation: Activation, wanted: Expr = a) -> str:
        """The name of the function of z that computes σ (a), σ′ (slope) or an expression in a = σ(z)."""
        known = self._known.get((activation, wanted))
        if known is None:
            known = self._known[activation, wanted] = self._names.free(_spoken(activation.name, wanted))
            form = activation.numeric(wanted)
            self.sources.append(self._define(known, form, says_of(activation, wanted)))
        return known

    def of_layer(self, function: VectorActivation, wanted: str, program: LayerProgram) -> str:
        """The name of the NumPy function of a whole layer that `program` computes; `wanted` is what to call it."""
        known = self._of_layers.get(wanted)
        if known is None:
            known = self._of_layers[wanted] = self._names.free(wanted)
            says = f"{wanted.removeprefix('log_')} of a layer, the rows being its neurons."
            source = layer_source(known, program, says)
            self.sources.append(_doubled(source) if self._single else source)
        return known

    def cost_term(self, activation: AnyActivation, weighted: Symbol, output: Symbol, target: Symbol) -> Expr:
        """The cost of one output neuron, by the symbols of its z, a and y.

        What the activation declares a stable form of, such as ln σ(z), is a call with z, where a may have rounded to 1.
        """
        term = self._net.cost.term(a, target)
        calls = {
            part: sympy.Function(self._stable(activation, part))(weighted)
            for part in sorted(term.atoms(sympy.Function), key=str)
            if activation.has_stable(part)
        }
        return term.subs(calls).subs(a, output)

    def _stable(self, activation: AnyActivation, part: Expr) -> str:
        if isinstance(activation, VectorActivation):
            return self.of_layer(activation, _spoken(activation.name, part), activation.program(part))
        return self.of(activation, part)


def _doubled(source: str) -> str:
    """The same function of arrays of single precision, which computes in double precision."""
    signature, says, *body = source.splitlines()
    arguments = signature[signature.index("(") + 1 : signature.index(")")].split(", ")
    converted = [f"    {name} = {name}.astype(SCRATCH)" for name in arguments]
    return "\n".join([signature, says, *converted, *body, ""])


def _spoken(name: str, wanted: Expr) -> str:
    """A name for the function: sigmoid, sigmoid_prime, log_sigmoid, log_one_minus_sigmoid."""
    usual = {
        a: name,
        slope: f"{name}_prime",
        sympy.log(a): f"log_{name}",
        sympy.log(1 - a): f"log_one_minus_{name}",
    }
    return usual.get(wanted, f"{name}_of_{wanted}")


def says_of(activation: Activation, wanted: Expr) -> str:
    """In words what is computed, and whether by a form that rounds better than the formula."""
    formula = f"σ(z) = {activation.formula}"
    if wanted != a:
        shown = "σ′(z)" if wanted == slope else wanted.subs(a, Symbol("σ(z)"))
        formula = f"{shown} for {formula}"
    if activation.has_stable(wanted):
        return f"{formula}, in a form that does not overflow."
    if activations.get(activation.name) == activation or activation.formula.is_polynomial(z):
        return f"{formula}."
    form = activation.measured(wanted)
    failing = f", nan or inf at {form.bad}" if form.bad else ""
    return (
        f"{formula}; measured error at {len(POINTS)} points: {form.ulp:.2g} units in the last place{failing}."
    )
