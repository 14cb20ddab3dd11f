"""`bpderive book bpderive.zip`: serve the book from its ZIP file, or from the folder in which it was built.

A browser lets no page that was opened from a folder start the machine with which it decides equations; a page that a
server gave may. This server is for this machine alone, and sends the policy of `POLICY`: nothing comes from elsewhere.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bpderive.cli.words import Parser
from bpderive.errors import ParseError
from bpderive.letters.text import Text

DESCRIPTION = Text(
    en="Serve the book on this machine, from its ZIP file or from the folder of its pages, so that the machine on its "
    "pages works.",
    zh="在本机上打开这本书（ZIP 文件或页面所在的文件夹），使页面上的机器能够工作。",
)
EXAMPLES = (
    ("bpderive book bpderive.zip", Text(en="the book as it was downloaded", zh="下载的整本书")),
    ("bpderive book docs/_build/html", Text(en="the book as it was built", zh="自己构建的书")),
)

POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:"
)
"""The strictest Content-Security-Policy under which the pages do all that they can: nothing comes from elsewhere."""

_OPEN = Text(en="{address} shows the book; Ctrl+C ends it.", zh="请打开 {address}；按 Ctrl+C 结束。")
_NOT_THE_BOOK = Text(
    en="{path} is neither the book's ZIP file nor the folder that holds its index.html",
    zh="{path} 既不是这本书的 ZIP 文件，也不是含有其 index.html 的文件夹",
)


class _Handler(http.server.SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    """A server that says nothing when a reader leaves a page before all of it has come."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report an error of a request, unless it is that the connection was closed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def add(parser: Parser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "path",
        type=Path,
        metavar=Text(en="ZIP|FOLDER", zh="ZIP|文件夹"),
        help=Text(
            en="the book's ZIP file, or the folder of its pages", zh="这本书的 ZIP 文件，或页面所在的文件夹"
        ),
    )
    parser.add_argument(
        "--port",
        type=int,
        default=8000,
        metavar="N",
        help=Text(
            en="where it is served; 0 is any that is free (default: 8000)",
            zh="端口；0 表示任一空闲端口（默认：8000）",
        ),
    )


def run(given: argparse.Namespace) -> int:
    """Serve until Ctrl+C."""
    with pages(given.path) as folder, server(folder, given.port) as made:
        print(str(_OPEN.format(address=f"http://127.0.0.1:{made.server_port}/en/index.html")), flush=True)
        made.serve_forever()
    return 0


def server(folder: Path, port: int = 0) -> Server:
    """A server of a folder for this machine alone, with the policy. Raises `ParseError` where the port is taken."""
    try:
        return Server(("127.0.0.1", port), functools.partial(_Handler, directory=folder))
    except (OSError, OverflowError) as error:
        raise ParseError(
            Text(
                en=f"port {port} cannot be used: {error}; choose another with --port",
                zh=f"端口 {port} 不可用：{error}；请用 --port 另选一个",
            )
        ) from error


@contextmanager
def pages(path: Path) -> Iterator[Path]:
    """The folder of the pages; a ZIP file is unpacked for a while. Raises `ParseError` where no book is there."""
    if path.is_dir() and (path / "index.html").is_file():
        yield path
        return
    if not zipfile.is_zipfile(path):
        raise ParseError(_NOT_THE_BOOK.format(path=path))
    with tempfile.TemporaryDirectory() as name, zipfile.ZipFile(path) as archive:
        archive.extractall(name)  # it leaves out what would lead out of the folder
        found = min(Path(name).rglob("index.html"), key=lambda index: len(index.parts), default=None)
        if found is None:
            raise ParseError(_NOT_THE_BOOK.format(path=path))
        yield found.parent
