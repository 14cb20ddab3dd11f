"""`bpderive activation gelu` or `bpderive activation 'z/(1+exp(-z))'`: everything derived about it, and its accuracy.

`--plot FILE.svg` writes the graph of σ and σ′.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from bpderive.cli.document import Block, Facts, Formula, Heading, Lines, Paragraph, Table
from bpderive.cli.options import activation, add_form, save, show
from bpderive.cli.words import Parser
from bpderive.errors import DomainError
from bpderive.functions.activations import Activation, AnyActivation, VectorActivation, activations, slope
from bpderive.functions.activations import a as output
from bpderive.functions.activations.derivation import slope_derivation
from bpderive.functions.activations.facts import facts
from bpderive.functions.activations.rewriting import POINTS, Form
from bpderive.functions.differentiation import latex
from bpderive.functions.plot import plot, standalone
from bpderive.letters.symbols import latex as book_latex
from bpderive.letters.text import Text, language

DESCRIPTION = Text(
    en="An activation function, by its name or by a formula in z: its derivative line by line, its properties, and the "
    "largest error of its code. In a formula: numbers, z, pi, e, + - * / and ^, exp, log, sqrt, sin, cos, sinh, cosh, "
    "tanh, atan, erf, abs, min, max, sigmoid, softplus, relu, where(z < 0, a, b).",
    zh="用名称或含 z 的公式给出激活函数：逐行求导、性质，以及其代码的最大误差。"
    "公式中可用：数、z、pi、e、+ - * / 和 ^、exp、log、sqrt、sin、cos、sinh、cosh、"
    "tanh、atan、erf、abs、min、max、sigmoid、softplus、relu、where(z < 0, a, b)。",
)
EXAMPLES = (
    ("bpderive activation gelu", Text(en="one of the catalogue", zh="目录中的一个")),
    (
        "bpderive activation 'z*sigmoid(3*z/2)' --plot graph.svg",
        Text(en="a formula of your own, with its graph", zh="自己的公式，并画出图像"),
    ),
    (
        "bpderive activation leaky_relu --set alpha=0.2",
        Text(en="with another parameter", zh="改变参数"),
    ),
)

_DERIVATIVE = Text(en="Derivative", zh="导数")
_FOR = Text(en="for ${where}$", zh="当 ${where}$ 时")
_PROPERTIES = Text(en="Properties", zh="性质")
_ACCURACY = Text(en="Accuracy of the code", zh="代码的精度")
_UNITS = Text(
    en="Largest error at {count} points, in units in the last place, in double precision.",
    zh="在 {count} 个点上的最大误差，以末位单位（ULP）计，双精度。",
)
_OF = Text(en="computed", zh="所计算的量")
_FORM = Text(en="form", zh="形式")
_ERROR = Text(en="largest error (ULP)", zh="最大误差（ULP）")
_FAILS = Text(en="nan or inf", zh="nan 或 inf")
_WARNS = Text(en="warnings", zh="警告")
_DECLARED = Text(en="stable form, declared", zh="声明的稳定形式")
_REWRITTEN = Text(en="rewritten", zh="自动改写")
_AS_IT_IS = Text(en="the formula as it stands", zh="公式原样")
_YES = Text(en="yes", zh="有")
_NO = Text(en="no", zh="无")
_JACOBIAN = Text(en="Jacobian", zh="雅可比矩阵")
_WHOLE = Text(
    en="Each output depends on the weighted inputs of the whole layer; it is allowed in the output layer only.",
    zh="每个输出都依赖整层的带权输入；它只能用于输出层。",
)
_SET = Text(
    en="{given!r} is not a parameter; write name=number: alpha=0.2",
    zh="{given!r} 不是参数设置；请写“名称=数”：alpha=0.2",
)
_NO_GRAPH = Text(en="A function of a whole layer has no graph.", zh="整层的函数没有图像。")


def add(parser: Parser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "function",
        type=activation,
        metavar=Text(en="NAME|FORMULA", zh="名称|公式"),
        help=Text(en="{names}; or a formula in z", zh="{names}；或含 z 的公式").format(
            names=", ".join(activations)
        ),
    )
    parser.add_argument(
        "--set",
        type=_parameter,
        action="append",
        default=[],
        metavar="NAME=NUMBER",
        help=Text(en="a parameter: alpha=0.2", zh="设定参数：alpha=0.2"),
    )
    parser.add_argument(
        "--plot",
        type=Path,
        metavar=Text(en="FILE", zh="文件"),
        help=Text(en="write the graph of σ and σ′ to this SVG file", zh="把 σ 与 σ′ 的图像写入该 SVG 文件"),
    )
    add_form(parser)


def run(given: argparse.Namespace) -> int:
    """Print what is known, and write the graph where it is asked for."""
    named: str | AnyActivation = given.function
    found = activations[named] if isinstance(named, str) else named
    if isinstance(found, VectorActivation):
        if given.plot is not None:
            raise DomainError(str(_NO_GRAPH))
        show(_of_layer(found), given)
        return 0
    if given.set:
        found = found.with_parameters(**dict(given.set))
    found.check()
    show([*_formulas(found), *_properties(found), *_accuracy(found)], given)
    if given.plot is not None:
        save(given.plot, standalone(plot(found), language()))
    return 0


def _formulas(found: Activation) -> list[Block]:
    named = found.name in activations
    title = f"{found.title} · {found.name}" if named else f"σ(z) = {found.title}"
    blocks: list[Block] = [
        Heading(title),
        Formula(rf"\sigma(z) = {latex(found.formula)}"),
        Heading(str(_DERIVATIVE)),
    ]
    derived = slope_derivation(found)
    derived.check()
    for where, part in derived.parts:
        if len(derived.parts) > 1:
            shown = latex(where.as_relational(part.variable))
            blocks.append(Paragraph(str(_FOR.format(where=shown))))
        rows = ((f"{n}.", step.latex(), str(step.reason)) for n, step in enumerate(part.steps, start=1))
        blocks.append(Lines(tuple(rows)))
    return blocks


def _properties(found: Activation) -> list[Block]:
    rows = tuple((str(fact.name), str(fact.value)) for fact in facts(found))
    return [Heading(str(_PROPERTIES)), Facts(rows)]


def _accuracy(found: Activation) -> list[Block]:
    rows = []
    for shown, wanted in ((r"$\sigma(z)$", output), (r"$\sigma'(z)$", slope)):
        form: Form = found.measured(wanted)
        exact = found.formula if wanted == output else found.derivative()
        kind = (
            _DECLARED if found.has_stable(wanted) else _AS_IT_IS if form.expression == exact else _REWRITTEN
        )
        rows.append((shown, str(kind), f"{form.ulp:.2g}", str(form.bad), str(_YES if form.warned else _NO)))
    head = tuple(map(str, (_OF, _FORM, _ERROR, _FAILS, _WARNS)))
    return [
        Heading(str(_ACCURACY)),
        Paragraph(str(_UNITS.format(count=len(POINTS)))),
        Table(head, tuple(rows)),
    ]


def _of_layer(found: VectorActivation) -> list[Block]:
    entry = found.jacobian_from_output()
    blocks: list[Block] = [
        Heading(f"{found.title} · {found.name}"),
        Formula(rf"a^L_j = {found.latex}"),
        Paragraph(str(_WHOLE)),
        Heading(str(_JACOBIAN)),
    ]
    shown = found.jacobian() if entry is None else entry
    return [*blocks, Formula(rf"\frac{{\partial a^L_j}}{{\partial z^L_k}} = {book_latex(shown)}")]


def _parameter(text: str) -> tuple[str, float]:
    name, equals, value = text.partition("=")
    try:
        if not equals:
            raise ValueError
        return name.strip(), float(value)
    except ValueError:
        raise argparse.ArgumentTypeError(str(_SET.format(given=text))) from None
