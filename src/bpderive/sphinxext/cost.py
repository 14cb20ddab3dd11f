"""The directives `cost-page` and `pairing-table`: a cost from its declaration, and which activation goes with which.

```{cost-page} cross_entropy
```
```{pairing-table}
```

`pair_of(activation, cost)` is the error of a pair, with σ′ cancelled where that was found by derivation; nothing is
listed by hand. To add a part to the page of a cost, call it in `CostPageDirective.make`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sympy
from docutils import nodes
from sympy import Expr, Piecewise, S

from bpderive.errors import DomainError
from bpderive.functions.activations import AnyActivation, VectorActivation, activations
from bpderive.functions.costs import Cost, costs
from bpderive.functions.costs import a as output
from bpderive.functions.differentiation import differentiate, latex
from bpderive.functions.network import Network
from bpderive.letters.symbols import latex as in_layers
from bpderive.letters.text import Text, joined
from bpderive.proofs.pairings import pairing
from bpderive.sphinxext import page_words as say
from bpderive.sphinxext.catalogue import page_of
from bpderive.sphinxext.directive import BookDirective
from bpderive.sphinxext.kept import Wanted, kept
from bpderive.sphinxext.markup import display, line, span, table


@dataclass(frozen=True, slots=True)
class Pair:
    """The error δ^L of one output neuron in LaTeX, and whether σ′ has cancelled in it."""

    latex: str
    cancelled: bool


def pairs(cost: Cost) -> Wanted[dict[str, Pair | None]]:
    """`pair_of` the cost with every activation of the catalogue, by name."""
    return Wanted(pairs_of, (cost,), f"{cost!r} {list(activations.values())}")


def pairs_of(cost: Cost) -> dict[str, Pair | None]:
    """`pairs`, found now."""
    return {name: pair_of(activation, cost) for name, activation in activations.items()}


def pair_of(activation: AnyActivation, cost: Cost) -> Pair | None:
    """δ^L by (BP1); None where the outputs can leave the domain of the cost."""
    try:
        Network((1, 2), activation=activation, cost=cost)
    except DomainError:
        return None
    if isinstance(activation, VectorActivation):
        found_pair = pairing(activation.name, cost.name)
        if found_pair.cancels:
            return Pair(in_layers(found_pair.error).replace("^{L}", ""), True)
        return Pair(
            r"\sum_{k} \frac{\partial C}{\partial a_{k}} \, \frac{\partial a_{k}}{\partial z_{j}}", False
        )
    slope = activation.derivative_from_output(output)
    found = cost.cancelled_error(slope)
    if found is not None:
        return Pair(latex(found), True)
    gradient = cost.derivative()
    shown = r"\frac{\partial C}{\partial a}" if gradient.has(sympy.Piecewise) else _factor(gradient)
    if slope == 1:
        return Pair(shown, False)
    by_output = slope is not None and not slope.has(sympy.Piecewise)
    return Pair(rf"{shown} \, {_factor(slope) if by_output else _SLOPE}", False)


_SLOPE = r"\sigma'(z)"


def _factor(expression: sympy.Expr) -> str:
    return rf"\left({latex(expression)}\right)" if expression.is_Add else latex(expression)


class CostPageDirective(BookDirective):
    """The page of a cost."""

    required_arguments = 1

    def make(self) -> list[nodes.Node]:
        """The page, part by part. Raises `UnknownName` for a cost that is not in the catalogue."""
        cost = costs[self.arguments[0].strip()]
        cost.assumptions.check()
        shown: list[nodes.Node] = [display(rf"C = {latex(cost.formula)}"), line(*self.words(say.ONE_OUTPUT))]
        if cost.parameters:
            shown.append(with_values(self, cost.parameters))
        domain = say.DOMAIN_PART.format(domain=sympy.latex(cost.domain))
        assumptions = map(self.paragraph, (say.ASSUMPTION_AVERAGE, say.ASSUMPTION_OUTPUTS))
        parts = (
            self.card(say.COST, cost.title, f'bp.costs["{cost.name}"]', *shown),
            self.section("gradient", say.GRADIENT, _gradient(self, cost)),
            self.section(
                "domain", say.DOMAIN, self.paragraph(say.DOMAIN_ALL if cost.domain == S.Reals else domain)
            ),
            self.section("assumptions", say.ASSUMPTIONS, *assumptions, self.mark(say.HOLDS, "concrete")),
            self.section("pairs", say.GOES_WITH, *_goes_with(self, cost)),
        )
        return [self.page(cost.name.replace("_", "-"), cost.title, *parts)]


def with_values(page: BookDirective, parameters: Iterable[tuple[sympy.Symbol, Expr]]) -> nodes.Node:
    """Which values the parameters of a declaration have, and how others are chosen."""
    values = [f"${latex(symbol)} = {latex(value)}$" for symbol, value in parameters]
    names = ", ".join(f"{symbol.name.rstrip('_')}=…" for symbol, _ in parameters)
    told = say.WITH_VALUES.format(values=joined(values, (", ", "，")), code=f".with_parameters({names})")
    return line(*page.words(told))


def _gradient(page: BookDirective, cost: Cost) -> nodes.Node:
    formula = cost.formula
    pieces = formula.args if isinstance(formula, Piecewise) else ((formula, None),)
    shown: list[nodes.Node] = []
    exact = True
    conditions = _conditions(formula)
    for (expression, _), where in zip(pieces, conditions, strict=True):
        derived = differentiate(expression, output, r"\frac{\partial C}{\partial a}")
        exact = derived.check().kinds == ("exact",) and exact
        if where is not None:
            shown.append(line(*page.words(say.PIECE_OF_COST.format(where=where)), classes=["bp-part"]))
        shown.append(page.steps(derived.steps))
    shown.append(
        page.mark(say.EXACT_LINES if exact else say.CHECKED_LINES, "concrete" if exact else "numeric")
    )
    return page.folded(say.DERIVATION_OF_GRADIENT, *shown, classes=["bp-derivation"], opened=True)


def _conditions(formula: Expr) -> list[str | None]:
    """The conditions of the pieces in LaTeX; None for a formula without pieces."""
    if not isinstance(formula, Piecewise):
        return [None]
    rows = latex(formula).removeprefix(r"\begin{cases} ").removesuffix(r" \end{cases}").split(r" \\ ")
    return [row.split(" & ")[1] for row in rows]


def _goes_with(page: BookDirective, cost: Cost) -> list[nodes.Node]:
    found: dict[str, list[str]] = {}
    refused = []
    for name, pair in kept(page.env.app).of(pairs(cost)).items():
        if pair is None:
            refused.append(name)
        elif pair.cancelled:
            found.setdefault(pair.latex, []).append(name)
    shown: list[nodes.Node] = []
    for error, names in found.items():
        told = say.CANCELS_WITH.format(names=_listed(names), error=f"${error}$")
        shown.append(page.paragraph(told))
        for name in names:
            derived = pairing(name, cost.name)
            derived.check()
            steps = page.steps(derived.derivation.steps)
            shown.append(page.folded(derived.derivation.title, steps, classes=["bp-derivation"]))
    if not found:
        shown.append(page.paragraph(say.CANCELS_WITH_NONE))
    if refused:
        shown.append(page.paragraph(say.REFUSED_WITH.format(names=_listed(refused))))
    return shown


def _listed(names: Iterable[str]) -> Text:
    """The titles of activations, one after the other."""
    return joined(activations[name].title for name in names)


class PairingTableDirective(BookDirective):
    """The error of the output layer for every pair of an activation and a cost."""

    def make(self) -> list[nodes.Node]:
        """One row for each activation, one column for each cost; what cancels is marked."""
        head: list[list[nodes.Node]] = [self.words(say.PAIR)]
        head += [[self.link(page_of("costs", cost.name), cost.title)] for cost in costs.values()]
        known = [kept(self.env.app).of(pairs(cost)) for cost in costs.values()]
        rows = []
        for activation in activations.values():
            name = self.link(page_of("activations", activation.name), activation.title)
            row: list[list[nodes.Node]] = [[name]]
            row += [self._cell(errors[activation.name]) for errors in known]
            rows.append(row)
        return [table(["bp-pairs"], head, rows)]

    def _cell(self, pair: Pair | None) -> list[nodes.Node]:
        if pair is None:
            return [span(*self.words(say.OUTSIDE), classes=["bp-also"])]
        shown: list[nodes.Node] = [nodes.math(pair.latex, pair.latex)]
        if pair.cancelled:
            shown += [
                nodes.Text(" "),
                span(*self.words(say.CANCELLED), classes=["bp-mark", "bp-mark-concrete"]),
            ]
        return shown
