"""The directives `activation-page`, `try-activation` and `activation-comparison`: activations from their declarations.

```{activation-page} sigmoid
```
```{try-activation} tanh(z) + z/10
```

The first makes a whole page with its title; each part of it is a function in `PARTS`: to add one, write it and enter it
there. The second shows in the midst of a page what is derived about a formula. The third is all activations in one
table, and their graphs side by side; where scripts run (docs/_static/book.js) it can be sorted by any column. To add a
column, add a cell in `bpderive.sphinxext.accounts` and its head in `COLUMNS`.
"""

from __future__ import annotations

from collections.abc import Callable

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
from bpderive.functions.activations.elementwise import function_source
from bpderive.functions.differentiation import latex
from bpderive.functions.network import Network
from bpderive.functions.plot import ACROSS, plot
from bpderive.letters.text import Text
from bpderive.programs.lambdified import compile_gradient
from bpderive.sphinxext import page_words as say
from bpderive.sphinxext.accounts import Account, account
from bpderive.sphinxext.accuracy import (
    Measured,
    Measurements,
    error_table,
    read_measurements,
    scientific,
    signed,
)
from bpderive.sphinxext.catalogue import page_of
from bpderive.sphinxext.directive import PageDirective
from bpderive.sphinxext.kept import kept
from bpderive.sphinxext.markup import display, element, line, span, table
from bpderive.sphinxext.vector import vector_page


class ActivationPageDirective(PageDirective):
    """The page of an activation."""

    def make(self) -> list[nodes.Node]:
        """The page. Raises `UnknownName` for an activation that is not in the catalogue."""
        activation = activations[self.arguments[0].strip()]
        title = activation.name.replace("_", "-"), activation.title
        if isinstance(activation, VectorActivation):
            return [self.page(*title, *vector_page(self, activation))]
        found = kept(self.env.app).of(account(activation))
        made = [node for part in PARTS for node in part(self, activation, found)]
        return [self.page(*title, *made)]


class TryActivationDirective(PageDirective):
    """What is derived about a formula that is typed on a page: `{try-activation} tanh(z) + z/10`."""

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
            *_graph(self, activation, found),
            *derivation_nodes(self, derived, derived.check().kinds == ("exact",), opened=False),
            _facts(self, found),
            *(self.paragraph(lesson) for lesson in found.lessons),
        ]


Part = Callable[[ActivationPageDirective, Activation, Account], list[nodes.Node]]


def _card(page: ActivationPageDirective, activation: Activation, found: Account) -> list[nodes.Node]:
    letters = {symbol.name: symbol for symbol, _ in activation.parameters}
    general = activation.with_parameters(**letters) if letters else activation
    shown: list[nodes.Node] = [display(rf"\sigma(z) = {latex(general.formula)}")]
    if letters:
        values = [f"${latex(symbol)} = {latex(value)}$" for symbol, value in activation.parameters]
        names = ", ".join(f"{name.rstrip('_')}=…" for name in letters)
        told = say.WITH_VALUES.format(
            values=Text(", ".join(values), "，".join(values)), code=f".with_parameters({names})"
        )
        shown.append(line(*page.words(told)))
    code = f'bp.activations["{activation.name}"]'
    return [page.card(say.ACTIVATION, activation.title, code, *shown)]


def _graph(page: PageDirective, activation: Activation, found: Account) -> list[nodes.Node]:
    return [nodes.figure("", page.picture(plot(activation)), classes=["bp-figure"])]


def _derivation(page: ActivationPageDirective, activation: Activation, found: Account) -> list[nodes.Node]:
    derived = slope_derivation(activation)
    exact = derived.check().kinds == ("exact",)
    return [
        page.section(
            "slope", say.DERIVATION, *derivation_nodes(page, derived, exact), *_by_output(page, activation)
        )
    ]


def derivation_nodes(
    page: PageDirective, derived: SlopeDerivation, exact: bool, *, opened: bool = True
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


def _by_output(page: ActivationPageDirective, activation: Activation) -> list[nodes.Node]:
    found = activation.derivative_from_output()
    if found is None:
        return []
    formula = rf"$\sigma' = {latex(found)}$"
    return [page.paragraph(say.BY_OUTPUT.format(formula=formula))]


def _properties(page: ActivationPageDirective, activation: Activation, found: Account) -> list[nodes.Node]:
    return [page.section("properties", say.PROPERTIES, _facts(page, found))]


def _facts(page: PageDirective, found: Account) -> nodes.table:
    head = [page.words(word) for word in (say.PROPERTY, say.VALUE)]
    rows = [[page.words(fact.name), page.linked(fact.value)] for fact in found.facts]
    return table(["bp-facts"], head, rows)


def _learning(page: ActivationPageDirective, activation: Activation, found: Account) -> list[nodes.Node]:
    return [page.section("learning", say.LEARNING, *(page.paragraph(lesson) for lesson in found.lessons))]


def _floating(page: ActivationPageDirective, activation: Activation, found: Account) -> list[nodes.Node]:
    measurements = read_measurements(page)
    errors = measurements.of(activation) if measurements else None
    why = page.paragraph(_why(activation, errors, measurements))
    shown: list[nodes.Node] = [why, page.code(_functions(activation))]
    for how, words, kind in (("exact", say.FORM_EXACT, "concrete"), ("numeric", say.FORM_NUMERIC, "numeric")):
        if found.confirmed and (how == "exact") == (set(found.confirmed.values()) == {"exact"}):
            shown.append(page.mark(words, kind))
    if measurements is None or errors is None:
        command = Text("`nox -s bench-accuracy`", "`nox -s bench-accuracy`")
        shown.append(line(*page.words(say.NOT_MEASURED.format(command=command))))
    else:
        shown += _table(page, activation, errors, measurements)
    return [page.section("floating-point", say.FLOATING, *shown)]


def _why(
    activation: Activation, errors: dict[str, dict[str, Measured]] | None, measurements: Measurements | None
) -> Text:
    """Why a stable form is needed, with the numbers of the form that would do without one."""
    if not activation.stable:
        return say.PLAIN_USED
    naive = (errors or {}).get("naive", {})
    worst = max(naive, key=lambda kind: (naive[kind].bad > 0, naive[kind].ulp), default=None)
    if worst is None or measurements is None or (naive[worst].ulp < 10 and not naive[worst].bad):
        return say.STABLE_USED
    bad = say.AND_BAD.format(count=naive[worst].bad, points=measurements.points)
    return say.STABLE_NEEDED.format(
        what=r"$\sigma$" if worst == "value" else r"$\sigma'$",
        ulp=f"${scientific(naive[worst].ulp)}$",
        at=signed(naive[worst].at),
        bad=bad if naive[worst].bad else "",
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


def _table(
    page: ActivationPageDirective,
    activation: Activation,
    errors: dict[str, dict[str, Measured]],
    measurements: Measurements,
) -> list[nodes.Node]:
    told = say.ACCURACY.format(points=measurements.points, bound=f"{measurements.bound:g}")
    kinds = {"value": say.ERROR_VALUE, "slope": say.ERROR_SLOPE}
    return [line(*page.words(told)), *error_table(page, errors, kinds, measurements)]


def _code(page: ActivationPageDirective, activation: Activation, found: Account) -> list[nodes.Node]:
    source = compile_gradient(Network((1, 1), activation=activation)).source
    return [
        page.section(
            "program",
            say.CODE,
            line(*page.words(say.CODE_INTRO)),
            page.folded(say.SHOW_CODE, page.code(source), classes=["bp-solution"]),
        )
    ]


PARTS: tuple[Part, ...] = (_card, _graph, _derivation, _properties, _learning, _floating, _code)
"""The parts of the page, from top to bottom."""


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


class ComparisonDirective(PageDirective):
    """All activations in a table, and their graphs."""

    required_arguments = 0

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
