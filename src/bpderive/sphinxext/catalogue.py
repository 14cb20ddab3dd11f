"""A page for each declaration of a catalogue, made in every build: adding a declaration adds its page.

`bpderive_pages = ["activations", "costs"]` names the catalogues. Their pages hold one directive each, and no words;
they are written before the pages are read, into a folder of the catalogue's name, which is not kept with the sources.
`{pages-of} activations` is the table of contents of them, in the order of the catalogue. To add a catalogue, enter it
in `CATALOGUES` with the directive that makes its pages.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.directives.other import TocTree

from bpderive.errors import unknown_name
from bpderive.functions.activations import activations
from bpderive.functions.costs import costs

CATALOGUES: dict[str, tuple[Mapping[str, Any], str]] = {
    "activations": (activations, "activation-page"),
    "costs": (costs, "cost-page"),
}
"""The catalogues by the name of their folder, with the directive that makes a page."""


def page_of(catalogue: str, name: str) -> str:
    """The name of the page of a declaration."""
    return f"{catalogue}/{name}"


def declarations(catalogue: str) -> Mapping[str, Any]:
    """The declarations of a catalogue by name. Raises `UnknownName`."""
    if catalogue not in CATALOGUES:
        raise unknown_name("catalogue", catalogue, CATALOGUES)
    return CATALOGUES[catalogue][0]


class PagesOf(TocTree):
    """The pages of a catalogue as a table of contents that stands in the sidebar only."""

    required_arguments = 1
    has_content = False
    option_spec: ClassVar[Any] = {}

    def run(self) -> list[nodes.Node]:
        """A hidden `toctree`."""
        [catalogue] = self.arguments
        self.content = StringList([f"/{page_of(catalogue, name)}" for name in declarations(catalogue)])
        self.options = {"hidden": True}
        return super().run()


def _write(app: Sphinx) -> None:
    """Write the pages that are missing or have changed, and remove those whose declaration is gone."""
    for catalogue in app.config.bpderive_pages:
        directive = CATALOGUES[catalogue][1]
        folder = Path(app.srcdir) / catalogue
        folder.mkdir(exist_ok=True)
        wanted = {f"{name}.md": f"```{{{directive}}} {name}\n```\n" for name in declarations(catalogue)}
        for path in folder.glob("*.md"):
            if path.name not in wanted:
                path.unlink(missing_ok=True)
        for name, text in wanted.items():
            path = folder / name
            if not path.exists() or path.read_text("utf-8") != text:
                beside = path.with_suffix(f".{os.getpid()}")  # another language may be built at the same time
                beside.write_text(text, "utf-8")
                beside.replace(path)


def _drop_empty_catalogues(app: Sphinx, exception: Exception | None) -> None:
    """The pages hold no messages, so there is nothing in their catalogues to translate."""
    if exception is None and app.builder.name == "gettext":
        for catalogue in app.config.bpderive_pages:
            shutil.rmtree(Path(app.outdir) / catalogue, ignore_errors=True)


def setup(app: Sphinx) -> None:
    """Register the setting and the directive."""
    app.add_config_value("bpderive_pages", [], "env", types=(list, tuple))
    app.add_directive("pages-of", PagesOf)
    app.connect("builder-inited", _write)
    app.connect("build-finished", _drop_empty_catalogues)
