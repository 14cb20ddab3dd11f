"""The page of an activation of a whole layer, such as softmax: its Jacobian, and what (BP1) becomes with it.

`vector_page(page, activation)` gives its parts; each is a function in `PARTS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy
from docutils import nodes
from sympy import Sum

from bpderive.activations import VectorActivation
from bpderive.codegen import compile_gradient
from bpderive.costs import Cost, costs
from bpderive.errors import DomainError, NetworkError
from bpderive.network import Network
from bpderive.notation import L, a, j, latex, y
from bpderive.pairings import cancelled_in_layer
from bpderive.sphinxext import page_words as say
from bpderive.sphinxext.catalogue import page_of
from bpderive.sphinxext.markup import display, line, table
from bpderive.sphinxext.page import PageDirective
from bpderive.text import Text

Part = Callable[[PageDirective, VectorActivation], list[nodes.Node]]

_ENTRY = r"\frac{\partial a^{L}_{j}}{\partial z^{L}_{k}}"
_PENDING = r"\frac{\partial}{\partial z^{L}_{k}} \,"


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the derivation of the Jacobian."""

    shown: str
    reason: Text

    def latex(self) -> str:
        return self.shown


def vector_page(page: PageDirective, activation: VectorActivation) -> list[nodes.Node]:
    """The parts of the page, one after the other. Raises `Refuted` if the Jacobian is not that of the formula."""
    activation.check()
    return [node for part in PARTS for node in part(page, activation)]


def _card(page: PageDirective, activation: VectorActivation) -> list[nodes.Node]:
    code = f'bp.activations["{activation.name}"]'
    shown = display(rf"a^{{L}}_{{j}} = {activation.latex}")
    words = page.paragraph(say.WHOLE_LAYER)
    return [page.card(say.ACTIVATION, activation.title, code, shown), words]


def _jacobian(page: PageDirective, activation: VectorActivation) -> list[nodes.Node]:
    lines = [
        _Line(rf"{_ENTRY} = {_PENDING} {activation.latex}", say.TO_BE_FOUND),
        _Line(f"= {latex(activation.jacobian())}", say.BY_QUOTIENT),
    ]
    by_output = activation.jacobian_from_output()
    if by_output is not None:
        lines.append(_Line(f"= {latex(by_output)}", say.OUTPUTS_PUT_IN))
    frame = page.folded(
        say.DERIVATION_OF_JACOBIAN,
        page.steps(lines),
        page.mark(say.JACOBIAN_CHECKED, "concrete"),
        classes=["bp-derivation"],
        opened=True,
    )
    return [page.section("jacobian", say.JACOBIAN, frame, page.paragraph(say.KRONECKER))]


def _error(page: PageDirective, activation: VectorActivation) -> list[nodes.Node]:
    general = display(
        r"\delta^{L}_{j} = \sum_{k} \frac{\partial C}{\partial a^{L}_{k}} \, "
        rf"\frac{{\partial a^{{L}}_{{k}}}}{{\partial z^{{L}}_{{j}}}} = {latex(activation.pullback)}"
    )
    rows: list[list[list[nodes.Node]]] = []
    for cost in costs.values():
        name: list[nodes.Node] = [page.link(page_of("costs", cost.name), cost.title)]
        try:
            Network((1, 2), activation=activation, cost=cost)
        except DomainError:
            rows.append([name, page.words(say.OUTSIDE)])
            continue
        error = cancelled_in_layer(activation, cost)
        shown = latex(error) if error is not None else ""
        rows.append([name, [nodes.math(shown, shown)] if shown else page.words(say.AS_ABOVE)])
    head = [page.words(say.COST), page.words(say.ERROR_OF_PAIR)]
    told = [
        page.paragraph(say.ONE_HOT.format(cost=cost.title))
        for cost in _cancelling(activation)
        if is_difference_for_one_hot(activation, cost)
    ]
    why = page.paragraph(say.ERROR_SUM_WHY)
    return [page.section("error", say.ERROR_SUM, why, general, table(["bp-pairs"], head, rows), *told)]


def is_difference_for_one_hot(activation: VectorActivation, cost: Cost) -> bool:
    """Whether the error is a_j − y_j when the desired outputs add up to 1."""
    error = cancelled_in_layer(activation, cost)
    summed = None if error is None else error.replace(lambda part: isinstance(part, Sum), lambda _: 1)
    return summed is not None and sympy.expand(summed - (a(L)[j, 0] - y(L)[j, 0])) == 0


def _cancelling(activation: VectorActivation) -> list[Cost]:
    """The costs that go with it."""
    return [cost for cost in costs.values() if cancelled_in_layer(activation, cost) is not None]


def _program(page: PageDirective, activation: VectorActivation) -> list[nodes.Node]:
    cost = next(iter(_cancelling(activation)), costs["quadratic"])
    try:
        source = compile_gradient(Network((1, 2), activation=activation, cost=cost)).source
    except NetworkError:  # no emitter knows how to compute it
        return []
    return [
        page.section(
            "program",
            say.CODE,
            line(*page.words(say.VECTOR_CODE.format(cost=cost.title))),
            page.folded(say.SHOW_CODE, page.code(source), classes=["bp-solution"]),
        )
    ]


PARTS: tuple[Part, ...] = (_card, _jacobian, _error, _program)
"""The parts of the page, from top to bottom."""
