"""The command `bpderive`: `bpderive derive BP2`, `bpderive activation gelu`, `bpderive check "…"` and others.

To add a subcommand, write a module that has `EXAMPLES`, `add(parser)`, which adds its arguments, and `run(given)`, a
function from what was given to the exit code; enter it in `COMMANDS`. Only the module of the command that is called is
imported. What it says it makes as blocks of `bpderive.cli.document`, so that it comes as text, Markdown or LaTeX, and
as a `Text`, so that it comes in both languages. Its tests follow: every command is run in both languages.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from importlib.metadata import version
from typing import Any

from bpderive.cli.words import Parser, complain, mistake
from bpderive.errors import BpderiveError, Refuted, StepError
from bpderive.later import loaded
from bpderive.letters.text import LANGUAGES, Text, language, set_language

COMMANDS: Mapping[str, Text] = {
    "equations": Text(
        en="the numbered equations, or one of them in full", zh="列出带编号的公式，或完整显示其中一个"
    ),
    "derive": Text(en="the derivation of an equation, line by line", zh="逐行给出某个方程的推导"),
    "paths": Text(
        en="the sum over all paths from a weight or bias to the cost", zh="从权重或偏置到代价的所有路径之和"
    ),
    "verify": Text(
        en="compare the compiled gradient of a network with independent computations",
        zh="用别的方法核对编译出的梯度",
    ),
    "activation": Text(
        en="everything derived about an activation function", zh="关于某个激活函数推导出的一切"
    ),
    "emit": Text(en="code for the gradient of a network", zh="输出计算网络梯度的代码"),
    "check": Text(en="check whether your equations hold", zh="判定你写的等式是否成立"),
    "compare": Text(
        en="the arrays of one step: which is wrong first", zh="检查一步计算的各个数组：第一个出错的是哪个"
    ),
    "book": Text(en="the book, served on this machine", zh="在本机上打开这本书"),
}
"""What each subcommand does, in the order in which they are listed."""

ALL_WELL, FAILED, MISUSED = 0, 1, 2
"""The exit codes: a check that fails is 1, what could not be understood or done 2."""

INTERRUPTED, NOBODY_READS = 130, 141
"""The codes that a shell gives where a signal ends a command: Ctrl-C, and a pipe whose reader is gone."""

_DESCRIPTION = Text(
    en="The equations of backpropagation: derived, checked, summed over paths, compiled and verified.",
    zh="反向传播的各个方程：推导、验证、按路径求和、编译并核对。",
)
_EXAMPLES = (
    ("bpderive derive BP2", Text(en="the proof, line by line", zh="逐行给出证明")),
    (
        "bpderive paths --network 2,3,2 --weight 2,1,1",
        Text(
            en="∂C/∂w^2_11 as the sum over its paths to the cost", zh="把 ∂C/∂w^2_11 写成到代价的所有路径之和"
        ),
    ),
    (
        "bpderive activation 'z/(1+exp(-z))'",
        Text(en="everything that can be derived about a formula", zh="由一个公式能推导出的一切"),
    ),
    ("bpderive COMMAND --help", Text(en="how a command is used, with examples", zh="某个命令的用法与示例")),
)
_CLOSED = Text(en="standard output is closed", zh="标准输出已关闭")
_LANGUAGE = Text(en="output language: en or zh", zh="输出所用的语言：en 或 zh")
_VERSION = Text(en="show the version and exit", zh="显示版本并退出")


def parser() -> Parser:
    """What the command understands, described in the language that is set."""
    made = Parser(prog="bpderive")
    made.describe(_DESCRIPTION, _EXAMPLES)
    made.add_argument(
        "--version", action="version", version=f"bpderive {version('bpderive')}", help=str(_VERSION)
    )
    _add_language(made)
    subcommands = made.add_subparsers(
        title=str(Text(en="commands", zh="命令")),
        metavar=str(Text(en="COMMAND", zh="命令")),
        dest="command",
        required=True,
        parser_class=Parser,
    )
    for name, summary in COMMANDS.items():
        subcommands.add_parser(name, help=str(summary), fill=partial(_fill, name))
    return made


def _fill(name: str, made: Parser) -> None:
    """Describe a subcommand and add its arguments."""
    command = loaded(f"{__name__}.{name}")
    made.describe(getattr(command, "DESCRIPTION", COMMANDS[name]), command.EXAMPLES)
    command.add(made)
    _add_language(made, default=argparse.SUPPRESS)
    made.set_defaults(run=command.run)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 if all is well, 1 if a check failed, 2 if it was not understood."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    before = language()
    set_language(_wanted_language(given) or before)
    _speak_unicode()
    try:
        if sys.stdout is None:
            complain(mistake(_CLOSED))
            return MISUSED
        try:
            return _answered(given)
        finally:
            sys.stdout.flush()
    except (Refuted, StepError) as error:
        complain(mistake(error))
        return FAILED
    except BpderiveError as error:
        complain(mistake(error))
        return MISUSED
    except BrokenPipeError:  # `bpderive equations | head`: nobody reads on
        _stop_writing()
        return NOBODY_READS
    except OSError as error:  # a device that is full
        _stop_writing()
        complain(mistake(error.strerror or error))
        return MISUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        set_language(before)


def _answered(given: Sequence[str]) -> int:
    options = parser().parse_args(given)
    code: int = options.run(options)
    return code


def _stop_writing() -> None:
    """Let nothing be written to standard output any more: Python tries once again when it ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _add_language(made: Parser, **options: Any) -> None:
    made.add_argument("--lang", choices=LANGUAGES, metavar="en|zh", help=str(_LANGUAGE), **options)


def _wanted_language(arguments: Sequence[str]) -> str | None:
    """The language that is asked for, wherever it stands: the help must know it before anything is read."""
    for place, argument in enumerate(arguments):
        if argument == "--":
            break
        name, _, value = argument.partition("=")
        if name == "--lang":
            value = value or "".join(arguments[place + 1 : place + 2])
            return value if value in LANGUAGES else None
    return None


def _speak_unicode() -> None:
    """Let σ and Chinese be written where the system's encoding has none: to a file or pipe as UTF-8, else as ?.

    What was typed in bytes that are no text is written as \\udc80 and the like.
    """
    for stream in (sys.stdout, sys.stderr):
        if not hasattr(stream, "reconfigure"):
            continue
        if "utf" in (stream.encoding or "utf").lower():
            stream.reconfigure(errors="backslashreplace")
        elif stream.isatty():
            stream.reconfigure(errors="replace")
        else:
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
