"""`bpderive verify --network 2,3,2`: the compiled gradient against three other ways to the numbers."""

from __future__ import annotations

import argparse

from bpderive.cli.document import Paragraph, Table
from bpderive.cli.options import add_form, add_network, network, show
from bpderive.cli.words import Parser
from bpderive.letters.text import Text, language
from bpderive.programs.verify import verify
from bpderive.programs.verify.result import rows

DESCRIPTION = Text(
    en="The gradient compiled from the proved equations, at random weights, against backpropagation written by hand, "
    "finite differences and 50 digits. The exit code is 1 if one of them disagrees.",
    zh="在随机权重处，把由已证明的方程编译出的梯度同手写的反向传播、有限差分和 50 位计算相比较。"
    "有一项不一致时退出码为 1。",
)
EXAMPLES = (
    ("bpderive verify --network 2,3,2", Text(en="sigmoid and quadratic cost", zh="sigmoid 与二次代价函数")),
    (
        "bpderive verify --network 4,5,3 --activation gelu,sigmoid --cost cross_entropy --seed 7",
        Text(en="one activation for each layer from 2", zh="从第 2 层起每层一个激活函数"),
    ),
)


def add(parser: Parser) -> None:
    """Add the arguments."""
    add_network(parser)
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        metavar="N",
        help=Text(
            en="seed for the random weights and examples (default: 0)",
            zh="随机权重与样本的种子（默认：0）",
        ),
    )
    add_form(parser)


def run(given: argparse.Namespace) -> int:
    """Print the comparisons; 1 if one is outside its tolerance."""
    found = verify(network(given), seed=given.seed)
    head, *below = rows(found, language())
    about, *notes = (Paragraph(str(text)) for text in (found.about, *found.notes))
    show([about, Table(head, tuple(below)), *notes], given)
    return int(not found.ok)
