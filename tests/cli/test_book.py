"""The book is served from its ZIP file and from its folder, under a policy that lets nothing else in."""

from __future__ import annotations

import socket
import struct
import threading
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bpderive.cli import main
from bpderive.cli.book import pages, server

INDEX = "<p>the book</p>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "html"
    (made / "en").mkdir(parents=True)
    (made / "index.html").write_text(INDEX, "utf-8")
    (made / "en" / "index.html").write_text("<p>in English</p>", "utf-8")
    return made


@pytest.fixture
def packed(folder: Path, tmp_path: Path) -> Path:
    made = tmp_path / "bpderive.zip"
    with zipfile.ZipFile(made, "w") as archive:
        for path in sorted(folder.rglob("*.html")):
            archive.write(path, Path("bpderive") / path.relative_to(folder))
    return made


@contextmanager
def served(path: Path) -> Iterator[str]:
    with pages(path) as folder, server(folder) as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{made.server_port}/"
        made.shutdown()
        thread.join()


def test_a_reader_who_leaves_early_leaves_no_traceback(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "large.bin").write_bytes(bytes(30_000_000))
    with served(folder) as address:
        with socket.create_connection(("127.0.0.1", int(address.split(":")[2].strip("/")))) as reader:
            reader.sendall(b"GET /large.bin HTTP/1.0\r\n\r\n")
            reader.recv(100)
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # hang up at once
        with urllib.request.urlopen(address) as answer:
            assert answer.read().decode() == INDEX
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("kind", ["folder", "packed"])
def test_it_is_served_under_the_policy(kind: str, request: pytest.FixtureRequest) -> None:
    with served(request.getfixturevalue(kind)) as address, urllib.request.urlopen(address) as answer:
        assert answer.read().decode() == INDEX
        assert "worker-src 'self'" in answer.headers["Content-Security-Policy"]


def test_what_is_not_the_book_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "")
    (tmp_path / "empty").mkdir()
    for name in ("nowhere.zip", "other.zip", "empty"):
        assert main(["book", str(tmp_path / name), "--port", "0"]) == 2
        assert "index.html" in capsys.readouterr().err


def test_a_port_that_is_taken_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with server(folder) as first:
        assert main(["book", str(folder), "--port", str(first.server_port)]) == 2
    assert "--port" in capsys.readouterr().err
