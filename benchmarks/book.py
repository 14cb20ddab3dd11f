"""How fast the book is to read and to build: `nox -s bench-book` prints the figures, of this machine and this moment.

    python -m benchmarks.book             everything; the book must have been built
    python -m benchmarks.book --no-build  only what a reader waits for
    python -m benchmarks.book --machine   only the machine on the page

Pages are served compressed, as a host serves them. The slow phone is 390 px wide, with 1.6 Mbit/s, 150 ms of delay and
a processor four times slower. Nothing is asserted: the wanted figures stand beside the measured ones.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from formats.pdf import opened
from formats.twice import NOT_COPIED

PROJECT = Path(__file__).parents[1]
HTML = PROJECT / "docs" / "_build" / "html"
PAGES = (
    "en/index.html",
    "en/four-equations.html",
    "zh/four-equations.html",
    "both/four-equations.html",
    "en/check-your-own.html",  # with a field for the machine, of which nothing is fetched yet
)
FORMULAS = 480
LINE = 200_000
"""Bytes in a second on the line of the slow phone."""
_COMPRESSED = (".html", ".css", ".js", ".mjs", ".svg", ".json")

# Started before the page: the largest paint, the shifts of the layout, and the frame in which every formula of the page
# is there in the font of formulas. No script of the page is needed for it, so it is not waited for.
_WATCH = """
window.seen = { paint: 0, shift: 0, maths: 0 };
new PerformanceObserver((list) => list.getEntries().forEach((e) => { seen.paint = e.startTime; }))
  .observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => list.getEntries().forEach((e) => { if (!e.hadRecentInput) seen.shift += e.value; }))
  .observe({ type: "layout-shift", buffered: true });
document.addEventListener("readystatechange", () => document.readyState === "interactive" &&
  document.fonts.load('1em "STIX Two Math"', "\\u{1d465}").then(() =>
  requestAnimationFrame(() => requestAnimationFrame(() => { seen.maths = performance.now(); }))));
"""


class _Host(http.server.SimpleHTTPRequestHandler):
    """Serves files, compressed where that is worth it, and counts what it sends."""

    sent: int = 0

    def do_GET(self) -> None:
        """Answer with the file."""
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        body = path.read_bytes()
        self.send_response(200)
        if path.suffix in _COMPRESSED:
            body = gzip.compress(body, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=3600")
        self.end_headers()
        self.wfile.write(body)
        _Host.sent += len(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a reader waited for: seconds to the largest paint and to the formulas, layout shift, kilobytes sent."""

    paint: float
    maths: float
    shift: float
    kilobytes: float


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address at which `folder` is served."""
    handler = functools.partial(_Host, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def visit(browser: Browser, address: str, *then: str, phone: bool = False) -> list[Shown]:
    """Open a page with an empty cache, and then others with what that one brought."""
    width, height = (390, 844) if phone else (1400, 1000)
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.add_init_script(_WATCH)
    if phone:
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        line = {"offline": False, "latency": 150, "downloadThroughput": LINE, "uploadThroughput": LINE}
        session.send("Network.emulateNetworkConditions", line)
        session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    made = []
    for one in (address, *then):
        before = _Host.sent
        page.goto(one)
        page.wait_for_function("window.seen.maths > 0")
        page.wait_for_timeout(500)
        seen = page.evaluate("window.seen")
        sent = (_Host.sent - before) / 1000
        made.append(Shown(seen["paint"] / 1000, seen["maths"] / 1000, seen["shift"], sent))
    context.close()
    return made


@contextmanager
def slowed(browser: Browser) -> Iterator[None]:
    """The pages of the browser run a quarter of the time: Chromium itself slows a page, but none of its workers."""
    told = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    pages = [process["id"] for process in told if process["type"] == "renderer"]
    ended = threading.Event()

    def hinder() -> None:
        while not ended.is_set():
            for sign, seconds in ((signal.SIGSTOP, 0.03), (signal.SIGCONT, 0.01)):
                for page in pages:
                    with suppress(ProcessLookupError):
                        os.kill(page, sign)
                time.sleep(seconds)

    thread = threading.Thread(target=hinder)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def machine(browser: Browser, address: str, *, phone: bool = False) -> tuple[float, float, float]:
    """Seconds from a press to the first answer with an empty cache, and to the next; megabytes sent for it."""
    width, height = (390, 844) if phone else (1400, 1000)
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    page.goto(f"{address}en/check-your-own.html")
    page.wait_for_selector("#bp-claim")
    page.wait_for_load_state("networkidle")
    before, times = _Host.sent, []
    with slowed(browser) if phone else nullcontext():
        for claim, status in (
            ("d(C, b[l,j]) = delta[l,j]", "holds"),
            ("delta[l,j] = d(C, a[l,j])", "refuted"),
        ):
            page.evaluate("(claim) => { document.querySelector('#bp-claim').value = claim; }", claim)
            started = time.perf_counter()
            page.press("#bp-claim", "Enter")
            page.wait_for_selector(f"#bp-verdict[data-status={status}]", timeout=300_000)
            times.append(time.perf_counter() - started)
    sent = (_Host.sent - before) / 1e6
    page.context.close()
    return times[0], times[1], sent


def many_formulas(folder: Path) -> int:
    """Write a page of 480 of the book's formulas into `folder`, and give its size in kilobytes."""
    page = (HTML / "en" / "four-equations.html").read_text("utf-8")
    start, rest = re.split(r"(?<=<article class=\"bd-article\">)", page, maxsplit=1)
    end = rest[rest.index("</article>") :]
    found: list[str] = []
    for path in sorted((HTML / "en").glob("*.html")):
        found += re.findall(
            r'<div class="formula">.*?</div>|<span class="math">.*?</span>', path.read_text("utf-8")
        )
    shown = "".join(f"<p>{formula}</p>\n" for formula in (found * 2)[:FORMULAS])
    text = f"{start}<section>{shown}</section>{end}"
    (folder / "en" / "formulas.html").write_text(text, "utf-8")
    return len(text.encode()) // 1000


def building() -> tuple[float, float]:
    """Seconds to build everything from nothing, and one language after a paragraph has changed."""
    with tempfile.TemporaryDirectory() as name:
        project = Path(name) / "project"
        shutil.copytree(PROJECT, project, ignore=NOT_COPIED)
        (project / "docs" / "node_modules").symlink_to(PROJECT / "docs" / "node_modules")
        command = [sys.executable, str(project / "docs" / "build.py")]
        env = os.environ | {"PYTHONPATH": str(project / "src")}

        def build(*options: str) -> float:
            started = time.perf_counter()
            subprocess.run([*command, *options], check=True, stdout=subprocess.DEVNULL, env=env)
            return time.perf_counter() - started

        cold = build()
        page = project / "docs" / "warm-up.md"
        before, heading, after = page.read_text("utf-8").partition("\n# ")
        title, paragraph = after.split("\n\n", 1)
        page.write_text(f"{before}{heading}{title}\n\nOnce more: {paragraph}", "utf-8")
        return cold, build("--language", "en")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--no-build", action="store_true", help="leave the building out")
    parser.add_argument("--machine", action="store_true", help="nothing but the machine on the page")
    options = parser.parse_args()
    if not (HTML / "both" / "index.html").exists():
        raise SystemExit("There is no book yet; build it first: nox -s docs")
    calm = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
    with tempfile.TemporaryDirectory() as name, opened(calm) as browser:
        folder = Path(name) / "html"
        shutil.copytree(HTML, folder)
        size = many_formulas(folder)
        with served(folder) as address:
            if not options.machine:
                _pages(browser, address, size)
            if (folder / "lab").exists():
                _machine(browser, address)
    if not options.no_build and not options.machine:
        cold, warm = building()
        print(
            f"building: {cold:.1f} s from nothing (wanted: < 60), {warm:.1f} s for one language after a change (< 6), "
            f"on {os.cpu_count()} processors"
        )


def _pages(browser: Browser, address: str, size: int) -> None:
    print(f"{'page':36} {'paint s':>8} {'maths s':>8} {'shift':>7} {'kB':>7}")
    for phone in (False, True):
        for page in PAGES:
            (shown,) = visit(browser, address + page, phone=phone)
            _row(f"{page}, {'slow phone' if phone else 'desktop'}", shown)
    print("wanted on a slow phone                   ≤ 2.5    ≤ 2.5  ≤ 0.01   ≤ 450\n")
    first, *others = visit(
        browser, *(f"{address}zh/{page}.html" for page in ("index", "warm-up", "four-equations"))
    )
    _row("first visit (zh/index)", first)
    for page, shown in zip(("zh/warm-up", "zh/four-equations"), others, strict=True):
        _row(f"a next page ({page})", shown)
    print("wanted for a next page                                             ≤ 60\n")
    (shown,) = visit(browser, f"{address}en/formulas.html")
    _row(f"{FORMULAS} formulas, HTML of {size} kB", shown)
    print("wanted: HTML ≤ 300 kB                             ≤ 1.5\n")


def _machine(browser: Browser, address: str) -> None:
    for phone in (False, True):
        rounds = [machine(browser, address, phone=phone) for _ in range(5)]
        cold, warm, sent = map(statistics.median, zip(*rounds, strict=True))
        name = f"slow phone, and {sent / LINE * 1e6:.0f} s for its line" if phone else "desktop"
        print(f"the machine, {name}: first answer {cold:.1f} s, the next {warm:.2f} s, {sent:.2f} MB")
    print("wanted on a desktop: first answer ≤ 5 s, the next ≤ 1 s, ≤ 12 MB\n")


def _row(name: str, shown: Shown) -> None:
    print(f"{name:36} {shown.paint:8.2f} {shown.maths:8.2f} {shown.shift:7.3f} {shown.kilobytes:7.0f}")


if __name__ == "__main__":
    main()
