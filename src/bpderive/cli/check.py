"""`bpderive check "…"` and `bpderive check FILE`: whether equations hold.

A file has one claim a line; what follows a # is not read. The exit code is 0 only if every claim holds, so that a sheet
of exercises can be checked by a script.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from bpderive.cli.options import name_of
from bpderive.cli.words import Parser
from bpderive.errors import ParseError
from bpderive.letters.text import Text
from bpderive.workbook.conventions import check, conventions
from bpderive.workbook.verdict import LONGEST, STATUS

DESCRIPTION = Text(
    en="Whether equations hold for every network; if not, a counterexample and the likely reason. The exit code is 0 "
    "only if all of them hold.",
    zh="判定等式是否对所有网络成立；若不成立，给出反例和可能的原因。全部成立时退出码才是 0。",
)
EXAMPLES = (
    (
        'bpderive check "delta[l] = (T(w[l+1]) @ delta[l+1]) * dsigma(z[l])"',
        Text(en="equation (BP2) in matrices", zh="矩阵形式的方程 (BP2)"),
    ),
    (
        'bpderive check "dW2 = dZ2 @ A1.T / m" --convention course',
        Text(en="a line of NumPy, read in a convention", zh="一行 NumPy 代码，按指定的约定来读"),
    ),
    ("bpderive check sheet.txt", Text(en="a file with one equation a line", zh="每行一个等式的文件")),
)

_NOT_READ = Text(en="not read", zh="无法识别")

LARGEST = 1_000_000
"""The most bytes of a sheet."""

_NEITHER = Text(
    en="{name} is neither an equation nor a file that can be read: {why}.",
    zh="{name} 既不是等式，也不是可以读取的文件：{why}。",
)
_NO_FILE = Text(
    en="{name} is no file; a sheet is a file, or - for standard input.",
    zh="{name} 不是文件；习题单应是文件，或用 - 表示标准输入。",
)
_NO_TEXT = Text(
    en="{name} is no text in UTF-8: its byte {place} is none.",
    zh="{name} 不是 UTF-8 文本：第 {place} 个字节不合法。",
)
_NO_INPUT = Text(en="Standard input is closed.", zh="标准输入已关闭。")
_EMPTY = Text(en="{name} has no claim in it.", zh="{name} 中没有命题。")
_TOO_LARGE = Text(
    en="{name} is larger than {most} bytes; give a shorter sheet.",
    zh="{name} 超过 {most} 字节；请缩短习题单。",
)
_SUMMARY = Text(en="{count} claims, {holds} hold", zh="共 {count} 个命题，{holds} 个成立")


def add(parser: Parser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "claims",
        nargs="+",
        metavar=Text(en="CLAIM|FILE", zh="命题|文件"),
        help=Text(
            en="an equation, or a file with one a line; - is standard input",
            zh="一个等式，或每行一个等式的文件；- 表示标准输入",
        ),
    )
    parser.add_argument(
        "--convention",
        choices=tuple(conventions),
        metavar=Text(en="NAME", zh="名字"),
        help=Text(en="the convention in which it is written: {names}", zh="所用的约定：{names}").format(
            names=", ".join(conventions)
        ),
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=LONGEST,
        metavar="N",
        help=Text(
            en="give a claim up after so many seconds of work; without it, steps are counted",
            zh="对一个命题最多计算这么多秒；不给时只计步数",
        ),
    )


def run(given: argparse.Namespace) -> int:
    """Print a verdict for each claim; 1 if one does not hold."""
    rows = list(_checked(_claims(given.claims), given.seconds, given.convention))
    if len(rows) > 1:
        holds = sum(ok for ok in rows)
        print(str(_SUMMARY.format(count=len(rows), holds=holds)))
    return int(not all(rows))


def _checked(claims: Iterable[tuple[str, str]], seconds: float, convention: str | None) -> Iterator[bool]:
    """Print the verdict of each claim and say whether it holds."""
    for where, text in claims:
        try:
            verdict = check(text, seconds, convention)
        except ParseError as error:
            print(f"{where}{_NOT_READ}  {text}")
            print(_indented(str(error)))
            yield False
            continue
        print(f"{where}{STATUS[verdict.status]}  {text}")
        if not verdict.holds or not where:
            print(_indented(str(verdict.explanation)))
        yield verdict.holds is True


def _claims(given: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each claim, and where it stands if it comes from a file."""
    for argument in given:
        if "=" in argument and not _is_file(argument):
            yield "", argument
        else:
            yield from _sheet(argument)


def _is_file(argument: str) -> bool:
    try:
        return Path(argument).is_file()
    except (OSError, ValueError):  # longer than a file's name can be, or with a sign that it cannot have
        return False


def _sheet(argument: str) -> Iterator[tuple[str, str]]:
    """The claims of a sheet; raises `ParseError` if there is none, or the sheet is too large or no text."""
    name = name_of(argument)
    content = _read(argument)
    if len(content) > LARGEST:
        raise ParseError(_TOO_LARGE.format(name=name, most=LARGEST))
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ParseError(_NO_TEXT.format(name=name, place=error.start + 1)) from error
    claims = ((number, line.partition("#")[0].strip()) for number, line in enumerate(lines, start=1))
    found = [(f"{name}:{number}: ", claim) for number, claim in claims if claim]
    if not found:
        raise ParseError(_EMPTY.format(name=name))
    yield from found


def _read(argument: str) -> bytes:
    """What a file holds, or standard input (`-`); a pipe or a device is none, for reading it need not end."""
    if argument == "-":
        if sys.stdin is None:
            raise ParseError(_NO_INPUT)
        return sys.stdin.buffer.read(LARGEST + 1)
    path = Path(argument)
    try:
        if path.is_file() or not path.exists():
            with path.open("rb") as found:
                return found.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ParseError(_NEITHER.format(name=name_of(argument), why=why)) from error
    raise ParseError(_NO_FILE.format(name=name_of(argument)))


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))
