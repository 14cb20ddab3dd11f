"""Pages as notebooks: their Markdown, what they need, and that they run."""

from __future__ import annotations

import base64
import json
import os
import re
import sys

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from formats import notebooks
from formats.markdown import pieces
from formats.pages import Page, parse


def latex(source: str, *, display: bool = False) -> str:
    kind = ' display="block"' if display else ""
    return f"<math{kind}><semantics><mi>?</mi><annotation>{source}</annotation></semantics></math>"


CARD = (
    '<div class="bp-equation"><p class="bp-heading"><span class="bp-kind">Theorem</span><span>The error</span></p>'
    f'<div class="math" id="eq-bp2"><div class="formula">{latex("a = b", display=True)}</div>'
    '<span class="eqno"><a href="#eq-bp2">(BP2)</a></span></div>'
    '<p class="bp-marks"><a href="#p"><span class="bp-mark bp-mark-general">proved</span></a>'
    '<span class="bp-mark bp-mark-definition">so defined</span></p></div>'
)
STEPS = (
    '<details class="bp-derivation"><summary><span>Proof</span></summary><ol class="bp-steps"><li class="bp-step">'
    f'<div class="bp-line"><div class="bp-again"><div class="math">{latex("c")}</div>'
    f'<span class="eqno">(40)</span></div></div><p class="bp-reason">by {latex("d")}</p></li></ol></details>'
)


def markdown(html: str, name: str = "page") -> str:
    return "\n\n".join(piece.text for piece in pieces(Page(name, "", parse(f"<article>{html}</article>"))))


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h2>A <em>b</em></h2>", "## A *b*"),
        ("<p>five * 3, a_b, $5, <b>bold</b></p>", r"five \* 3, a\_b, \$5, **bold**"),
        (f"<p>the weight {latex('w^l_{jk}')}</p>", "the weight $w^l_{jk}$"),
        ('<p><a href="other.html#eq-23">(23)</a></p>', "[(23)](other.ipynb)"),
        ('<p><a href="#eq-23">(23)</a></p>', "(23)"),
        ('<p><a href="https://example.org/">there</a></p>', "[there](https://example.org/)"),
        ("<ul><li><p>one</p></li><li><p>two</p></li></ul>", "- one\n- two"),
        ("<ol><li>one<ul><li>in</li></ul></li></ol>", "1. one\n\n   - in"),
        ("<dl><dt>word</dt><dd><p>meaning</p></dd></dl>", "**word**\n\nmeaning"),
        ('<div class="admonition"><p class="admonition-title">Note</p><p>Text</p></div>', "> **Note**\n>\n> Text"),
        (
            f"<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>{latex('|x|')} | b</td></tr></tbody></table>",
            "| a |\n| --- |\n| $\\vert x\\vert $ \\| b |",
        ),
        ("<pre>code\n  more</pre>", "```\ncode\n  more\n```"),
        (CARD, "**Theorem · The error**\n\n$$\na = b \\tag{BP2}\n$$\n\n✓ *proved* · ≡ *so defined*"),
        (STEPS, "**Proof**\n\n1. $\\displaystyle c$ (40) — by $d$"),
    ],
)  # fmt: skip
def test_a_block_becomes_markdown(html, expected):
    assert markdown(html) == expected


def test_a_page_below_links_up():
    assert markdown('<p><a href="../two.html">two</a></p>', "sub/one") == "[two](../two.ipynb)"


CELL = (
    '<div class="cell"><div class="cell_input"><pre>{code}</pre></div>'
    '<div class="cell_output"><pre>{out}</pre></div></div>'
)


def made(*codes: str, drawing: str = "") -> nbformat.NotebookNode:
    cells = "".join(CELL.format(code=code, out="not taken") for code in codes)
    page = Page(
        "page",
        "Title",
        parse(f"<article><h1>Title</h1><p>Before.</p>{drawing}{cells}<p>After.</p></article>"),
    )
    css = (
        ":root { --ink: #123456; }\n.bp-network .edge { stroke: var(--ink); }\n.bp-other p { color: red; }\n"
    )
    return nbformat.reads(json.dumps(notebooks.notebook(page, "Book", "zh", css)), 4)


def test_a_notebook_holds_the_text_and_the_code_in_order_and_no_results():
    book = made("a = 1", "a + 1")
    nbformat.validate(book)
    assert [cell.cell_type for cell in book.cells] == ["markdown", "markdown", "code", "code", "markdown"]
    assert book.cells[2].source == "a = 1"
    assert "not taken" not in json.dumps(book)
    assert all(cell.outputs == [] for cell in book.cells if cell.cell_type == "code")


def test_the_first_cell_says_what_the_notebook_needs():
    first = (
        made("import numpy as np, bpderive as bp\nimport sklearn.datasets\nfrom math import pi")
        .cells[0]
        .source
    )
    assert "“Title”" in first
    assert "pip install . jupyterlab scikit-learn\n" in first


def test_a_drawing_comes_with_its_look():
    book = made(
        drawing='<figure><svg class="bp-network" viewBox="0 0 30 20"><title>A net</title></svg></figure>'
    )
    assert "![A net](attachment:figure-1.svg)" in book.cells[1].source
    [drawing] = book.cells[1].attachments.values()
    svg = base64.b64decode(drawing["image/svg+xml"]).decode()
    assert ".bp-network .edge { stroke: #123456; }" in svg
    assert "red" not in svg
    assert 'width="30" height="20"' in svg


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    """Cells run in this interpreter, whatever kernels a user has."""
    folder = tmp_path / "kernels" / "python3"
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": command, "display_name": "Python 3", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(spec), "utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))


def run(book: nbformat.NotebookNode) -> nbformat.NotebookNode:
    return NotebookClient(book, timeout=600, kernel_name="python3").execute()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the kernel's client
def test_a_notebook_runs_by_itself(kernel):
    ran = run(made("import bpderive as bp", 'print(bp.equations["BP1"].number)'))
    assert ran.cells[3].outputs[0]["text"] == "BP1\n"
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        run(made("1 / 0"))


def test_every_page_that_is_built_gets_its_notebook(tmp_path):
    for language in ("en", "both"):
        page = '<article class="bd-article"><h1>Start</h1><p>Words.</p></article>'
        (tmp_path / language).mkdir()
        (tmp_path / language / "index.html").write_text(page, "utf-8")
    written = notebooks.write_all(tmp_path)
    assert sorted(path.relative_to(tmp_path).as_posix() for path in written) == [
        "both/index.ipynb",
        "en/index.ipynb",
    ]
    assert notebooks.write_all(tmp_path) == []
    assert len(re.findall("pip install", written[1].read_text("utf-8"))) == 2
    changed = tmp_path / "en" / "index.html"
    changed.write_text(changed.read_text("utf-8").replace("Words", "Other words"), "utf-8")
    assert notebooks.write_all(tmp_path) == [tmp_path / "en" / "index.ipynb"]
