"""The directive `conventions-table`: how other books write, and one equation in every convention.

```{conventions-table}
```

is what each convention says, with a button for each: pressed, the tables of the page show these only. With the number
of an equation it is that equation in each, with the mark of its check, and with `update` the step of gradient descent:

```{conventions-table} BP2
```
"""

from __future__ import annotations

from collections.abc import Iterator

from docutils import nodes

from bpderive.errors import Refuted
from bpderive.letters.plain import plain
from bpderive.letters.text import Text, joined
from bpderive.sphinxext.directive import BookDirective
from bpderive.sphinxext.markup import element, span, table
from bpderive.workbook.conventions import Convention, check, conventions

_HEAD = (
    Text(en="Convention", zh="约定"),
    Text(en="Layers", zh="层的写法"),
    Text(en="Weights", zh="权重"),
    Text(en="Examples", zh="样本"),
    Text(en="Derivatives", zh="导数"),
    Text(en="Letters", zh="字母"),
)
_FORMS = (
    ("component", Text(en="For one component", zh="分量形式")),
    ("matrix", Text(en="As matrices", zh="矩阵形式")),
    ("batch", Text(en="For a batch", zh="一批样本")),
)
_STYLES = {
    "^": Text(en="$w^{{{l}}}$", zh="$w^{{{l}}}$"),
    "^(": Text(en="$W^{{({l})}}$", zh="$W^{{({l})}}$"),
    "^[": Text(en="$W^{{[{l}]}}$", zh="$W^{{[{l}]}}$"),
    "_": Text(en="$W_{{{l}}}$", zh="$W_{{{l}}}$"),
    "units": Text(en="by the letters of the indices", zh="靠下标的字母区分"),
    "none": Text(en="not at all", zh="不写"),
}
_FIRST = Text(en="{style}; the input is layer {first}", zh="{style}；输入层为第 {first} 层")
_ENTERS = Text(en="numbered by the layer they enter", zh="按进入的层编号")
_LEAVES = Text(en="numbered by the layer they leave", zh="按离开的层编号")
_TO = Text(en="first index: where it leads", zh="第一个下标：通向的神经元")
_FROM = Text(en="first index: where it comes from", zh="第一个下标：来自的神经元")
_COLUMNS, _ROWS = Text(en="columns", zh="列"), Text(en="rows", zh="行")
_ONE = Text(en="one example", zh="单个样本")
_SUM, _MEAN = Text(en="sum of the batch", zh="对一批求和"), Text(en="mean of the batch", zh="对一批取平均")
_NUMERATOR = Text(en=r"$\partial z/\partial a$: numerator layout", zh=r"$\partial z/\partial a$：分子布局")
_DENOMINATOR = Text(
    en=r"$\partial z/\partial a$: denominator layout", zh=r"$\partial z/\partial a$：分母布局"
)
_AS_VARIABLE = Text(
    en=r"$\partial C/\partial w$ has the shape of $w$", zh=r"$\partial C/\partial w$ 与 $w$ 同形"
)
_TURNED = Text(en=r"$\partial C/\partial w$ is transposed", zh=r"$\partial C/\partial w$ 取转置")
_NEGATIVE = Text(
    en=r"$\delta$ with its sign changed, thresholds for biases", zh=r"$\delta$ 变号，用阈值代替偏置"
)
_HELD = Text(en="decided to hold", zh="已判定成立")
_OWN = Text(en="its own {count} equations decided to hold", zh="它自己的 {count} 个等式已判定成立")
_STOP = Text(en=", ", zh="，")
_OURS = {
    "w": "w",
    "b": "b",
    "z": "z",
    "a": "a",
    "delta": r"\delta",
    "y": "y",
    "cost": "C",
    "sigma": r"\sigma",
}
_PRINTED = {"yhat": r"\hat{y}", r"\Loss": r"\mathcal{L}", "net": r"\text{net}"}
_CHOOSE = Text(en="Show only some of the conventions on this page", zh="在本页只显示选定的约定")


class ConventionsTableDirective(BookDirective):
    """What the conventions say, or one equation in each of them."""

    optional_arguments = 1

    def make(self) -> list[nodes.Node]:
        """The table, in a box that scrolls where the page is narrow."""
        made = self._of_equation(self.arguments[0]) if self.arguments else self._of_conventions()
        shown = element("div", made, classes=["bp-scrolled"], tabindex="0", role="region")
        return [shown] if self.arguments else [self._chooser(), shown]

    def _chooser(self) -> nodes.Element:
        """A button for each convention; `book.js` shows it, and hides the rows of the others."""
        buttons = [
            element(
                "button",
                *self.words(one.title),
                type="button",
                **{"aria-pressed": "false", "data-row": _row_of(one)},
            )
            for one in conventions.values()
        ]
        summary = element("summary", *self.words(_CHOOSE))
        return element("details", summary, element("div", *buttons), classes=["bp-choose"], hidden="")

    def _of_conventions(self) -> nodes.table:
        rows = [self._row(convention) for convention in conventions.values()]
        head = [self.words(word) for word in _HEAD]
        return table(["bp-conventions"], head, rows, marks=[*map(_row_of, conventions.values())])

    def _row(self, convention: Convention) -> list[list[nodes.Node]]:
        count = convention.check().instances
        name: list[nodes.Node] = [
            *self.words(convention.title),
            nodes.Text(" "),
            nodes.literal("", convention.name),
            *self.words(_STOP),
            *self.words(convention.where),
            nodes.Text(" "),
            span(*self.words(_OWN.format(count=count)), classes=["bp-mark", "bp-mark-general"]),
        ]
        layers = _STYLES[convention.styles[0]].format(l=convention.running)
        if convention.styles[0] not in ("units", "none"):
            layers = _FIRST.format(style=layers, first=convention.first)
        weights = [_LEAVES if convention.offsets.get("w") else _ENTERS, _TO if convention.to_from else _FROM]
        if convention.styles[0] in ("units", "none"):
            weights = weights[1:]
        examples = [_ROWS if convention.rows else _COLUMNS]
        examples += [{"one": _ONE, "sum": _SUM, "mean": _MEAN}[kind] for kind in convention.examples]
        rates = [_NUMERATOR if convention.numerator else _DENOMINATOR]
        rates.append(_AS_VARIABLE if convention.as_variable else _TURNED)
        if any(letter.sign < 0 for letter in convention.letters.values()):
            rates.append(_NEGATIVE)
        return [
            name,
            self.words(layers),
            self.words(joined(weights, ("; ", "；"))),
            self.words(joined(examples, ("; ", "；"))),
            self.words(joined(rates, ("; ", "；"))),
            _letters(convention),
        ]

    def _of_equation(self, number: str) -> nodes.table:
        forms = [
            (form, word)
            for form, word in _FORMS
            if any(form in c.forms(number) for c in conventions.values())
        ]
        head = [self.words(_HEAD[0]), *(self.words(word) for _, word in forms)]
        shown = [convention for convention in conventions.values() if convention.forms(number)]
        rows = []
        for convention in shown:
            had = convention.forms(number)
            cells = [self._cell(convention, number, form) if form in had else [] for form, _ in forms]
            rows.append([self.words(convention.title), *cells])
        return table(["bp-conventions"], head, rows, marks=[*map(_row_of, shown)])

    def _cell(self, convention: Convention, number: str, form: str) -> list[nodes.Node]:
        latex = convention.write(number, form)
        letters = ", ".join(plain(letter) for letter in _renamed(convention))
        explained = {"title": letters} if letters else {}
        formula = element("span", nodes.math(latex, latex), **explained)
        if number == "update":  # no equation, so that there is nothing to decide
            return [formula]
        verdict = check(latex, convention=convention.name)
        if not verdict.holds:
            raise Refuted(
                f"{latex} does not hold in the convention {convention.name!r}", verdict.counterexample
            )
        mark = span(*self.words(_HELD), classes=["bp-mark", "bp-mark-general"])
        return [formula, nodes.Text(" "), mark]


def _row_of(convention: Convention) -> str:
    """The class of its row in each table."""
    return f"bp-convention-{convention.name}"


def _letters(convention: Convention) -> list[nodes.Node]:
    """The letters that the convention writes, each with what the book calls it."""
    shown: list[nodes.Node] = []
    for latex in _renamed(convention):
        shown += [nodes.math(latex, latex), nodes.Text(" ")]
    return shown


def _renamed(convention: Convention) -> Iterator[str]:
    """Each letter that is not the book's, put equal to that of the book, as LaTeX."""
    for role, letter in _OURS.items():
        found = convention.writes(role)
        if found is None:
            continue
        theirs = _PRINTED.get(found[0], found[0])
        sign = "-" if found[1].sign < 0 else ""
        if theirs != letter or sign:
            yield rf"{theirs} = {sign}{letter}"
