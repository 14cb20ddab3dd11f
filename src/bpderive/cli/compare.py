"""`bpderive compare step.npz`: the arrays of one step of a program, and which of them is the first that is wrong."""

from __future__ import annotations

import argparse

from bpderive.cli.document import Paragraph
from bpderive.cli.options import add_form, add_functions, network, show
from bpderive.cli.words import Parser
from bpderive.letters.text import Text
from bpderive.workbook.compare import compare
from bpderive.workbook.compare.steps import read_step, sizes_of

DESCRIPTION = Text(
    en="The arrays of one step, from an .npz file: x, y, w2, b2, w3, b3, … and whatever there is of z2, a2, delta2, "
    "db2, dw2, …; the first quantity that is wrong is named, and the equation that it breaks. The exit code is 1 if "
    "there is one.",
    zh="从 .npz 文件读取一步计算的数组：x、y、w2、b2、w3、b3…… 以及 z2、a2、delta2、db2、dw2…… 中已有的；"
    "指出第一个出错的量和所不满足的方程。有错时退出码为 1。",
)
EXAMPLES = (
    ("bpderive compare step.npz", Text(en="sigmoid and quadratic cost", zh="sigmoid 与二次代价函数")),
    (
        "bpderive compare step.npz --activation tanh,softmax --cost log_likelihood --convention 'rows, in-out'",
        Text(
            en="one activation a layer; rows are examples, w is (in, out)",
            zh="每层一个激活函数；样本按行，w 的形状为 (in, out)",
        ),
    ),
)


def add(parser: Parser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "file",
        metavar=Text(en="FILE", zh="文件"),
        help=Text(en="an .npz file, as numpy.savez writes it", zh="numpy.savez 所写的 .npz 文件"),
    )
    add_functions(parser)
    parser.add_argument(
        "--convention",
        metavar="WORDS",
        help=Text(
            en="what is not as in the book: 'in-out, sum' (default: whatever fits)",
            zh="与本书不同的约定：'in-out, sum'（默认：自动判断）",
        ),
    )
    add_form(parser)


def run(given: argparse.Namespace) -> int:
    """Print what was found; 1 if something is wrong."""
    step = read_step(given.file)
    given.network = sizes_of(step)
    found = compare(step, network(given), convention=given.convention)
    show([Paragraph(line) for line in str(found).split("\n")], given)
    return int(not found.ok)
