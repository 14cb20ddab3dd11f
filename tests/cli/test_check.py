"""The command `bpderive check`."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from bpderive.cli import main
from bpderive.letters.text import language

RIGHT = "delta[l] = (T(w[l+1]) @ delta[l+1]) * dsigma(z[l])"
WRONG = "delta[l,j] = sum(k, w[l+1,k,j]*delta[l+1,k])"


def test_a_claim_that_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", RIGHT]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"holds  {RIGHT}\n")
    assert "2 <= l <= L-1" in printed


def test_a_claim_that_does_not_hold(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", WRONG]) == 1
    printed = capsys.readouterr().out
    assert "refuted" in printed
    assert "dsigma(z[l, j]), which is missing" in printed


def test_the_language_is_that_of_the_command_and_of_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "zh", "check", WRONG]) == 1
    assert "不成立" in capsys.readouterr().out
    assert language() == "en"


def test_a_sheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = tmp_path / "sheet.txt"
    sheet.write_text(f"# a sheet\n{RIGHT}  # right\n\n{WRONG}\ndelta[l = 1\n", "utf-8")
    assert main(["check", str(sheet)]) == 1
    printed = capsys.readouterr().out
    assert f"{sheet}:2: holds  {RIGHT}" in printed
    assert f"{sheet}:4: refuted" in printed
    assert f"{sheet}:5: not read" in printed
    assert "^" in printed
    assert printed.endswith("3 claims, 1 hold\n")


def test_a_sheet_in_which_all_is_right(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.txt"
    sheet.write_text(f"{RIGHT}\nd(C, b[l,j]) = delta[l,j]\n", "utf-8")
    assert main(["check", str(sheet), RIGHT]) == 0


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{RIGHT}\n".encode())))
    assert main(["check", "-"]) == 0
    assert "-:1: holds" in capsys.readouterr().out


def test_neither_a_claim_nor_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "nowhere.txt"]) == 2
    assert "neither an equation nor a file" in capsys.readouterr().err
    assert main(["check", "=" * 5000]) == 1


def test_a_command_is_wanted() -> None:
    with pytest.raises(SystemExit) as stopped:
        main([])
    assert stopped.value.code == 2


def test_it_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bpderive", "check", RIGHT], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0
    assert done.stdout.startswith("holds")


def test_a_formula_is_read_in_a_convention(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "dW2 = dZ2 @ A1.T / m", "--convention", "course"]) == 0
    assert "brackets and dZ (course); you named it" in capsys.readouterr().out
    assert main(["check", "dW2 = A1.T @ dZ2", "--convention", "course"]) == 1
    with pytest.raises(SystemExit):
        main(["check", "dW2 = dZ2 @ A1.T", "--convention", "curse"])
