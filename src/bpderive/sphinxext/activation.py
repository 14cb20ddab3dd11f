"""The directives `activation-page`, `try-activation` and `activation-comparison`: activations from their declarations.

```{activation-page} sigmoid
```
```{try-activation} tanh(z) + z/10
```

The first makes a whole page with its title; to add a part, write a function and call it in `_elementwise`, for a
function of a whole layer in `_of_layer`. The second shows in the midst of a page what is derived about a formula. The
third is all activations in one table, and their graphs side by side; where scripts run (docs/_static/book.js) it can be
sorted by any column. To add a column, add a cell in `bpderive.sphinxext.accounts` and its head in `COLUMNS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy
from docutils import nodes
from sympy import Interval, S

from bpderive.functions.activations import (
    Activation,
    VectorActivation,
    a,
    activations,
    parse_activation,
    slope,
)
from bpderive.functions.activations.derivation import Joint, SlopeDerivation, slope_derivation
from bpderive.functions.activations.layer_program import function_source
from bpderive.functions.costs import Cost, costs
from bpderive.functions.differentiation import latex
from bpderive.functions.network import Network
from bpderive.functions.plot import ACROSS, plot
from bpderive.letters.symbols import latex as book_latex
from bpderive.letters.text import Text
from bpderive.programs.lambdified import compile_gradient
from bpderive.proofs.pairings import pairing
from bpderive.proofs.whole_layer import jacobian
from bpderive.sphinxext import page_words as say
from bpderive.sphinxext.accounts import Account, account
from bpderive.sphinxext.accuracy import (
    Measurements,
    error_table,
    read_measurements,
    scientific,
    signed,
)
from bpderive.sphinxext.catalogue import page_of
from bpderive.sphinxext.cost import pair_of, with_values
from bpderive.sphinxext.directive import BookDirective
from bpderive.sphinxext.kept import kept
from bpderive.sphinxext.markup import display, element, line, span, table


class ActivationPageDirective(BookDirective):
    """The page of an activation."""

    required_arguments = 1

    def make(self) -> list[nodes.Node]:
        """The page. Raises `UnknownName` for an activation that is not in the catalogue."""
        activation = activations[self.arguments[0].strip()]
        if isinstance(activation, VectorActivation):
            made = _of_layer(self, activation)
        else:
            made = _elementwise(self, activation)
        return [self.page(activation.name.replace("_", "-"), activation.title, *made)]


class TryActivationDirective(BookDirective):
    """What is derived about a formula that is typed on a page: `{try-activation} tanh(z) + z/10`."""

    required_arguments = 1
    final_argument_whitespace = True

    def make(self) -> list[nodes.Node]:
        """Formula, graph, derivation and judgement. Raises `ParseError` for a formula that cannot be read."""
        activation = parse_activation(self.arguments[0].strip())
        found = kept(self.env.app).of(account(activation))
        derived = slope_derivation(activation)
        shown = display(rf"\sigma(z) = {latex(activation.formula)}")
        heading = line(span(*self.words(say.ACTIVATION), classes=["bp-kind"]), classes=["bp-heading"])
        return [
            element("div", heading, shown, classes=["bp-equation", "bp-definition"]),
            _graph(self, activation),
            *derivation_nodes(self, derived, derived.check().kinds == ("exact",), opened=False),
            _facts(self, found),
            *(self.paragraph(lesson) for lesson in found.lessons),
        ]


def _elementwise(page: BookDirective, activation: Activation) -> list[nodes.Node]:
    """The parts of the page of an activation of single neurons, from top to bottom."""
    found = kept(page.env.app).of(account(activation))
    derived = slope_derivation(activation)
    derivation = derivation_nodes(page, derived, derived.check().kinds == ("exact",))
    if (by_output := activation.derivative_from_output()) is not None:
        formula = rf"$\sigma' = {latex(by_output)}$"
        derivation.append(page.paragraph(say.BY_OUTPUT.format(formula=formula)))
    lessons = (page.paragraph(lesson) for lesson in found.lessons)
    return [
        _card(page, activation),
        _graph(page, activation),
        page.section("slope", say.DERIVATION, *derivation),
        page.section("properties", say.PROPERTIES, _facts(page, found)),
        page.section("learning", say.LEARNING, *lessons),
        page.section("floating-point", say.FLOATING, *_floating(page, activation, found)),
        _program(page, Network((1, 1), activation=activation), say.CODE_INTRO),
    ]


def _card(page: BookDirective, activation: Activation) -> nodes.Node:
    letters = {symbol.name: symbol for symbol, _ in activation.parameters}
    general = activation.with_parameters(**letters) if letters else activation
    shown: list[nodes.Node] = [display(rf"\sigma(z) = {latex(general.formula)}")]
    if letters:
        shown.append(with_values(page, activation.parameters))
    return page.card(say.ACTIVATION, activation.title, f'bp.activations["{activation.name}"]', *shown)


def _graph(page: BookDirective, activation: Activation) -> nodes.Node:
    return nodes.figure("", page.picture(plot(activation)), classes=["bp-figure"])


def derivation_nodes(
    page: BookDirective, derived: SlopeDerivation, exact: bool, *, opened: bool = True
) -> list[nodes.Node]:
    """The derivation of σ′, piece by piece, with its mark and what happens where pieces meet."""
    shown: list[nodes.Node] = []
    for where, part in derived.parts:
        if len(derived.parts) > 1:
            shown.append(line(*page.words(say.PIECE.format(where=_condition(where))), classes=["bp-part"]))
        shown.append(page.steps(part.steps))
    shown.append(
        page.mark(say.EXACT_LINES if exact else say.CHECKED_LINES, "concrete" if exact else "numeric")
    )
    frame = page.folded(say.DERIVATION_OF_SLOPE, *shown, classes=["bp-derivation"], opened=opened)
    return [frame, *(page.paragraph(_joint(joint, derived)) for joint in derived.joints)]


def _joint(joint: Joint, derived: SlopeDerivation) -> Text:
    values = dict(derived.activation.parameters)
    words = say.JOINT_KINK if joint.is_kink else say.JOINT_SMOOTH
    if joint.is_kink and sympy.expand((joint.left - joint.right).subs(values)) == 0:
        words = say.JOINT_PARAMETER
    return words.format(**{name: latex(getattr(joint, name)) for name in ("at", "left", "right", "taken")})


def _condition(where: Interval) -> str:
    """The interval as a condition on z. An end that belongs to two pieces is given to the left one."""
    low, high = latex(where.inf), latex(where.sup)
    if where == S.Reals:
        return r"z \in \mathbb{R}"
    if where.inf.is_infinite:
        return f"z < {high}"
    return f"z > {low}" if where.sup.is_infinite else f"{low} < z < {high}"


def _facts(page: BookDirective, found: Account) -> nodes.table:
    head = [page.words(word) for word in (say.PROPERTY, say.VALUE)]
    rows = [[page.words(fact.name), page.linked(fact.value)] for fact in found.facts]
    return table(["bp-facts"], head, rows)


def _floating(page: BookDirective, activation: Activation, found: Account) -> list[nodes.Node]:
    """Its program, why it is written so, and how accurate it is."""
    measurements = read_measurements(page)
    errors = measurements.of(activation) if measurements else None
    shown: list[nodes.Node] = [
        page.paragraph(_why(activation, errors, measurements)),
        page.code(_functions(activation)),
    ]
    if found.confirmed:
        exact = set(found.confirmed.values()) == {"exact"}
        words = say.FORM_EXACT if exact else say.FORM_NUMERIC
        shown.append(page.mark(words, "concrete" if exact else "numeric"))
    if measurements is None or errors is None:
        command = Text("`nox -s bench-accuracy`", "`nox -s bench-accuracy`")
        shown.append(line(*page.words(say.NOT_MEASURED.format(command=command))))
    else:
        points, bound = measurements.data["points"], f"{measurements.data['bound']:g}"
        kinds = {"value": say.ERROR_VALUE, "slope": say.ERROR_SLOPE}
        shown.append(line(*page.words(say.ACCURACY.format(points=points, bound=bound))))
        shown += error_table(page, errors, kinds, measurements)
    return shown


def _why(activation: Activation, errors: Mapping[str, Any] | None, measurements: Measurements | None) -> Text:
    """Why a stable form is needed, with the numbers of the form that would do without one."""
    if not activation.stable:
        return say.PLAIN_USED
    if errors is None or measurements is None:
        return say.STABLE_USED
    naive = {kind: errors[kind]["naive"] for kind in ("value", "slope")}
    worst = max(naive, key=lambda kind: (naive[kind]["bad"] > 0, naive[kind]["ulp"]))
    ulp, at, bad = (naive[worst][key] for key in ("ulp", "at", "bad"))
    if ulp < 10 and not bad:
        return say.STABLE_USED
    return say.STABLE_NEEDED.format(
        what=r"$\sigma$" if worst == "value" else r"$\sigma'$",
        ulp=f"${scientific(ulp)}$",
        at=signed(at),
        bad=say.AND_BAD.format(count=bad, points=measurements.data["points"]) if bad else "",
    )


def _functions(activation: Activation) -> str:
    """What computes σ and σ′, as the generated programs have it."""
    made = [
        function_source(name, activation.numeric(wanted), says)
        for name, wanted, says in (
            (activation.name, a, "σ(z)"),
            (f"{activation.name}_prime", slope, "σ′(z)"),
        )
    ]
    return "\n\n".join(part.strip("\n") for part in made) + "\n"


def _program(page: BookDirective, net: Network, intro: Text) -> nodes.Node:
    shown = page.folded(say.SHOW_CODE, page.code(compile_gradient(net).source), classes=["bp-solution"])
    return page.section("program", say.CODE, line(*page.words(intro)), shown)


def _of_layer(page: BookDirective, activation: VectorActivation) -> list[nodes.Node]:
    """The parts of the page of an activation of a whole layer, such as softmax, from top to bottom."""
    activation.check()
    code = f'bp.activations["{activation.name}"]'
    cancelling = [
        cost for cost in costs.values() if (pair := pair_of(activation, cost)) is not None and pair.cancelled
    ]
    cost = next(iter(cancelling), costs["quadratic"])
    return [
        page.card(say.ACTIVATION, activation.title, code, display(rf"a^{{L}}_{{j}} = {activation.latex}")),
        page.paragraph(say.WHOLE_LAYER),
        _jacobian(page, activation),
        _error(page, activation, cancelling),
        *_accuracy_of_layer(page, activation),
        _program(
            page, Network((1, 2), activation=activation, cost=cost), say.VECTOR_CODE.format(cost=cost.title)
        ),
    ]


def _jacobian(page: BookDirective, activation: VectorActivation) -> nodes.Node:
    found = jacobian(activation)
    found.check()
    frame = page.folded(
        say.DERIVATION_OF_JACOBIAN,
        page.steps(found.steps),
        page.mark(say.JACOBIAN_CHECKED, "concrete"),
        classes=["bp-derivation"],
        opened=True,
    )
    return page.section("jacobian", say.JACOBIAN, frame, page.paragraph(say.KRONECKER))


def _error(page: BookDirective, activation: VectorActivation, cancelling: list[Cost]) -> nodes.Node:
    general = display(
        r"\delta^{L}_{j} = \sum_{k} \frac{\partial C}{\partial a^{L}_{k}} \, "
        rf"\frac{{\partial a^{{L}}_{{k}}}}{{\partial z^{{L}}_{{j}}}} = {book_latex(activation.pullback)}"
    )
    rows: list[list[list[nodes.Node]]] = []
    for cost in costs.values():
        pair = pair_of(activation, cost)
        told: list[nodes.Node] = page.words(say.AS_ABOVE if pair else say.OUTSIDE)
        if pair and pair.cancelled:
            told = [nodes.math(pair.latex, pair.latex)]
        rows.append([[page.link(page_of("costs", cost.name), cost.title)], told])
    head = [page.words(say.COST), page.words(say.ERROR_OF_PAIR)]
    one_hot = [
        page.paragraph(say.ONE_HOT.format(cost=cost.title))
        for cost in cancelling
        if pairing(activation.name, cost.name).under_condition is not None
    ]
    why = page.paragraph(say.ERROR_SUM_WHY)
    return page.section("error", say.ERROR_SUM, why, general, table(["bp-pairs"], head, rows), *one_hot)


def _accuracy_of_layer(page: BookDirective, activation: VectorActivation) -> list[nodes.Node]:
    measurements = read_measurements(page)
    errors = measurements.of(activation) if measurements else None
    if measurements is None or errors is None:
        return []
    kinds = {"value": say.ERROR_COMPONENT, "log": say.ERROR_LOG}
    told = page.paragraph(say.ACCURACY_OF_LAYER)
    return [
        page.section("floating-point", say.FLOATING, told, *error_table(page, errors, kinds, measurements))
    ]


COLUMNS: dict[str, Text] = {
    "range": say.RANGE,
    "monotone": say.MONOTONE,
    "symmetry": say.SYMMETRY,
    "kinks": say.KINKS,
    "least": say.LEAST,
    "greatest": say.GREATEST,
    "left": say.LEFT,
    "right": say.RIGHT,
}
"""The columns after the name, by the keys of the cells."""


class ComparisonDirective(BookDirective):
    """All activations in a table, and their graphs."""

    def make(self) -> list[nodes.Node]:
        """The graphs, each leading to its page, and the table."""
        store = kept(self.env.app)
        shown = [activation for activation in activations.values() if isinstance(activation, Activation)]
        graphs = []
        for one in shown:
            name = line(self.link(page_of("activations", one.name), one.title))
            graphs.append(element("li", self.picture(plot(one, small=True)), name))
        window = say.ALL_GRAPHS.format(left=f"−{ACROSS:g}", right=f"{ACROSS:g}")
        head = [self.words(word) for word in (say.NAME, *COLUMNS.values())]
        rows = []
        for one in shown:
            cells = store.of(account(one)).cells
            row: list[list[nodes.Node]] = [[self.link(page_of("activations", one.name), one.title)]]
            for key in COLUMNS:
                cell = span(*self.words(cells[key].shown))
                row.append([element("span", cell, **{"data-value": f"{cells[key].key:.6g}"})])
            rows.append(row)
        return [
            element("ul", *graphs, classes=["bp-gallery"]),
            line(*self.words(window), classes=["bp-places"]),
            table(["bp-sortable"], head, rows),
        ]
