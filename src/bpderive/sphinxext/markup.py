"""The few nodes of our own, and short ways to make them.

`box` is one HTML element (its name in `tag`) around other nodes; `drawing` is an SVG with a text alternative.
Every other builder shows what is inside a box and leaves a drawing to its alternative, so a new output format
needs nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

Content = str | nodes.Node


class box(nodes.General, nodes.Element):
    """One HTML element: `tag`, its classes and ids, and further attributes in `attrs`."""


class drawing(nodes.General, nodes.Element):
    """An SVG in `svg`, with the words that stand for it in `alt` and `description`, in the language of the build."""


def element(
    tag: str, *content: Content, classes: Iterable[str] = (), ids: Iterable[str] = (), **attrs: str
) -> box:
    """A `box` with its content; a string becomes text."""
    node = box("", tag=tag, classes=list(classes), ids=list(ids), attrs=attrs)
    node.extend(_nodes(content))
    return node


def line(*content: Content, classes: Iterable[str] = ()) -> nodes.paragraph:
    """A paragraph that is not offered for translation: its words have come in the right language."""
    node = nodes.paragraph("", "", *_nodes(content), classes=list(classes))
    node["translatable"] = False
    return node


def span(*content: Content, classes: Iterable[str] = ()) -> nodes.inline:
    """A few words within a line."""
    return nodes.inline("", "", *_nodes(content), classes=list(classes))


def display(latex: str, *, number: str = "", label: str = "") -> nodes.math_block:
    """Displayed mathematics of the library's: its symbols explain themselves.

    With `number` it carries the number at its right, and the anchor `label`.
    """
    node = nodes.math_block(latex, latex, number=number or None, label=label or None, translatable=False)
    node["ids"] = [label] if label else []
    node["no-wrap"] = False
    node["symbols"] = True
    return node


def _nodes(content: Iterable[Content]) -> list[nodes.Node]:
    return [nodes.Text(c) if isinstance(c, str) else c for c in content]


def table(
    classes: list[str],
    head: list[list[nodes.Node]],
    rows: list[list[list[nodes.Node]]],
    ids: Sequence[str] = (),
    marks: Sequence[str] = (),
) -> nodes.table:
    """A table whose cells are lists of nodes; `ids` and `marks` are the anchors and the classes of its rows."""
    group = nodes.tgroup("", cols=len(head))
    group.extend([nodes.colspec("", colwidth=1) for _ in head])
    group += nodes.thead("", _row(head))
    made = [_row(row) for row in rows]
    for row, anchor in zip(made, ids, strict=bool(ids)):
        row["ids"] = [anchor]
    for row, mark in zip(made, marks, strict=bool(marks)):
        row["classes"] = [mark]
    group += nodes.tbody("", *made)
    return nodes.table("", group, classes=classes)


def _row(cells: list[list[nodes.Node]]) -> nodes.row:
    row = nodes.row("")
    for cell in cells:
        row += nodes.entry("", line(*cell))
    return row


def _visit_box(self: Any, node: box) -> None:
    self.body.append(self.starttag(node, node["tag"], "", **node["attrs"]))


def _depart_box(self: Any, node: box) -> None:
    self.body.append(f"</{node['tag']}>")


def _visit_drawing(self: Any, node: drawing) -> None:
    head, _, picture = node["svg"].partition(">")
    name, alt, description = node["name"], escape(node["alt"]), escape(node["description"])
    words = f'<title id="{name}-t">{alt}</title>' + (
        f'<desc id="{name}-d">{description}</desc>' if description else ""
    )
    told = f"{name}-t {name}-d" if description else f"{name}-t"
    self.body.append(f'{head} aria-labelledby="{told}">{words}{picture}')
    raise nodes.SkipNode


def _pass(self: Any, node: nodes.Element) -> None:
    """Nothing of its own: the children speak."""


FILES = {"bp-lab": ("lab.js", "lab.css"), "bp-experiment": ("experiment.js",)}
"""The scripts and style sheets that come with the pages that have a box of a class."""


def _add_files(
    app: Sphinx, page: str, template: str, context: dict[str, object], doctree: nodes.Node | None
) -> None:
    found = {name for node in doctree.findall(box) for name in node["classes"]} if doctree else ()
    for file in (file for name, files in FILES.items() if name in found for file in files):
        if file.endswith(".js"):
            app.add_js_file(file, loading_method="defer")
        else:
            app.add_css_file(file)


def setup(app: Sphinx) -> None:
    """Register the nodes with every builder that comes with Sphinx, and give the pages the files of their boxes."""
    app.connect("html-page-context", _add_files, priority=400)
    others: dict[str, Any] = dict.fromkeys(("latex", "text", "man", "texinfo"), (_pass, _pass))
    app.add_node(box, html=(_visit_box, _depart_box), **others)
    app.add_node(drawing, html=(_visit_drawing, None), **others)
