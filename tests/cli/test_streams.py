"""What a command reads from and writes to, when it is odd: one line says so, and the exit code is 2."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bpderive.cli import main

COMMAND = [sys.executable, "-m", "bpderive"]
CLAIM = "d(C, b[l,j]) = delta[l,j]"


def run(*arguments: str | bytes, shell: str = "", **options: object) -> subprocess.CompletedProcess[bytes]:
    """The command as a process of its own; `shell` is what stands behind it on a command line."""
    line = ["sh", "-c", f'exec "$0" "$@" {shell}', *COMMAND, *arguments] if shell else [*COMMAND, *arguments]
    return subprocess.run(line, capture_output=True, timeout=120, check=False, **options)  # type: ignore[call-overload,no-any-return]


@pytest.fixture
def here(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """The same in this process, where it is of no account what the streams are connected with."""

    def here(*arguments: str, input: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(input)))
        try:
            code = main(arguments)
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        return subprocess.CompletedProcess(arguments, code, *capsysbinary.readouterr())

    return here


def refused(done: subprocess.CompletedProcess[bytes], says: str = "") -> None:
    """One line, which says it, and the exit code 2."""
    assert done.returncode == 2, done
    assert b"Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert says in done.stderr.decode("utf-8")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["check", CLAIM]])
def test_a_full_device(arguments: list[str]) -> None:
    refused(run(*arguments, shell=">/dev/full"), "No space left")


def test_a_full_device_as_output() -> None:
    refused(run("emit", "--network", "2,2", "--output", "/dev/full"), "No space left")


def test_streams_that_are_closed() -> None:
    refused(run("check", CLAIM, shell=">&-"), "standard output is closed")
    refused(run("check", "-", shell="<&-"), "Standard input is closed")
    done = run("check", "z[l,j] = a[l,j]", shell="2>&-")
    assert done.returncode == 1
    assert run("nonsense", shell="2>&-").returncode == 2


@pytest.mark.parametrize("name", ["", "x" * 5000, "no/such/folder/x", ".", "a/../..", "\n", "g.h"])
def test_odd_names_of_output_files(name, here, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = here("emit", "--network", "2,2", "--output", name)
    if name in ("\n", "g.h"):  # which are names
        assert done.returncode == 0
        assert (tmp_path / name).is_file()
        return
    refused(done)
    assert not list(tmp_path.iterdir())
    assert len(done.stderr) < 300


def test_a_sheet_with_a_byte_order_mark(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.txt"
    sheet.write_bytes(b"\xef\xbb\xbf" + CLAIM.encode())
    done = run("check", str(sheet))
    assert done.returncode == 0, done
    assert run("check", "-", input=sheet.read_bytes()).returncode == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no claim"),
        (b"\n# nothing\n", "no claim"),
        (b"z = \xff\xfe", "UTF-8"),
        (b"#" * 2_000_000, "larger"),
    ],
)
def test_sheets_that_are_none(content, says, here, tmp_path) -> None:
    sheet = tmp_path / "sheet.txt"
    sheet.write_bytes(content)
    refused(here("check", str(sheet)), says)
    refused(here("check", "-", input=content), says)


def test_what_is_no_file(here, tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        refused(here("check", str(name)), "is no file")
    refused(here("check", str(tmp_path / "nothing")), "No such file")
    refused(here("check", "x" * 5000), "neither an equation nor a file")
    refused(here("check", str(tmp_path / "nothing"), "--lang", "zh"), "既不是等式")


def test_bytes_that_are_no_text() -> None:
    done = run("check", b"z[l,j] = \xff")
    assert b"Traceback" not in done.stderr
    assert done.returncode == 1
    assert rb"\udcff" in done.stdout
