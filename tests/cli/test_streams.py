"""What a command reads from and writes to, when it is odd: one line says so, and the exit code is 2."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "bpderive"]
CLAIM = "d(C, b[l,j]) = delta[l,j]"


def run(*arguments: str | bytes, shell: str = "", **options: object) -> subprocess.CompletedProcess[bytes]:
    """The command as a process of its own; `shell` is what stands behind it on a command line."""
    line = ["sh", "-c", f'exec "$0" "$@" {shell}', *COMMAND, *arguments] if shell else [*COMMAND, *arguments]
    return subprocess.run(line, capture_output=True, timeout=120, check=False, **options)  # type: ignore[call-overload,no-any-return]


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


@pytest.mark.parametrize("name", ["", "x" * 5000, "no/such/folder/x", ".", "a/../..", "\n"])
def test_odd_names_of_output_files(name: str, tmp_path: Path) -> None:
    done = run("emit", "--network", "2,2", "--output", name, cwd=tmp_path)
    if name == "\n":  # which is a name
        assert done.returncode == 0
        return
    refused(done)
    assert not list(tmp_path.iterdir())
    assert len(done.stderr) < 300


def test_an_output_is_a_file_whatever_its_ending(tmp_path: Path) -> None:
    assert run("emit", "--network", "2,2", "--output", "g.h", cwd=tmp_path).returncode == 0
    assert (tmp_path / "g.h").is_file()


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
def test_sheets_that_are_none(content: bytes, says: str, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.txt"
    sheet.write_bytes(content)
    refused(run("check", str(sheet)), says)
    refused(run("check", "-", input=content), says)


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        refused(run("check", str(name)), "is no file")
    refused(run("check", str(tmp_path / "nothing")), "No such file")
    refused(run("check", "x" * 5000), "neither an equation nor a file")
    refused(run("check", str(tmp_path / "nothing"), "--lang", "zh"), "既不是等式")


def test_bytes_that_are_no_text() -> None:
    done = run("check", b"z[l,j] = \xff")
    assert b"Traceback" not in done.stderr
    assert done.returncode == 1
    assert rb"\udcff" in done.stdout
