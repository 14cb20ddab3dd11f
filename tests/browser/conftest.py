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


@pytest.fixture
def visit(chromium: Browser, address: str) -> Iterator[Callable[..., Visit]]:
    """`visit("en/index.html", size="phone", scheme="dark", language="zh-CN", script=True)`"""
    with contextlib.ExitStack() as stack:

        def visit(
            page: str,
            size: str = "desktop",
            scheme: str = "light",
            language: str = "en-US",
            script: bool = True,
        ) -> Visit:
            width, height = SIZES[size]
            context = chromium.new_context(
                viewport={"width": width, "height": height},
                color_scheme=scheme,  # type: ignore[arg-type]  # "light" or "dark"
                locale=language,
                reduced_motion="reduce",  # colours change at once, so that what is measured is what stays
                java_script_enabled=script,
            )
            stack.callback(context.close)
            made = watched(context.new_page(), address)
            made.page.goto(address + page)
            if script:
                made.page.evaluate("document.fonts.ready.then(() => true)")
            return made

        yield visit


@pytest.fixture(scope="session")
def tab(chromium: Browser, address: str) -> Iterator[Callable[[str], Visit]]:
    """`tab("en/index.html")` opens one page after the other in one tab, wide and light: a process and a cache for all.

    Each finds nothing that an earlier one has stored.
    """
    width, height = SIZES["desktop"]
    page = chromium.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
    page.add_init_script("localStorage.clear(); sessionStorage.clear()")
    made = watched(page, address)

    def tab(name: str) -> Visit:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="light")
        for noted in (made.elsewhere, made.missing, made.said):
            noted.clear()
        page.goto(address + name)
        page.evaluate("document.fonts.ready.then(() => true)")
        return made

    yield tab
    page.close()


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
