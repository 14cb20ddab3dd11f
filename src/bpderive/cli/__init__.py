"""The command `bpderive`: `bpderive check "d(C, b[l,j]) = delta[l,j]"`.

To add a subcommand, write a module that has `add(subcommands)`, which makes its parser and sets its `run`, a function
from what was given to the exit code; and enter the module in `COMMANDS`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version

from bpderive.cli import check
from bpderive.errors import BpderiveError
from bpderive.text import LANGUAGES, language, set_language

COMMANDS = (check,)
"""The modules of the subcommands, in the order in which they are listed."""


def parser() -> argparse.ArgumentParser:
    """What the command understands."""
    made = argparse.ArgumentParser(prog="bpderive", description="The equations of backpropagation, checked.")
    made.add_argument("--version", action="version", version=f"bpderive {version('bpderive')}")
    made.add_argument("--lang", choices=LANGUAGES, default=language(), help="the language of what is said")
    subcommands = made.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add(subcommands)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 if all is well, 1 if not, 2 if it could not be understood."""
    given = parser().parse_args(arguments)
    before = language()
    set_language(given.lang)
    try:
        code: int = given.run(given)
    except BpderiveError as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        set_language(before)
    return code
