"""`bpderive emit --network 2,3,2 --target numpy`: the gradient as a program in one of the languages of `TARGETS`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bpderive.cli.options import add_network, failed, network, save
from bpderive.codegen.targets import DTYPES, TARGETS
from bpderive.text import Text

SUMMARY = Text(en="code for the gradient of a network", zh="输出计算网络梯度的代码")
EXAMPLES = (
    ("bpderive emit --network 2,3,2 --target numpy", Text(en="to the terminal", zh="输出到终端")),
    (
        "bpderive emit --network 784,30,10 --cost cross_entropy --dtype float32 --output gradient.py",
        Text(en="in single precision, to a file", zh="单精度，写入文件"),
    ),
)

_MORE = Text(
    en="Note: {names} belongs to it; --output writes both.",
    zh="注意：还需要 {names}；用 --output 即可一并写出。",
)


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_network(parser)
    first = next(iter(TARGETS))
    parser.add_argument(
        "--target",
        choices=tuple(TARGETS),
        default=first,
        help=str(
            Text(en="the language (default: {first})", zh="代码的语言（默认：{first}）").format(first=first)
        ),
    )
    parser.add_argument(
        "--dtype",
        choices=DTYPES,
        default=DTYPES[0],
        help=str(
            Text(en="the precision (default: {first})", zh="精度（默认：{first}）").format(first=DTYPES[0])
        ),
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar=str(Text(en="FILE|FOLDER", zh="文件|文件夹")),
        help=str(
            Text(
                en="where to write it, instead of the terminal; a header goes beside it",
                zh="写入该文件，而不是终端；头文件写在它旁边",
            )
        ),
    )


def run(given: argparse.Namespace) -> int:
    """Print or write the files of the target."""
    files = dict(TARGETS[given.target].files(network(given), given.dtype))
    program, *others = files
    output: Path | None = given.output
    if output is None:
        print(files[program], end="")
        if others:
            print(_MORE.format(names=", ".join(others)), file=sys.stderr)
    elif output.is_dir() or (others and output.suffix != Path(program).suffix):
        try:
            output.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            failed(output, error)
        for name, text in files.items():
            save(output / name, text)
    else:
        save(output, files[program])
        for name in others:
            save(output.with_name(name), files[name])
    return 0
