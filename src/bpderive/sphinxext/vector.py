"""The page of an activation of a whole layer, such as softmax: its Jacobian, and what (BP1) becomes with it.

`vector_page(page, activation)` gives its parts; each is a function in `PARTS`.
"""

from __future__ import annotations

from collections.abc import Callable

from docutils import nodes

from bpderive.errors import NetworkError
from bpderive.functions.activations import VectorActivation
from bpderive.functions.costs import Cost, costs
from bpderive.functions.network import Network
from bpderive.letters.symbols import latex
from bpderive.programs.lambdified import compile_gradient
from bpderive.proofs.pairings import pairing
from bpderive.proofs.whole_layer import jacobian
from bpderive.sphinxext import page_words as say
from bpderive.sphinxext.accuracy import error_table, read_measurements
from bpderive.sphinxext.catalogue import page_of
from bpderive.sphinxext.cost import pair_of
from bpderive.sphinxext.directive import PageDirective
from bpderive.sphinxext.markup import display, line, table

Part = Callable[[PageDirective, VectorActivation], list[nodes.Node]]


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
    found = jacobian(activation)
    found.check()
    frame = page.folded(
        say.DERIVATION_OF_JACOBIAN,
        page.steps(found.steps),
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
        pair = pair_of(activation, cost)
        if pair is None:
            rows.append([name, page.words(say.OUTSIDE)])
        else:
            rows.append(
                [name, [nodes.math(pair.latex, pair.latex)] if pair.cancelled else page.words(say.AS_ABOVE)]
            )
    head = [page.words(say.COST), page.words(say.ERROR_OF_PAIR)]
    told = [
        page.paragraph(say.ONE_HOT.format(cost=cost.title))
        for cost in _cancelling(activation)
        if pairing(activation.name, cost.name).under_condition is not None
    ]
    why = page.paragraph(say.ERROR_SUM_WHY)
    return [page.section("error", say.ERROR_SUM, why, general, table(["bp-pairs"], head, rows), *told)]


def _cancelling(activation: VectorActivation) -> list[Cost]:
    """The costs that go with it."""
    found = [(cost, pair_of(activation, cost)) for cost in costs.values()]
    return [cost for cost, pair in found if pair is not None and pair.cancelled]


def _floating(page: PageDirective, activation: VectorActivation) -> list[nodes.Node]:
    measurements = read_measurements(page)
    errors = measurements.of_layer(activation.name) if measurements else None
    if measurements is None or errors is None:
        return []
    kinds = {"value": say.ERROR_COMPONENT, "log": say.ERROR_LOG}
    told = page.paragraph(say.ACCURACY_OF_LAYER)
    return [
        page.section("floating-point", say.FLOATING, told, *error_table(page, errors, kinds, measurements))
    ]


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


PARTS: tuple[Part, ...] = (_card, _jacobian, _error, _floating, _program)
"""The parts of the page, from top to bottom."""
