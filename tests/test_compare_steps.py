"""`compare` on the arrays of one step: what is right in some convention is right, and the first error is named."""

from __future__ import annotations

import pickle
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bpderive as bp
from bpderive.cli import main
from bpderive.workbook.compare import CodeConvention

NET = bp.Network((2, 3, 4, 2), "tanh")


def case(net: Any) -> Any:
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=(n, k)) for k, n in pairwise(net.sizes)]
    biases = [rng.normal(size=(n, 1)) for n in net.sizes[1:]]
    return weights, biases, rng.normal(size=(net.sizes[0], 5)), rng.uniform(size=(net.sizes[-1], 5))


def step() -> dict[str, Any]:
    """A step of `NET`, by hand, as in the book."""
    weights, biases, x, y = case(NET)
    found = {"x": x, "y": y}
    a, before = x, [x]
    for layer, (w, b) in enumerate(zip(weights, biases, strict=True), start=2):
        z = w @ a + b
        a = np.tanh(z)
        before.append(a)
        found |= {f"w{layer}": w, f"b{layer}": b, f"z{layer}": z, f"a{layer}": a}
    slopes = a - y
    found["C"] = np.sum((a - y) ** 2) / 10
    for layer in (4, 3, 2):
        found[f"da{layer}"] = slopes
        found[f"delta{layer}"] = delta = slopes * (1 - found[f"a{layer}"] ** 2)
        found[f"db{layer}"] = delta.mean(axis=1, keepdims=True)
        found[f"dw{layer}"] = delta @ before[layer - 2].T / 5
        slopes = found[f"w{layer}"].T @ delta
    return found


def in_rows(found: dict[str, Any]) -> dict[str, Any]:
    """The same as an online course would have it, in rows: X, W1, b1, Z1, A1, dZ1, dW1, the 1/m in dZ."""
    names = {letter: letter.upper() + "{}" for letter in "wza"}
    names |= {"b": "b{}", "da": "dA{}", "delta": "dZ{}", "db": "db{}", "dw": "dW{}"}
    made: dict[str, Any] = {"X": found["x"].T, "Y": found["y"].T, "loss": found["C"]}
    for name, value in found.items():
        letter = name.rstrip("0123456789")
        if letter in names:
            shown = names[letter].format(int(name[-1]) - 1)
            made[shown] = (value / 5 if letter in ("da", "delta") else value).T
            if letter in ("b", "db"):
                made[shown] = made[shown].ravel()
    return made


def test_a_right_step_agrees() -> None:
    found = bp.compare(step(), NET)
    assert found.ok, found
    assert found.cases == 3 * 6 + 1
    assert found.convention == CodeConvention()


def test_a_right_step_in_another_convention_is_called_so() -> None:
    found = bp.compare(in_rows(step()), NET)
    assert found.ok, found
    assert found.convention == CodeConvention.read("rows, in-out, averaged")
    assert bp.compare(in_rows(step()), NET, convention="rows, in-out, averaged").ok
    with pytest.raises(bp.ShapeError, match="no x, y, w and b"):
        bp.compare(in_rows(step()), NET, convention="columns")


def test_lists_of_arrays_are_taken_by_layer() -> None:
    made = step()
    lists = {
        letter: [made[f"{letter}{layer}"] for layer in (2, 3, 4)] for letter in ("w", "b", "z", "delta", "dw")
    }
    assert bp.compare({"x": made["x"], "y": made["y"], **lists}, NET).ok
    lists["activations"] = [made["x"], made["a2"], made["a3"], made["a4"]]
    assert bp.compare({"x": made["x"], "y": made["y"], **lists}, NET).ok


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("z2", lambda made: made["z2"] - made["b2"], ("z^2", "(25)", "biases are missing")),
        ("a3", lambda made: made["z3"], ("a^3", "(25), a^3 = σ(z^3)", "σ is missing")),
        ("C", lambda made: 5 * made["C"], ("C", "(26)", "")),
        ("da4", lambda made: -made["da4"], ("∂C/∂a^4", "∇_a C", "the sign is wrong")),
        ("delta4", lambda made: made["da4"], ("δ^4", "(BP1a)", "output layer's σ′ is missing")),
        ("delta3", lambda made: made["da3"], ("δ^3", "(BP2)", "hidden layers' σ′ is missing")),
        ("delta2", lambda made: made["delta2"] + 1.5, ("δ^2", "(BP2)", "none of the mistakes")),
        ("db3", lambda made: made["db3"] * 5, ("∂C/∂b^3", "(BP3)", "it is 5 times")),
        ("db4", lambda made: made["db4"] * 0, ("∂C/∂b^4", "(BP3)", "never set")),
        ("dw3", lambda made: -made["dw3"], ("∂C/∂w^3", "(BP4)", "the sign is wrong")),
        ("dw2", lambda made: made["dw2"] * np.nan, ("∂C/∂w^2", "(BP4)", "nan")),
        ("dw4", lambda made: made["dw4"].T, ("∂C/∂w^4", "(BP4)", "its shape is")),
    ],
)
def test_the_first_wrong_quantity_is_named(name: str, change: Any, says: tuple[str, ...]) -> None:
    made = step()
    made[name] = change(made)
    for given in (made, in_rows(made)) if name in ("delta3", "db3", "dw4") else (made,):
        [finding] = bp.compare(given, NET).findings
        assert finding.arrays == (says[0],)
        for part in says:
            assert part in finding.text.en
        assert says[1].partition(",")[0] in finding.text.zh


def test_what_follows_from_an_error_is_listed_after_it() -> None:
    made = step()
    wrong = made | {"delta3": made["da3"]}
    wrong["db3"] = wrong["delta3"].mean(axis=1, keepdims=True)
    [finding] = bp.compare(wrong, NET).findings
    assert finding.arrays == ("δ^3", "∂C/∂b^3")


def test_softmax_is_held_against_its_own_equation() -> None:
    net = bp.Network((2, 3, 3), ("tanh", "softmax"), "log_likelihood")
    weights, biases, x, _ = case(net)
    y = np.eye(3)[:, [0, 1, 2, 2, 0]]
    z2 = weights[0] @ x + biases[0]
    z3 = weights[1] @ np.tanh(z2) + biases[1]
    a3 = np.exp(z3) / np.exp(z3).sum(axis=0)
    made = {"x": x, "y": y, "w2": weights[0], "w3": weights[1], "b2": biases[0], "b3": biases[1], "a3": a3}
    assert bp.compare(made | {"delta3": a3 - y}, net).ok
    assert "(37)" in str(bp.compare(made | {"delta3": (a3 - y) * a3 * (1 - a3)}, net))
    over = np.exp(z3) / np.exp(z3).sum(axis=1, keepdims=True)
    assert "over the examples instead of the neurons" in str(bp.compare(made | {"a3": over}, net))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda made: made.pop("w3"), "w"),
        (lambda made: made.pop("x"), "missing: x"),
        (lambda made: made.pop("y"), "missing: y"),
        (lambda made: made.update(b=made.pop("b3")), "a layer for b"),
        (lambda made: made.update(z3=np.array([None])), "z is no array of real"),
        (lambda made: made.update(z3=made["z3"] + 1j), "z is no array of real"),
        (lambda made: [made.pop(name) for name in list(made) if name[0] not in "xywb"], "missing: z, a"),
    ],
)
def test_what_is_missing_is_said(change: Any, says: str) -> None:
    made = step()
    change(made)
    with pytest.raises(bp.ParseError, match=says) as caught:
        bp.compare(made, NET)
    assert "\n" not in str(caught.value)


def test_names_that_mean_nothing_are_said_not_to_be_read() -> None:
    assert "not read: eta" in str(bp.compare(step() | {"eta": 0.1}, NET))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "step.npz"
    np.savez(path, **step())
    return path


def test_a_file_is_read(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bp.compare(file, NET).ok
    assert bp.compare(str(file), NET).ok
    assert main(["compare", str(file), "--activation", "tanh"]) == 0
    assert "these agree" in capsys.readouterr().out
    assert main(["compare", str(file), "--convention", "sum", "--activation", "tanh"]) == 1
    assert main(["compare", str(file), "--convention", "sideways"]) == 2
    np.savez_compressed(file, **in_rows(step()))
    assert main(["compare", str(file), "--activation", "tanh", "--lang", "zh"]) == 0
    assert "样本按行排列" in capsys.readouterr().out


class Evil:
    """Pickled, it writes a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def test_nothing_is_ever_unpickled(tmp_path: Path) -> None:
    there = tmp_path / "evil"
    path = tmp_path / "step.npz"
    np.savez(path, x=np.array([Evil(there)], dtype=object))
    with pytest.raises(bp.ParseError, match="plain arrays"):
        bp.compare(path, NET)
    path.write_bytes(pickle.dumps(Evil(there)))
    with pytest.raises(bp.ParseError):
        bp.compare(path, NET)
    assert not there.exists()


def test_a_damaged_file_is_refused_in_one_sentence(file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    rng = np.random.default_rng(0)
    path = tmp_path / "damaged.npz"
    for _ in range(100):
        damaged = bytearray(whole[: rng.integers(1, len(whole) + 1)])
        for place in rng.integers(0, len(damaged), size=3):
            damaged[place] ^= int(rng.integers(1, 256))
        path.write_bytes(bytes(damaged))
        said = ""
        try:
            bp.compare(path, NET)
        except bp.BpderiveError as error:
            said = str(error)
        assert "\n" not in said
        assert len(said) < 600


@pytest.mark.parametrize("name", ["none.npz", "."])
def test_what_is_no_file_is_refused(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(tmp_path / name)]) == 2
    assert capsys.readouterr().err.count("\n") <= 2


def test_a_file_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("x.npy", "w") as member:
        for _ in range(5):
            member.write(bytes(2**26))
    with pytest.raises(bp.ParseError, match="256 MB"):
        bp.compare(path, NET)
