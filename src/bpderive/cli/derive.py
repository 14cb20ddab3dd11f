"""`bpderive derive BP2`: the proof line by line; with `--network 2,3,2` the same lines on that network."""

from __future__ import annotations

import argparse

from bpderive.cli.document import Block, Facts, Heading, Lines, Paragraph
from bpderive.cli.options import add_form, add_network, network, show, unknown
from bpderive.cli.words import Parser
from bpderive.equations import equations
from bpderive.functions.activations import Activation, VectorActivation
from bpderive.functions.activations import a as output
from bpderive.functions.differentiation import latex as formula_latex
from bpderive.functions.network import Network
from bpderive.letters.symbols import latex
from bpderive.letters.text import Text
from bpderive.proofs import Derivation, derivation
from bpderive.proofs.concrete import Instance
from bpderive.proofs.pairings import cancelled, pairing

EXAMPLES = (
    ("bpderive derive BP2", Text(en="in general, each line with its reason", zh="一般情形，每一行都附理由")),
    (
        "bpderive derive BP1 --network 2,3,2 --activation tanh --cost huber",
        Text(en="on one network, its sums written out", zh="在一个具体网络上，求和全部展开"),
    ),
    (
        "bpderive derive 53 --format latex",
        Text(en="to paste into a text of your own", zh="输出 LaTeX，可放进自己的文稿"),
    ),
)

_DERIVATION = Text(en="derivation", zh="推导")
_ON = Text(en="On the network {sizes}", zh="在网络 {sizes} 上")
_WITH = Text(en="With these functions", zh="代入所选函数")
_CHECKED = Text(en="Every line was checked on this network.", zh="每一行都已在该网络上验证。")
_PROVIDED = Text(en="Provided that {condition}.", zh="条件：{condition}。")
_GENERAL = Text(
    en="Every line was computed by its rule from the lines before it.",
    zh="每一行都按所注的规则由前面各行算出。",
)
_CANCELS = Text(en="the slope cancels: the error of the output layer", zh="斜率被约去：输出层的误差")
PARTIAL = r"\frac{\partial a^L_j}{\partial z^L_k}"
_JACOBIAN = Text(en="Jacobian of {title}", zh="{title}的雅可比矩阵")
_SLOPE = Text(en="slope of {title}", zh="{title}的斜率")
_BY_OUTPUT = Text(en="derivative of the {title}", zh="{title}的导数")


def add(parser: Parser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "name",
        type=known_derivation,
        metavar=Text(en="NAME", zh="名称"),
        help=Text(en="{names}", zh="{names}").format(names=", ".join(_names())),
    )
    add_network(parser, required=False)
    add_form(parser)


def run(given: argparse.Namespace) -> int:
    """Print the derivation; `StepError` where a line is false, `HypothesisError` for a network that it is not about."""
    found = _proof(given.name)
    heading = Heading(f"({found.number}) {found.title}")
    if given.network is None:
        found.check()
        show([heading, *lines(found), Paragraph(str(_GENERAL))], given)
        return 0
    net = network(given)
    instance = found.instantiate(net)
    instance.check()
    show([heading, *on_network(instance), Paragraph(str(_CHECKED)), *functions_of(net)], given)
    return 0


def lines(found: Derivation) -> list[Block]:
    """The lines of a derivation, part by part."""
    blocks: list[Block] = []
    number = 0
    for titles, part in found.chains():
        if titles:
            blocks.append(Paragraph(" · ".join(str(title) for title in titles)))
        rows = []
        for step in part.steps:
            number += 1
            rows.append((f"{number}.", step.statement.latex(), str(step.reason)))
        blocks.append(Lines(tuple(rows)))
    return blocks


def on_network(instance: Instance) -> list[Block]:
    """The lines of a derivation on a network."""
    letters = ", ".join(f"${letter} = {value}$" for letter, value in instance.letters.items())
    shown = str(_ON.format(sizes=", ".join(map(str, instance.net.sizes))))
    about = f"{shown}{_COMMA if letters else ''}{letters}"
    rows = tuple((f"{step.number}.", step.statement.latex(), str(step.reason)) for step in instance.steps)
    conditions = [Paragraph(str(_PROVIDED.format(condition=condition))) for condition in instance.conditions]
    return [Paragraph(about), Lines(rows), *conditions]


_COMMA = Text(en=", ", zh="，")


def functions_of(net: Network) -> list[Block]:
    """What σ′ and ∂C/∂a are for the functions of a network, and δ^L where they cancel."""
    rows: list[tuple[str, str]] = []
    chosen = dict.fromkeys(
        function for layer in range(2, net.depth + 1) if (function := net.layer_activation(layer)) is not None
    )
    for function in chosen:
        if isinstance(function, VectorActivation):
            entry = function.jacobian_from_output()
            shown = latex(function.jacobian() if entry is None else entry)
            rows.append((str(_JACOBIAN.format(title=function.title)), rf"${PARTIAL} = {shown}$"))
        else:
            shown = formula_latex(function.derivative())
            rows.append((str(_SLOPE.format(title=function.title)), rf"$\sigma'(z) = {shown}$"))
    cost = net.cost
    slope = rf"\frac{{\partial C}}{{\partial a_j}} = {formula_latex(cost.derivative())}"
    rows.append((str(_BY_OUTPUT.format(title=cost.title)), f"${slope}$"))
    outputs = net.layer_activation(net.depth)
    if isinstance(outputs, Activation) and cancelled(outputs, cost) is not None:
        error = cost.cancelled_error(outputs.derivative_from_output(output))
        rows.append((str(_CANCELS), rf"$\delta^L_j = {formula_latex(error)}$"))
    if isinstance(outputs, VectorActivation) and cancelled(outputs, cost) is not None:
        rows.append((str(_CANCELS), f"${pairing(outputs.name, cost.name).latex()}$"))
    return [Heading(str(_WITH)), Facts(tuple(rows))]


def _proof(name: str) -> Derivation:
    """The proof of an equation, which may be a step of the long proof, or the long proof."""
    proof = equations[name].proof if name in equations else None
    return derivation(name) if proof is None else proof


def _names() -> list[str]:
    """The names of the derivations: the equations that have a proof, and the long proof."""
    return [*(number for number, eq in equations.items() if eq.proof is not None), "long"]


def known_derivation(name: str) -> str:
    """A derivation's name, however it is written: bp2 and (BP2) are BP2."""
    wanted = name.strip("()")
    found = {known.casefold(): known for known in _names()}.get(wanted.casefold())
    if found is None:
        raise unknown(_DERIVATION, name, _names())
    return found
