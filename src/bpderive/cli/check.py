"""`bpderive check "…"` and `bpderive check FILE`: whether equations hold.

A file has one claim a line; what follows a # is not read. The exit code is 0 only if every claim holds, so that a sheet
of exercises can be checked by a script.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from bpderive.conventions import check, conventions
from bpderive.errors import ParseError
from bpderive.text import Text
from bpderive.verdict import LONGEST, STATUS

SUMMARY = Text(en="whether equations that you wrote hold", zh="判定你写的等式是否成立")
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

_NOT_READ = Text(en="not read", zh="无法读取")

_SUMMARY = Text(en="{count} claims, {holds} hold", zh="共 {count} 个命题，{holds} 个成立")


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "claims",
        nargs="+",
        metavar=str(Text(en="CLAIM|FILE", zh="命题|文件")),
        help=str(
            Text(
                en="an equation, or a file with one a line; - is standard input",
                zh="一个等式，或每行一个等式的文件；- 表示标准输入",
            )
        ),
    )
    parser.add_argument(
        "--convention",
        choices=tuple(conventions),
        metavar=str(Text(en="NAME", zh="名字")),
        help=str(
            Text(
                en="the convention in which it is written: {names}", zh="它按哪一种约定书写：{names}"
            ).format(names=", ".join(conventions))
        ),
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=LONGEST,
        metavar="N",
        help=str(Text(en="the longest time for one claim", zh="每个命题的最长时间（秒）")),
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
        if argument == "-":
            yield from _lines("-", sys.stdin.read())
        elif "=" not in argument or _is_file(argument):
            yield from _lines(argument, _content(argument))
        else:
            yield "", argument


def _is_file(argument: str) -> bool:
    try:
        return Path(argument).is_file()
    except OSError:  # longer than a file's name can be
        return False


def _content(argument: str) -> str:
    try:
        return Path(argument).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ParseError(
            Text(
                en=f"{argument} is neither an equation nor a file that can be read: {error}.",
                zh=f"{argument} 既不是等式，也不是可以读取的文件：{error}。",
            )
        ) from error


def _lines(name: str, content: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(content.splitlines(), start=1):
        text = line.partition("#")[0].strip()
        if text:
            yield f"{name}:{number}: ", text


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))
