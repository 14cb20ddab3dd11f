"""A small book on the spot: `book({"index": "# …"})` builds pages with the extension and gives what came out."""

from __future__ import annotations

import importlib.util
import io
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from warnings import catch_warnings, simplefilter

import pytest
from bs4 import BeautifulSoup, Tag
from sphinx.application import Sphinx
from sphinx.deprecation import RemovedInSphinx11Warning
from sphinx.util.docutils import docutils_namespace, patch_docutils

from bpderive.letters.text import language, set_language

DOCS = Path(__file__).parents[2] / "docs"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests that build books share one folder of Node packages, so they stay in one process."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("book"))


@pytest.fixture(scope="session")
def build_script() -> ModuleType:
    """docs/build.py as a module."""
    spec = importlib.util.spec_from_file_location("book_build", DOCS / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["book_build"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def node_modules(build_script: ModuleType) -> Path:
    """docs/node_modules, with what the lock file says."""
    build_script.install_node_packages()
    return DOCS / "node_modules"


@dataclass(frozen=True)
class Book:
    """What a build gave."""

    folder: Path
    failed: bool
    warnings: str

    def page(self, name: str = "index") -> Tag:
        """The text of a page."""
        html = (self.folder / f"{name}.html").read_text("utf-8")
        body = BeautifulSoup(html, "html.parser").find("div", class_="body")
        assert isinstance(body, Tag)
        return body

    def words(self, name: str = "index") -> str:
        """What a page says, without the LaTeX that formulas carry along."""
        page = self.page(name)
        for source in page.find_all("annotation"):
            source.decompose()
        return " ".join(page.get_text(" ").split())

    def marks(self, name: str = "index") -> list[str]:
        """The marks on a page."""
        return [mark.get_text() for mark in self.page(name).select(".bp-mark")]


@pytest.fixture
def book(tmp_path: Path, node_modules: Path) -> Iterator[Callable[..., Book]]:
    """Build pages (name -> Markdown) in a language, with messages (page -> {English: translation})."""
    before = language()
    yield _builder(tmp_path, node_modules)
    set_language(before)


@pytest.fixture(scope="module")
def in_both(tmp_path_factory: pytest.TempPathFactory, node_modules: Path) -> Callable[..., tuple[Book, Book]]:
    """Build pages in English and in Chinese, for several tests of a module."""
    build = _builder(tmp_path_factory.mktemp("both"), node_modules)

    def build_both(pages: dict[str, str], **settings: Any) -> tuple[Book, Book]:
        before = language()
        english, chinese = build(pages, "en", **settings), build(pages, "zh_CN", **settings)
        set_language(before)
        return english, chinese

    return build_both


def _builder(folder: Path, node_modules: Path) -> Callable[..., Book]:
    """What builds pages in a folder."""

    def build(
        pages: dict[str, str],
        language: str = "en",
        messages: dict[str, dict[str, str]] | None = None,
        builder: str = "html",
        again: bool = False,
        **settings: Any,
    ) -> Book:
        source, out = folder / "source", folder / f"{builder}-{language}"
        for name, text in pages.items():
            (source / f"{name}.md").parent.mkdir(parents=True, exist_ok=True)
            path = source / f"{name}.md"
            if not path.exists() or path.read_text("utf-8") != text:
                path.write_text(text, "utf-8")
        for name, translated in (messages or {}).items():
            _write_po(source / "locale" / language / "LC_MESSAGES" / f"{name}.po", translated)
        config = {
            "extensions": ["myst_parser", "bpderive.sphinxext"],
            "myst_enable_extensions": ["dollarmath"],
            "html_theme": "basic",
            "html_math_renderer": "bpderive",
            "bpderive_node": str(node_modules.parent),
            "bpderive_fonts": False,
            "locale_dirs": ["locale"],
            "gettext_compact": False,
            "nitpicky": True,
            "language": language,
            "suppress_warnings": ["toc.not_included"],
        }
        warnings = io.StringIO()
        with docutils_namespace(), patch_docutils(source), catch_warnings():
            # MyST's own use of what a later Sphinx removes.
            simplefilter("ignore", RemovedInSphinx11Warning)
            app = Sphinx(
                source,
                None,
                out,
                folder / f"doctrees-{builder}-{language}",
                builder,
                confoverrides=config | settings,
                status=None,
                warning=warnings,
                freshenv=not again,
                warningiserror=True,
            )
            app.build()
        return Book(out, bool(app.statuscode), re.sub(r"\x1b\[[\d;]*m", "", warnings.getvalue()))

    return build


@pytest.fixture
def refused(book: Callable[..., Book]) -> Callable[..., None]:
    """Build one page of directives (name, options, message): each is an error in its line, which says so."""

    def refused(*directives: tuple[str, str, str]) -> None:
        page, lines = "# Page\n", []
        for name, options, _ in directives:
            page += f"\n```{{{name}}}\n{options}\n```\n"
            lines.append(page.count("\n", 0, page.rindex("```{")) + 1)
        told = book({"index": page}).warnings
        for (name, _, message), line in zip(directives, lines, strict=True):
            assert re.search(rf"index.md:{line}: ERROR: {name}: .*{re.escape(message)}", told), (line, told)

    return refused


def _write_po(path: Path, messages: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    quoted = [
        "\n".join(
            f'{key} "{text.replace(chr(92), chr(92) * 2)}"'
            for key, text in (("msgid", english), ("msgstr", other))
        )
        for english, other in messages.items()
    ]
    path.write_text(head + "\n\n".join(quoted) + "\n", "utf-8")
