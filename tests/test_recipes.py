"""The recipes of the page Find the mistake, run as they stand there: what PyTorch and JAX computed is found right."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bpderive as bp
from bpderive.workbook.compare import CodeConvention

PAGE = Path(__file__).parents[1] / "docs" / "find-the-mistake.md"
NET = bp.Network((2, 3, 4), "tanh")


def recipe(word: str) -> str:
    [found] = [
        code
        for code in re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
        if word in code
    ]
    return found


def test_a_step_of_pytorch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    given: dict[str, Any] = {
        "np": np,
        "model": torch.nn.Sequential(
            torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 4), torch.nn.Tanh()
        ),
        "x": torch.randn(5, 2),
        "y": torch.randn(5, 4),
        "loss": torch.nn.MSELoss(),
    }
    exec(recipe("backward"), given)
    found = bp.compare("step.npz", NET)
    assert found.ok, found
    assert found.convention == CodeConvention.read("rows, mean-of-outputs, averaged")
    assert {"δ^2", "∂C/∂w^2", "∂C/∂b^3"} <= set(re.split(r"[:,] ", str(found)))

    given["model"][0].weight.grad *= -1
    given["step"]["dw2"] = given["model"][0].weight.grad
    np.savez("step.npz", **{name: value.detach() for name, value in given["step"].items()})
    [finding] = bp.compare("step.npz", NET).findings
    assert finding.arrays == ("∂C/∂w^2",)
    assert "BP4" in finding.text.en


def test_a_step_of_jax(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jax = pytest.importorskip("jax")
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    given: dict[str, Any] = {
        "np": np,
        "jax": jax,
        "params": [
            (rng.normal(size=(2, 3)), rng.normal(size=3)),
            (rng.normal(size=(3, 4)), rng.normal(size=4)),
        ],
        "x": rng.normal(size=(5, 2)),
        "y": rng.normal(size=(5, 4)),
        "sigma": jax.numpy.tanh,
        "loss": lambda a, y: ((a - y) ** 2).sum() / 2,
    }
    exec(recipe("has_aux"), given)
    found = bp.compare("step.npz", NET)
    assert found.ok, found
    assert found.convention == CodeConvention.read("rows, in-out, sum")
