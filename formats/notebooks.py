"""Each page as a Jupyter notebook that runs by itself: `write_all(html)` puts page.ipynb beside page.html.

The text is that of the page, in its language; the first cell says what the notebook needs. A notebook holds no
results: whoever opens it runs it.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from pathlib import Path
from typing import Any

from formats.figures import BOOK_CSS, alone
from formats.markdown import Piece, pieces
from formats.pages import Page, page_texts, read_page

# What `pip install . jupyterlab` brings along.
_BROUGHT = {"bpderive", "numpy", "sympy", "mpmath", "IPython"}
_CALLED = {"sklearn": "scikit-learn"}  # name of the module -> name of the package
_IMPORT = re.compile(r"^\s*(?:import|from)\s+(.+)", re.MULTILINE)

_WORDS = {
    "en": (
        "*This notebook is the page “{title}” of the book “{book}”. To run it you need Python 3.11 or newer "
        "and, in a folder that holds a copy of the project bpderive,*\n\n"
        "```sh\npip install . jupyterlab{more}\n```\n\n*Then run the cells from the top, and change what you like.*"
    ),
    "zh": (
        "**这个笔记本就是《{book}》中的“{title}”一页。要运行它，需要 Python 3.11 或更新的版本，并在放有 "
        "bpderive 项目副本的文件夹里执行**\n\n"
        "```sh\npip install . jupyterlab{more}\n```\n\n**然后从上往下运行各单元格，内容可以随意改动。**"
    ),
}
_WORDS["both"] = "\n\n".join(_WORDS.values())


def write_all(html: Path) -> list[Path]:
    """Write a notebook beside every page of every language that is built; returns those that are new.

    A page that is older than its notebook is not read.
    """
    written = []
    css = BOOK_CSS.read_text("utf-8")
    tools = max(path.stat().st_mtime_ns for path in (BOOK_CSS, *Path(__file__).parent.glob("*.py")))
    for language in _WORDS:
        start = html / language / "index.html"
        if not start.exists():
            continue
        book = read_page("index", start.read_text("utf-8")).title
        newest = max(tools, start.stat().st_mtime_ns)
        for name, text in page_texts(html / language):
            page, target = html / language / f"{name}.html", html / language / f"{name}.ipynb"
            if target.exists() and target.stat().st_mtime_ns > max(newest, page.stat().st_mtime_ns):
                continue
            found = notebook(read_page(name, text), book, language, css)
            made = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
            if target.exists() and target.read_text("utf-8") == made:
                target.touch()
            else:
                target.write_text(made, "utf-8")
                written.append(target)
    return written


def notebook(page: Page, book: str, language: str, css: str) -> dict[str, Any]:
    """The notebook of a page, of nbformat 4.5."""
    parts = pieces(page)
    needed = "".join(f" {name}" for name in packages([part.text for part in parts if part.is_code]))
    first = _WORDS[language].format(title=page.title, book=book, more=needed)
    cells = [_cell(number, piece, css) for number, piece in enumerate([Piece(first), *parts])]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def packages(codes: list[str]) -> list[str]:
    """The packages, beyond what the project brings along, that the code imports."""
    found = set()
    for code in codes:
        for line in _IMPORT.findall(code):
            names = line.split(" import ")[0].split(",")
            found |= {name.split()[0].split(".")[0] for name in names if name.split()}
    return sorted(_CALLED.get(name, name) for name in found - _BROUGHT - set(sys.stdlib_module_names))


def _cell(number: int, piece: Piece, css: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "cell_type": "code" if piece.is_code else "markdown",
        "id": f"cell-{number}",
        "metadata": {},
        "source": piece.text.splitlines(keepends=True),
    }
    if piece.is_code:
        made |= {"execution_count": None, "outputs": []}
    elif piece.drawings:
        made["attachments"] = {
            name: {"image/svg+xml": base64.b64encode(alone(drawing, css).encode()).decode()}
            for name, drawing in piece.drawings.items()
        }
    return made
