"""The command's parser in two languages: argparse, whose own words are said in Chinese too.

`Parser(prog).describe(description, examples)` takes every phrase as a `Text`; the examples are the lines below a help
page. What argparse says about a mistake is recognized by `MISTAKES`; a message that is not there stays
English.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import shutil
import sys
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from bpderive.letters.text import Text, language

WIDEST = 100

_USAGE = Text(en="usage: ", zh="用法：")
_OPTIONS = Text(en="options", zh="选项")
_ARGUMENTS = Text(en="arguments", zh="参数")
_COLON = Text(en=":", zh="：")
_EXAMPLES = Text(en="examples:", zh="示例：")
_HELP = Text(en="show this help and exit", zh="显示本帮助并退出")
_ERROR = Text(en="error: {message}", zh="错误：{message}")
_MORE = Text(en="{command} --help says how it is used.", zh="用 {command} --help 查看用法。")

MISTAKES: tuple[tuple[str, Text], ...] = (
    (r"the following arguments are required: (COMMAND|命令)", Text(en="{0} is missing", zh="缺少 {0}")),
    (
        r"the following arguments are required: (.*)",
        Text(
            en="{0} is missing (one that begins with - comes after --)",
            zh="缺少 {0}（以 - 开头的写在 -- 之后）",
        ),
    ),
    (r"unrecognized arguments: (.*)", Text(en="not understood: {0}", zh="无法识别：{0}")),
    (
        r"argument (.*?): invalid choice: (.*?) \(choose from (.*)\)",
        Text(en="{0} cannot be {1}; choose from {2}", zh="{0} 不能是 {1}；可选：{2}"),
    ),
    (r"argument (.*?): invalid \w+ value: (.*)", Text(en="{0} cannot be {1}", zh="{0} 不能是 {1}")),
    (
        r"argument (.*?): expected (?:one|at least one) argument",
        Text(en="{0} needs a value", zh="{0} 需要一个值"),
    ),
    (
        r"argument (.*?): not allowed with argument (.*)",
        Text(en="give either {0} or {1}, not both", zh="{0} 与 {1} 不能同时给出"),
    ),
    (r"one of the arguments (.*) is required", Text(en="give one of: {0}", zh="需要给出其中之一：{0}")),
    (
        r"ambiguous option: (.*?) could match (.*)",
        Text(en="{0} could mean {1}", zh="{0} 有歧义，可能是 {1}"),
    ),
    (r"argument (.*?): ignored explicit argument (.*)", Text(en="{0} takes no value", zh="{0} 不带值")),
    (r"argument (.*?): (.*)", Text(en="{0}: {1}", zh="{0}：{1}")),
)
"""What argparse says, as patterns, and what is said instead."""


def width() -> int:
    """How many columns to write for: those of the terminal, but `WIDEST` at most; `WIDEST` where there is none."""
    if not sys.stdout.isatty():
        return shutil.get_terminal_size((WIDEST, 24)).columns
    return min(shutil.get_terminal_size().columns, WIDEST)


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: a Chinese character takes two."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        for sign in text
    )


def wrapped(text: str, width: int, indent: str = "", first: str | None = None) -> str:
    """The text in lines of at most `width` columns, broken at spaces and between Chinese characters."""
    words = re.findall(r"\s*(?:[⺀-鿿＀-￯][，。；：！？、）”’]*|[^\s⺀-鿿＀-￯]+)", text)
    lines, line = [], indent if first is None else first
    empty = True
    for word in words:
        if not empty and columns(line + word) > width:
            lines.append(line)
            line, word = indent, word.lstrip()
        line += word.lstrip() if empty else word
        empty = False
        if line == indent:
            empty = True
    return "\n".join([*lines, line]).rstrip()


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help in the language that is set, broken where Chinese may be."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=max(30, width()))

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, str(_USAGE) if prefix is None else prefix)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrapped(text, width).splitlines()

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        # A line that is indented is an example or a list, and stays as it is.
        return "\n".join(
            line if line.startswith(" ") else wrapped(line, width, indent, indent)
            for line in text.splitlines()
        )


class Parser(argparse.ArgumentParser):
    """An `ArgumentParser` that speaks the language that is set when it is made.

    `fill` is called with the parser when it is first to read something: it describes it and adds its arguments.
    """

    def __init__(
        self,
        *,
        fill: Callable[[Parser], None] | None = None,
        add_help: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(formatter_class=_Help, add_help=False, allow_abbrev=False, **options)
        self._fill = fill
        self._positionals.title = str(_ARGUMENTS)
        self._optionals.title = str(_OPTIONS)
        if add_help:
            self.add_argument("-h", "--help", action="help", help=str(_HELP))

    def add_argument(self, *names: Any, **options: Any) -> argparse.Action:
        """What `ArgumentParser` does; a `Text` among the options is said in the language that is set."""
        for name, value in options.items():
            options[name] = str(value) if isinstance(value, Text) else value
        return super().add_argument(*names, **options)

    def describe(self, description: Text, examples: Sequence[tuple[str, Text]]) -> None:
        """Say in the help what it is about, and give examples."""
        self.description = str(description)
        self.epilog = _shown_examples(examples)

    def parse_known_args(self, *given: Any, **named: Any) -> Any:
        """What `ArgumentParser` does, when the arguments are there."""
        fill, self._fill = self._fill, None
        if fill is not None:
            fill(self)
        return super().parse_known_args(*given, **named)

    def format_help(self) -> str:
        """The help, with the colon of the language behind a heading."""
        shown = super().format_help()
        for group in self._action_groups:
            shown = shown.replace(f"\n{group.title}:\n", f"\n{group.title}{_COLON}\n")
        return shown

    def _print_message(self, message: str, file: Any = None) -> None:
        # argparse says nothing where it cannot write; the command does.
        (file or sys.stdout).write(message)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and how to learn more, and leave with 2."""
        complain(self.format_usage() + mistake(said(message)), str(_MORE.format(command=self.prog)))
        raise SystemExit(2)


def said(message: str) -> str:
    """What argparse says, in the language that is set."""
    for pattern, text in MISTAKES:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found is not None:
            return text.in_language(language()).format(*found.groups())
    return message


def complain(*lines: str) -> None:
    """Write lines to standard error, if there is somebody who could read them."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError, ValueError):
            print(*lines, sep="\n", file=sys.stderr, flush=True)


def mistake(message: object) -> str:
    """The line for a mistake."""
    return str(_ERROR.format(message=message))


def _shown_examples(examples: Sequence[tuple[str, Text]]) -> str:
    lines = [str(_EXAMPLES)]
    for command, says in examples:
        lines += [f"  {command}", f"      {says}"]
    return "\n".join(lines)
