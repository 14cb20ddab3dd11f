"""`bpderive emit --network 2,3,2`: the program of the gradient, each line with the number of its equation."""

from __future__ import annotations

import argparse
from pathlib import Path

from bpderive.cli.options import add_network, network, save
from bpderive.cli.words import Parser
from bpderive.letters.text import Text
from bpderive.programs.lambdified import compile_gradient

EXAMPLES = (
    ("bpderive emit --network 2,3,2", Text(en="to the terminal", zh="输出到终端")),
    (
        "bpderive emit --network 784,30,10 --cost cross_entropy --output gradient.py",
        Text(en="to a file", zh="写入文件"),
    ),
)


def add(parser: Parser) -> None:
    """Add the arguments."""
    add_network(parser)
    parser.add_argument(
        "--output",
        type=Path,
        metavar=Text(en="FILE", zh="文件"),
        help=Text(en="output file (default: the terminal)", zh="输出文件（默认：终端）"),
    )


def run(given: argparse.Namespace) -> int:
    """Print or write the program."""
    source = compile_gradient(network(given)).source
    if given.output is None:
        print(source, end="")
    else:
        save(given.output, source)
    return 0
