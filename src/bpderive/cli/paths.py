"""`bpderive paths --network 2,3,2 --weight 2,1,1`: equation (53), every path from a weight or bias to the cost."""

from __future__ import annotations

import argparse

from bpderive.cli.document import Block, Formula, Heading, Paragraph, Table
from bpderive.cli.options import add_form, add_network, network, place, show
from bpderive.cli.words import Parser
from bpderive.equations.paths import path_sum
from bpderive.letters.symbols import C, Partial, latex
from bpderive.letters.text import Text

EXAMPLES = (
    (
        "bpderive paths --network 2,3,2 --weight 2,1,1",
        Text(
            en="the paths of w^2_11, from neuron 1 of layer 1 to neuron 1 of layer 2",
            zh="w^2_11 的路径：从第 1 层的神经元 1 到第 2 层的神经元 1",
        ),
    ),
    (
        "bpderive paths --network 2,3,3,2 --bias 2,1",
        Text(en="those of the bias b^2_1", zh="偏置 b^2_1 的路径"),
    ),
)

_WEIGHT = Text(
    en="the weight w^l_jk, from neuron k of layer l-1 to neuron j of layer l",
    zh="权重 w^l_jk：从第 l-1 层的神经元 k 到第 l 层的神经元 j",
)
_BIAS = Text(en="the bias b^l_j", zh="偏置 b^l_j")
_TITLE = Text(en="${rate}$ as a sum over {count} paths", zh="${rate}$ 写成 {count} 条路径之和")
_ONE = Text(en="${rate}$ along its one path", zh="${rate}$ 只有一条路径")
_PATH = Text(en="path", zh="路径")
_FACTOR = Text(en="rate factor", zh="变化率因子")
_CHECKED = Text(
    en="Checked: the sum is the derivative, as an identity of polynomials.",
    zh="已验证：作为多项式恒等式，该和就是所求导数。",
)
_READ = Text(
    en="A path (l, j) → … → (L, m) goes through one neuron of each layer.",
    zh="路径 (l, j) → … → (L, m) 在每一层各经过一个神经元。",
)


def add(parser: Parser) -> None:
    """Add the arguments."""
    add_network(parser)
    one = parser.add_mutually_exclusive_group(required=True)
    one.add_argument("--weight", type=place(3, "l,j,k"), metavar="L,J,K", help=str(_WEIGHT))
    one.add_argument("--bias", type=place(2, "l,j"), metavar="L,J", help=str(_BIAS))
    add_form(parser)


def run(given: argparse.Namespace) -> int:
    """Print the paths; `Refuted` if their sum were not the derivative."""
    found = path_sum(network(given), *(given.weight or given.bias))
    found.check()
    rate = latex(Partial(C, found.parameter))
    count = len(found.paths)
    title = (_ONE if count == 1 else _TITLE).format(rate=rate, count=count)
    rows = tuple(
        (r" $\to$ ".join(f"({layer}, {neuron})" for layer, neuron in path.neurons), f"${path.latex()}$")
        for path in found.paths
    )
    terms = " + ".join(path.latex() for path in found.paths)
    blocks: list[Block] = [
        Heading(str(title)),
        Table((str(_PATH), str(_FACTOR)), rows),
        Paragraph(str(_READ)),
        Formula(f"{rate} = {terms}", "53"),
        Paragraph(str(_CHECKED)),
    ]
    show(blocks if given.format != "text" else [b for b in blocks if not isinstance(b, Formula)], given)
    return 0
