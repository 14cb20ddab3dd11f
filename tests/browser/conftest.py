"""The built book in headless Chromium: `visit(page, …)` opens a page and records what it asks for and says."""

from __future__ import annotations

import contextlib
import functools
import http.server
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from bpderive.cli.book import Server

HTML = Path(__file__).parents[2] / "docs" / "_build" / "html"
LANGUAGES = ("en", "zh")
WAYS = (*LANGUAGES, "both")
PAGES = sorted(path.name for path in (HTML / "en").glob("*.html"))
GENERATED = sorted(
    path.relative_to(HTML / "en").as_posix()
    for path in (HTML / "en").glob("*/*.html")
    if not path.parent.name.startswith("_")
)
"""The pages that are made from declarations: one for each activation and each cost."""
SIZES = {"desktop": (1400, 1000), "phone": (390, 844)}
SCHEMES = ("light", "dark")
LOCALE = "en-US"
BLANK = "en/_static/mark.svg"
"""A file of the book that is no page: what lies between two visits."""

# Chromium asks its maker's servers for nothing; the sandbox needs rights that a container lacks.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`nox -s browser -- --renew-pictures` after a change of the layout that is meant."""
    parser.addoption(
        "--renew-pictures", action="store_true", help="store the pictures of the main pages anew"
    )


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@dataclass
class Visit:
    """An open page: what it asked for elsewhere, what failed, and what it said on the console."""

    page: Page
    elsewhere: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Where the book is served."""
    server = Server(("127.0.0.1", 0), functools.partial(_Quiet, directory=HTML))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser: $CHROMIUM, or the one that is installed."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    assert found, "Chromium is not installed; on Debian: apt-get install chromium fonts-noto-cjk"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(_ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def tab(chromium: Browser, address: str) -> Iterator[Visit]:
    """One tab for nearly all visits: a process and a cache for all of them."""
    # Colours change at once, so that what is measured is what stays.
    page = chromium.new_page(locale=LOCALE, reduced_motion="reduce")
    yield watched(page, address)
    page.close()


@pytest.fixture
def visit(chromium: Browser, address: str, tab: Visit) -> Iterator[Callable[..., Visit]]:
    """`visit("en/index.html", size="phone", scheme="dark", language="zh-CN", script=True)`

    It leads from the page that was visited before to this one, which finds nothing that the other has stored. With
    another language or without scripts it is opened in a tab of its own.
    """
    with contextlib.ExitStack() as stack:

        def visit(
            name: str,
            size: str = "desktop",
            scheme: str = "light",
            language: str = LOCALE,
            script: bool = True,
        ) -> Visit:
            made = tab
            if language != LOCALE or not script:
                context = chromium.new_context(
                    locale=language, java_script_enabled=script, reduced_motion="reduce"
                )
                stack.callback(context.close)
                made = watched(context.new_page(), address)
            made.page.goto(address + BLANK)
            look(made.page, size, scheme)
            if script:
                made.page.evaluate("localStorage.clear(); sessionStorage.clear()")
            made.page.mouse.move(0, 0)
            for noted in (made.elsewhere, made.missing, made.said):
                noted.clear()
            made.page.goto(address + name)
            if script:
                made.page.evaluate("document.fonts.ready.then(() => true)")
            return made

        yield visit


def look(page: Page, size: str = "desktop", scheme: str = "light") -> None:
    """Let the window have this size, and the reader prefer these colours."""
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(media="null", color_scheme=scheme)  # type: ignore[arg-type]  # "light" or "dark"


def watched(page: Page, address: str) -> Visit:
    """A page whose requests and words are noted."""
    made = Visit(page)
    own = (address, "data:")
    page.on("request", lambda asked: None if asked.url.startswith(own) else made.elsewhere.append(asked.url))
    page.on("response", lambda answer: answer.status >= 400 and made.missing.append(answer.url))
    page.on("requestfailed", lambda asked: made.missing.append(asked.url))
    page.on("console", lambda message: made.said.append(message.text))
    page.on("pageerror", lambda error: made.said.append(str(error)))
    return made
