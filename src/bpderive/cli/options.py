"""Options that several subcommands share: the network, the form of the output, what is written to a file.

`add_network(parser)` and `network(given)` read `--network 2,3,2 --activation tanh --cost cross_entropy`;
`add_form(parser)` and `show(blocks, given)` write in the form that `--format` names.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path

from bpderive.cli.document import FORMS, Block, written
from bpderive.cli.words import Parser, complain, mistake, width
from bpderive.errors import ParseError, unknown_name
from bpderive.functions.activations import AnyActivation, activations, parse_activation
from bpderive.functions.costs import costs
from bpderive.functions.network import Network
from bpderive.letters.text import Text

Whole = tuple[int, ...]

_SIZES = Text(
    en="{given!r} is not a list of layer sizes: list the sizes of the layers, input first, e.g. 2,3,2",
    zh="{given!r} 不是各层宽度的列表；请从输入层起写出神经元个数：2,3,2",
)
_PLACE = Text(
    en="{given!r} is not a place: write integers, {wanted}",
    zh="{given!r} 不是合法的位置；请写整数：{wanted}",
)
_ACTIVATION = Text(en="activation", zh="激活函数")
_COST = Text(en="cost", zh="代价函数")


def add_network(parser: Parser, *, required: bool = True) -> None:
    """Add the options of a network."""
    parser.add_argument(
        "--network",
        type=sizes,
        required=required,
        metavar="N,N,…",
        help=Text(en="the layer sizes, from the input: 2,3,2", zh="各层宽度，从输入层起：2,3,2"),
    )
    add_functions(parser)


def add_functions(parser: Parser) -> None:
    """Add the options of the activation and the cost."""
    parser.add_argument(
        "--activation",
        type=functions,
        default=("sigmoid",),
        metavar="NAME",
        help=Text(
            en="for all layers, or one for each layer from 2: tanh,sigmoid; a formula such as 'z/(1+exp(-z))' may "
            "stand for a name (default: sigmoid)",
            zh="各层共用一个，或从第 2 层起每层一个：tanh,sigmoid；"
            "名称处也可写公式，如 'z/(1+exp(-z))'（默认：sigmoid）",
        ),
    )
    parser.add_argument(
        "--cost",
        type=known_cost,
        default="quadratic",
        metavar="NAME",
        help=Text(en="{names} (default: quadratic)", zh="{names}（默认：quadratic）").format(
            names=", ".join(costs)
        ),
    )


def add_form(parser: Parser) -> None:
    """Add the option of the form."""
    parser.add_argument(
        "--format",
        choices=tuple(FORMS),
        default="text",
        help=Text(en="how it is written (default: text)", zh="输出形式（默认：text）"),
    )


def show(blocks: Iterable[Block], given: argparse.Namespace) -> None:
    """Print the blocks in the form asked for."""
    print(written(blocks, given.format, width()))


def network(given: argparse.Namespace) -> Network:
    """The network of the options. Raise `DomainError` or `NetworkError` for functions that do not go together."""
    names: tuple[str | AnyActivation, ...] = given.activation
    return Network(given.network, names if len(names) > 1 else names[0], given.cost)


def sizes(text: str) -> Whole:
    """Layer sizes from a text such as 2,3,2."""
    return _whole(text, str(_SIZES.format(given=text)), range(2, 1000), 1)


def place(count: int, wanted: str) -> Callable[[str], Whole]:
    """What reads `count` whole numbers such as 2,1,1."""
    return lambda text: _whole(
        text, str(_PLACE.format(given=text, wanted=wanted)), range(count, count + 1), 1
    )


def _whole(text: str, wrong: str, counts: range, least: int) -> Whole:
    try:
        numbers = tuple(int(part) for part in text.replace("x", ",").strip("()[] ").split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(wrong) from None
    if len(numbers) not in counts or min(numbers) < least:
        raise argparse.ArgumentTypeError(wrong)
    return numbers


def known_cost(name: str) -> str:
    """A cost's name."""
    if name not in costs:
        raise unknown(_COST, name, costs)
    return name


def functions(text: str) -> tuple[str | AnyActivation, ...]:
    """Names of activations, or formulas, separated by commas that stand in no bracket."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return tuple(activation(part.strip()) for part in parts)


def activation(text: str) -> str | AnyActivation:
    """A name of the catalogue, or the activation that a formula describes."""
    if text in activations:
        return text
    if text.isidentifier() and text != "z":
        raise unknown(_ACTIVATION, text, activations)
    try:
        return parse_activation(text)
    except ParseError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def unknown(kind: Text, given: str, known: Iterable[str]) -> argparse.ArgumentTypeError:
    """There is no such name; the nearest one and all that there are."""
    return argparse.ArgumentTypeError(str(unknown_name(kind, given[:40], known)))


def save(path: Path, text: str) -> None:
    """Write a file; leaves with 2 and what the system says where that cannot be."""
    try:
        path.write_text(text, encoding="utf-8")
    except (OSError, ValueError) as error:  # a ValueError for a name that no file can have
        complain(mistake(f"{name_of(path)}: {getattr(error, 'strerror', None) or error}"))
        raise SystemExit(2) from None


def name_of(path: object) -> str:
    """A file's name for a message, in one line, cut where it is long."""
    name = " ".join(str(path).split()) or "''"
    return name if len(name) <= 80 else f"{name[:79]}…"
