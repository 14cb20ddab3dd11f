"""`bpderive verify --network 2,3,2`: the compiled gradient against three other ways to the numbers."""

from __future__ import annotations

import argparse

from bpderive.cli.document import Block, Paragraph, Table
from bpderive.cli.options import add_form, add_network, network, show
from bpderive.cli.words import Parser
from bpderive.letters.text import Text, language
from bpderive.programs.verify import verify

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
    show(_blocks(found.table(language())), given)
    return int(not found.ok)


def _blocks(markdown: str) -> list[Block]:
    """The table of a verification, whose Markdown has paragraphs and one table."""
    blocks: list[Block] = []
    rows: list[tuple[str, ...]] = []
    for line in markdown.splitlines():
        if line.startswith("|"):
            if not line.startswith("|---"):
                rows.append(tuple(cell.strip() for cell in line.strip("|").split(" | ")))
        elif line:
            blocks.append(Paragraph(line))
    return [blocks[0], Table(rows[0], tuple(rows[1:])), *blocks[1:]]
