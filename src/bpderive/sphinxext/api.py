"""The directives `api` and `commands`: what can be called, printed from the objects themselves.

```{api}
Network()
gradient
paths.number_of_paths
```

Each line names an object of `bpderive`, or of one of its modules; with `()` behind a class, how one is made is shown
too. Its first paragraph in the docstring, and the first of each public member, is offered for translation; the pages
whose cells use it are found in their sources. `commands` lists the subcommands of the command `bpderive`.
"""

from __future__ import annotations

import importlib
import inspect
import operator
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from docutils import nodes

import bpderive
from bpderive.cli import COMMANDS
from bpderive.errors import UnknownName, unknown_name
from bpderive.letters.text import Text
from bpderive.sphinxext.directive import BookDirective
from bpderive.sphinxext.markup import element, line, table
from bpderive.sphinxext.words import COMMA, COMMAND, DOES, USED_IN

_NOTHING = "None"
"""How the docstring of a member begins that is there for the sake of an interface only."""


def find(name: str) -> Any:
    """The object called `name`, such as "verify" or "equations.paths.number_of_paths". Raises `UnknownName`."""
    module, _, last = name.rpartition(".")
    try:
        if not module or module in bpderive.__all__:
            return operator.attrgetter(name)(bpderive)
        return getattr(importlib.import_module(f"bpderive.{module}"), last)
    except (ImportError, AttributeError):
        raise unknown_name("object of bpderive", name, bpderive.__all__) from None


def says(item: Any) -> str:
    """The first paragraph of an object's docstring, in one line. Raises `UnknownName` if it has none."""
    words = inspect.getdoc(item) or ""
    if not words:
        raise UnknownName(f"{item!r} has no docstring, and so nothing can be said of it.")
    return " ".join(words.partition("\n\n")[0].split())


def call(name: str, item: Any, *, bound: bool = False) -> str:
    """How `item` is called: its parameters with their defaults, without their types, and without self if `bound`."""
    signature = inspect.signature(item)
    parts = [*signature.parameters.values()][bound:]
    bare = [part.replace(annotation=inspect.Parameter.empty) for part in parts]
    return f"{name}{inspect.Signature(bare)}"


def members(item: type) -> Iterator[tuple[str, Any]]:
    """The public properties and methods of a class of its own, as they are called, with what has their docstring."""
    for name, member in vars(item).items():
        inner = next(
            (getattr(member, part) for part in ("fget", "func", "__func__") if hasattr(member, part)), member
        )
        if name.startswith("_") or not inspect.isfunction(inner) or says(inner).startswith(_NOTHING):
            continue
        is_value = isinstance(member, property | cached_property) or hasattr(member, "func")
        yield (name if is_value else call(name, inner, bound=True)), inner


class ApiDirective(BookDirective):
    """The objects named in the lines: how each is called, what it does, its members, and the pages that use it."""

    has_content = True

    def make(self) -> list[nodes.Node]:
        """A list with one entry for each line."""
        return [element("div", *map(self._entry, filter(None, self.content)), classes=["bp-api"])]

    def _entry(self, given: str) -> nodes.Node:
        name = given.strip().removesuffix("()")
        item = find(name)
        full = f"bp.{name}" if name.rpartition(".")[0] in ("", *bpderive.__all__) else f"bpderive.{name}"
        shown = call(full, item) if given.endswith("()") or inspect.isroutine(item) else full
        if hasattr(item, "__wrapped__"):
            shown = call(full, item.__wrapped__)
        anchor = f"api-{name.replace('.', '-')}"
        self.book.enter(full, "object", anchor)
        told = [line(nodes.literal(shown, shown), classes=["bp-call"]), *self._told(item)]
        if inspect.isclass(item) and not issubclass(item, BaseException):
            listed = [
                element("li", line(nodes.literal(called, called), classes=["bp-call"]), *self._told(member))
                for called, member in members(item)
            ]
            told += [element("ul", *listed)] if listed else []
        return element("div", *told, *self._pages(name), classes=["bp-object"], ids=[anchor])

    def _told(self, item: Any) -> list[nodes.Node]:
        """What the docstring says first, as a paragraph that is offered for translation."""
        return self.parse_text_to_nodes(says(item))

    def _pages(self, name: str) -> list[nodes.Node]:
        """The pages whose text uses the object, in the order of their names."""
        module, _, last = name.rpartition(".")
        used = rf"\bbp\.{name}\b" if not module else rf"\bfrom bpderive\.{module} import [^\n]*\b{last}\b"
        here = self.env.current_document.docname
        shown: list[nodes.Node] = []
        for page in sorted(self.env.found_docs - {here}):
            path = Path(self.env.doc2path(page))
            self.env.note_dependency(str(path))
            if path.is_file() and re.search(used, path.read_text("utf-8")):
                shown += [*self.words(COMMA), self.link(page)]
        if not shown:
            return []
        return [line(*self.words(USED_IN), nodes.Text(" "), *shown[1:], classes=["bp-places"])]


class CommandsDirective(BookDirective):
    """The subcommands of `bpderive`, each with what it does."""

    def make(self) -> list[nodes.Node]:
        """A table, whose lines are anchors."""
        head = [self.words(COMMAND), self.words(DOES)]
        rows: list[list[list[nodes.Node]]] = [
            [[nodes.literal(name, f"bpderive {name}")], self.words(_sentence(summary))]
            for name, summary in COMMANDS.items()
        ]
        for name in COMMANDS:
            self.book.enter(f"bpderive {name}", "object", f"command-{name}")
        return [table(["bp-commands"], head, rows, [f"command-{name}" for name in COMMANDS])]


def _sentence(text: Text) -> Text:
    """The phrase with a full stop."""
    return Text(en="{text}.", zh="{text}。").format(text=text)
