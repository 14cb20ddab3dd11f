"""`compare` calls right what is right in another convention, says which, and names mistakes made in it.

Every program here is written by hand, as students and textbooks write it; `slope` and the other arguments change one
place of it.
"""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import bpderive as bp
from bpderive.workbook.compare import BOOK, CodeConvention

NET = bp.Network((2, 3, 4, 2))


def sigma(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def slope(a: Any) -> Any:
    return a * (1 - a)


def rows_in_out(weights, biases, x, y, slope=slope):
    """X @ W + b, with flat biases, the mean over the rows."""
    outputs = [x]
    for w, b in zip(weights, biases, strict=True):
        outputs.append(sigma(outputs[-1] @ w + b))
    delta = (outputs[-1] - y) * slope(outputs[-1])
    found_w, found_b = [], []
    for i in range(len(weights) - 1, -1, -1):
        found_w.insert(0, outputs[i].T @ delta / len(x))
        found_b.insert(0, delta.mean(axis=0).reshape(biases[i].shape))
        delta = (delta @ weights[i].T) * slope(outputs[i])
    return found_b, found_w


def rows_out_in(weights, biases, x, y):
    """X @ W.T + b as in PyTorch, the sum over the rows, the weights' derivatives first."""
    outputs = [x]
    for w, b in zip(weights, biases, strict=True):
        outputs.append(sigma(outputs[-1] @ w.T + b))
    delta = (outputs[-1] - y) * slope(outputs[-1])
    found_w, found_b = [], []
    for i in range(len(weights) - 1, -1, -1):
        found_w.insert(0, delta.T @ outputs[i])
        found_b.insert(0, delta.sum(axis=0))
        delta = (delta @ weights[i]) * slope(outputs[i])
    return found_w, found_b


def rows_with_row_biases(weights, biases, x, y):
    """The same with biases of shape (1, n): they are looked at as rows."""
    assert all(b.ndim == 2 for b in biases)
    return rows_in_out(weights, biases, x, y)


def sums(weights, biases, x, y):
    """Columns, and the sum over them."""
    b, w = rows_in_out([w.T for w in weights], [b.ravel() for b in biases], x.T, y.T)
    m = x.shape[1]
    return [m * part[:, None] for part in b], [m * part.T for part in w]


def upwards(weights, biases, x, y):
    """y − a, to be added to the weights."""
    b, w = sums(weights, biases, x, y)
    return [-part for part in b], [-part for part in w]


def mse(weights, biases, x, y):
    """The derivative of np.mean((a - y)**2), as MSELoss has it."""
    b, w = sums(weights, biases, x, y)
    return [2 * part / y.size for part in b], [2 * part / y.size for part in w]


def without_half(weights, biases, x, y):
    """The cost without its ½."""
    b, w = sums(weights, biases, x, y)
    return [2 * part / x.shape[1] for part in b], [2 * part / x.shape[1] for part in w]


def by_name(weights, biases, x, y):
    """A dictionary, the weights numbered from 1."""
    b, w = sums(weights, biases, x, y)
    found = {f"db{i + 1}": part / x.shape[1] for i, part in enumerate(b)}
    return found | {f"dW{i + 1}": part / x.shape[1] for i, part in enumerate(w)}


def one_after_another(weights, biases, x, y):
    """dW1, db1, dW2, db2, …, as a tuple."""
    b, w = (parts for parts in bp.reference.backprop(weights, biases, x, y))
    return tuple(part for pair in zip(w, b, strict=True) for part in pair)


def from_the_output(weights, biases, x, y):
    b, w = bp.reference.backprop(weights, biases, x, y)
    return b[::-1], w[::-1]


def bias_in_row_0(weights, x, y):
    """Rows, a 1 before every input, the bias as row 0 of w."""
    outputs = [x]
    for w in weights:
        outputs.append(sigma(np.hstack([np.ones((len(x), 1)), outputs[-1]]) @ w))
    delta = (outputs[-1] - y) * slope(outputs[-1])
    found = []
    for i in range(len(weights) - 1, -1, -1):
        found.insert(0, np.hstack([np.ones((len(x), 1)), outputs[i]]).T @ delta / len(x))
        delta = (delta @ weights[i][1:].T) * slope(outputs[i])
    return found


def bias_in_last_column(thetas, x, y):
    """Columns, a 1 after every input, Θ of shape (out, in + 1)."""
    w, b = [part[:, :-1] for part in thetas], [part[:, -1:] for part in thetas]
    found = bp.reference.backprop(w, b, x, y)
    return [np.hstack([w, b]) for b, w in zip(*found, strict=True)]


def thresholds(weights, thetas, x, y):
    """z = w a − θ."""
    b, w = bp.reference.backprop(weights, [-theta for theta in thetas], x, y)
    return [-part for part in b], w


def one_example(weights, biases, x, y):
    """Flat arrays, one example."""
    outputs = [x]
    for w, b in zip(weights, biases, strict=True):
        outputs.append(sigma(w.dot(outputs[-1]) + b))
    delta = (outputs[-1] - y) * slope(outputs[-1])
    assert delta.ndim == 1
    found_b, found_w = [], []
    for i in range(len(weights) - 1, -1, -1):
        found_b.insert(0, delta)
        found_w.insert(0, np.outer(delta, outputs[i]))
        delta = weights[i].T.dot(delta) * slope(outputs[i])
    return found_b, found_w


def other_order(x, y, weights, biases):
    return bp.reference.backprop(weights, biases, x, y)


def parameters_by_name(parameters, X, Y):
    layers = len(parameters) // 2
    w = [parameters[f"W{i + 1}"] for i in range(layers)]
    b = [parameters[f"b{i + 1}"] for i in range(layers)]
    return by_name(w, b, X, Y)


def in_place(weights, biases, x, y):
    """A step that is made in place, nothing being returned."""
    b, w = bp.reference.backprop(weights, biases, x, y)
    for parameters, derivatives in ((weights, w), (biases, b)):
        for parameter, derivative in zip(parameters, derivatives, strict=True):
            parameter -= 0.1 * derivative


class Mine:
    """An object with forward and backward, rows, the derivatives left in attributes."""

    def __init__(self, sizes: Any) -> None:
        rng = np.random.default_rng(0)
        self.weights = [rng.normal(size=(k, n)) for k, n in pairwise(sizes)]
        self.biases = [np.zeros((1, n)) for n in sizes[1:]]

    def forward(self, x: Any) -> Any:
        self.outputs = [x]
        for w, b in zip(self.weights, self.biases, strict=True):
            self.outputs.append(sigma(self.outputs[-1] @ w + b))
        return self.outputs[-1]

    def errors(self, y: Any) -> Any:
        delta = (self.outputs[-1] - y) * slope(self.outputs[-1])
        for i in range(len(self.weights) - 1, -1, -1):
            yield i, self.outputs[i].T @ delta / len(y), delta.mean(axis=0, keepdims=True)
            delta = (delta @ self.weights[i].T) * slope(self.outputs[i])

    def backward(self, y: Any) -> None:
        found = sorted(self.errors(y), key=lambda part: part[0])
        self.grad_weights, self.grad_biases = [w for _, w, _ in found], [b for _, _, b in found]


class Stepping(Mine):
    """The same, and backward makes a step."""

    def backward(self, X: Any, y: Any, output: Any) -> None:
        for i, w, b in list(self.errors(y)):
            self.weights[i] -= 0.5 * w
            self.biases[i] -= 0.5 * b


class TwoLayers:
    """W1, b1, W2, b2 as attributes, and a dictionary returned."""

    def __init__(self) -> None:
        self.W1, self.b1, self.W2, self.b2 = (
            np.ones((4, 2)),
            np.ones((4, 1)),
            np.ones((3, 4)),
            np.ones((3, 1)),
        )

    def forward(self, x: Any) -> Any:
        self.x, self.a1 = x, sigma(self.W1 @ x + self.b1)
        return sigma(self.W2 @ self.a1 + self.b2)

    def backward(self, x: Any, y: Any) -> Any:
        b, w = bp.reference.backprop([self.W1, self.W2], [self.b1, self.b2], x, y)
        return {"dW1": w[0], "db1": b[0], "dW2": w[1], "db2": b[1]}


@pytest.mark.parametrize(
    ("program", "convention", "says"),
    [
        (rows_in_out, "rows, in-out, row", "examples in rows"),
        (rows_out_in, "rows, flat, sum, w-b", "the sum over the batch"),
        (rows_with_row_biases, "rows, in-out, row", "biases of shape (1, n)"),
        (sums, "sum", "right, for the sum over the batch"),
        (upwards, "sum, negative", "the negative gradient"),
        (without_half, "twice", "without its ½"),
        (by_name, "names", "derivatives by name"),
        (one_after_another, "w-b-by-layer", "a pair for each layer"),
        (from_the_output, "from-the-output", "begin with the output layer"),
        (bias_in_row_0, "rows, in-out, first-in-w", "the first row or column of w"),
        (bias_in_last_column, "last-in-w", "the last row or column of w"),
        (thresholds, "subtracted", "thresholds"),
        (one_example, "one, flat", "one example at a time"),
        (other_order, "", "it agrees"),
        (in_place, "steps", "steps of gradient descent"),
        (parameters_by_name, "names", "derivatives by name"),
        (Mine(NET.sizes), "rows, in-out, row, names", "examples in rows"),
        (Stepping(NET.sizes), "rows, in-out, row, steps", "steps of gradient descent"),
    ],
)
def test_what_is_right_in_another_convention_is_called_so(program, convention: str, says: str) -> None:
    found = bp.compare(program, NET)
    assert found.ok, found
    assert found.cases == 4
    assert found.convention == CodeConvention.read(convention)
    assert says in found.text.en
    assert (found.convention == BOOK) == ("，" not in found.text.zh)


@pytest.mark.parametrize(
    ("words", "books"),
    [
        ("rows, sum", {"pytorch"}),
        ("rows, in-out", {"rows", "rows-leaving"}),
        ("rows, in-out, sum, names", {"rows", "rows-leaving", "scratch"}),
        ("one, in-out, subtracted", {"zhou"}),
        ("one, first-in-w", {"theta"}),
        ("", {"chapter", "course", "ufldl"}),
        ("rows, subtracted", set()),
    ],
)
def test_the_books_that_have_a_convention_are_named(words: str, books: set[str]) -> None:
    assert set(CodeConvention.read(words).books) == books
    assert books <= set(bp.conventions)


def test_a_right_program_is_told_whose_convention_it_has() -> None:
    found = bp.compare(rows_out_in, NET)
    assert "(in bp.conventions: pytorch): it agrees" in found.text.en
    assert "（即 bp.conventions 中的 pytorch）；" in found.text.zh
    assert "bp.conventions" not in bp.compare(sums, NET).text.en


PUBLISHED = """
def backprop(weights, biases, x, y):
    zs, outputs = [], [x]
    for w, b in zip(weights, biases):
        zs.append(w @ outputs[-1] + b)
        outputs.append(sigma(zs[-1]))
    m = x.shape[1]
    delta = (outputs[-1] - y) * prime(zs[-1])
    nabla_b, nabla_w = [], []
    for l in range(len(weights) - 1, -1, -1):
        nabla_b.insert(0, delta.sum(axis=1, keepdims=True) / m)
        nabla_w.insert(0, delta @ outputs[l].T / m)
        if l:
            delta = (weights[l].T @ delta) * prime(zs[l - 1])
    return nabla_b, nabla_w
"""


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("* prime(zs[-1])", "", "the output layer's σ′ is missing"),
        ("* prime(zs[l - 1])", "", "the hidden layers' σ′ is missing"),
        ("prime(zs[l - 1])", "prime(outputs[l])", "σ′ is taken at the activation a"),
        ("prime(zs[l - 1])", "sigma(zs[l - 1])", "σ is used where σ′ is meant, in the hidden layers"),
        ("prime(zs[l - 1])", "(zs[l - 1] * (1 - zs[l - 1]))", "z(1 − z) is used for σ′"),
        ("weights[l].T @ delta", "weights[l] @ delta", "without their transpose"),
        ("weights[l].T @ delta", "weights[l - 1].T @ delta", "the weights of its own layer"),
        (
            "weights[l].T @ delta",
            "weights[l].T @ (outputs[-1] - y if l == len(weights) - 1 else delta)",
            "without the output layer's σ′",
        ),
        (
            "weights[l].T @ delta",
            "weights[l].T @ ((outputs[-1] - y) * prime(zs[-1]))",
            "every hidden layer gets the output layer's error",
        ),
        ("delta @ outputs[l].T", "delta @ outputs[l + 1].T", "the activations of the layer itself"),
        ("delta @ outputs[l].T", "delta @ x.T", "the input x in every layer"),
        ("keepdims=True) / m", "keepdims=True)", "nabla_b: it is not divided by m"),
        (
            "delta.sum(axis=1, keepdims=True)",
            "np.full((len(delta), 1), delta.sum())",
            "all biases of a layer get the total of its errors",
        ),
        ("m = x.shape[1]", "m = x.shape[0]", "the number of inputs instead of that of the examples"),
    ],
)
def test_each_of_fourteen_mistakes_in_a_published_program_is_named(right: str, wrong: str, says: str) -> None:
    # Dividing by the number of inputs is the mean over the outputs, where there are as many.
    net = bp.Network((5 if "shape" in right else 4, 4, 4, 4))

    def run(source: str) -> Any:
        space: dict[str, Any] = {"np": np, "sigma": sigma, "prime": lambda z: slope(sigma(z))}
        exec(source, space)
        return bp.compare(space["backprop"], net)

    assert right in PUBLISHED
    assert run(PUBLISHED).ok
    assert says in run(PUBLISHED.replace(right, wrong)).text.en


def test_the_mean_over_the_outputs_is_the_convention_of_losses() -> None:
    net = bp.Network((2, 3, 5))
    assert bp.compare(mse, net).convention == CodeConvention.read("mean-of-outputs")
    assert "MSE" in str(bp.compare(mse, net))


def test_an_object_with_arrays_of_its_own_is_run() -> None:
    found = bp.compare(TwoLayers(), bp.Network((2, 4, 3)))
    assert found.ok, found
    assert found.convention.result == "names"
    wrong = bp.compare(TwoLayers(), bp.Network((2, 5, 3)))
    assert [finding.kind for finding in wrong.findings] == ["crash"]
    assert "those of the network are" in str(wrong)


def test_an_object_is_left_as_it_was() -> None:
    mine = Stepping(NET.sizes)
    before = [w.copy() for w in mine.weights]
    assert bp.compare(mine, NET).ok
    assert all(np.array_equal(w, b) for w, b in zip(mine.weights, before, strict=True))


def test_a_convention_that_is_asked_for_is_the_only_one() -> None:
    assert bp.compare(sums, NET, convention="sum").ok
    assert not bp.compare(sums, NET, convention=BOOK).ok
    assert "not divided by m" in str(bp.compare(sums, NET, convention=BOOK))
    assert not bp.compare(rows_in_out, NET, convention="rows, out-in").ok
    for wrong in ("sideways", 3):
        with pytest.raises(bp.UnknownName):
            bp.compare(sums, NET, convention=wrong)
    with pytest.raises(bp.UnknownName, match="convention of examples 'diagonal'"):
        CodeConvention(examples="diagonal")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda a: 1.0, "every σ′ is missing"),
        (lambda a: 1 - a**2, "right for tanh only"),
        (lambda a: a, "σ is used where σ′ is meant"),
    ],
)
def test_a_mistake_in_another_convention_is_named(wrong: Any, says: str) -> None:
    found = bp.compare(lambda w, b, x, y: rows_in_out(w, b, x, y, wrong), NET)
    assert not found.ok
    assert found.convention.examples == "rows"
    assert says in str(found), found


def written(net: Any, carried: Any = None, bias: Any = None, slope: Any = None) -> Any:
    """Rows, X @ W + b, one step written out as in many posts; each argument changes one place."""

    def program(weights, biases, x, y):
        zs, outputs = [], [x]
        for w, b in zip(weights, biases, strict=True):
            zs.append(outputs[-1] @ w + b)
            outputs.append(sigma(zs[-1]))
        prime = slope or (lambda z: sigma(z) * (1 - sigma(z)))
        error = outputs[-1] - y
        deltas = [error * prime(zs[-1])]
        for i in range(len(weights) - 1, 0, -1):
            sent = {"plain": error if i == len(weights) - 1 else deltas[0], "output": deltas[-1]}.get(
                carried, deltas[0]
            )
            back = (
                sent @ weights[i].T if sent.shape[1] == weights[i].shape[1] else sent * weights[i].sum(axis=1)
            )
            deltas.insert(0, back * prime(zs[i - 1]))
        m = len(x)
        sums = [(np.full(d.shape[1], d.sum()) if bias == "total" else d.sum(axis=0)) / m for d in deltas]
        return sums, [a.T @ d / m for a, d in zip(outputs, deltas, strict=False)]

    return program


def test_a_mean_for_the_biases_and_a_sum_for_the_weights_are_told_apart() -> None:
    def program(weights, biases, x, y):
        b, w = upwards(weights, biases, x, y)
        return [part / x.shape[1] for part in b], w

    found = bp.compare(program, NET)
    assert "nabla_w: it is not divided by m" in str(found)
    assert "otherwise right, for the negative gradient" in str(found)


def test_columns_without_keepdims_are_still_a_mistake() -> None:
    def program(weights, biases, x, y):
        b, w = bp.reference.backprop(weights, biases, x, y)
        return {f"db{i}": part.ravel() for i, part in enumerate(b)} | {
            f"dW{i}": part for i, part in enumerate(w)
        }

    assert "keepdims=True" in str(bp.compare(program, NET))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda b, w, m: ([p.sum() for p in b], w), "over the examples alone"),
        (lambda b, w, m: ([np.tile(p / m, m) for p in b], w), "not summed over the examples"),
        (
            lambda b, w, m: ([np.full((1, m), p.sum()) for p in b], w),
            "over the neurons instead of the examples",
        ),
    ],
)
def test_shapes_of_biases_tell_the_mistake(change: Any, says: str) -> None:
    def program(weights, biases, x, y):
        return change(*bp.reference.backprop(weights, biases, x, y), x.shape[1])

    assert says in str(bp.compare(program, NET, convention=BOOK)), bp.compare(program, NET, convention=BOOK)


def right(weights, biases, x, y):
    return bp.reference.backprop(weights, biases, x, y)


@pytest.mark.parametrize(
    ("change", "kind", "says"),
    [
        (lambda p: p + 1j, "form", "complex"),
        (lambda p: p * np.nan, "nan", "nan or inf"),
        (lambda p: p * np.inf, "nan", "nan or inf"),
        (lambda p: p * (1 + 1e-6), "wrong", "only, as finite differences"),
        (lambda p: p + 1e-5 * np.max(np.abs(p)), "wrong", "only, as finite differences"),
        (lambda p: p.astype(str), "form", "ndarray where numbers"),
        (lambda p: p > 0, "form", "ndarray where numbers"),
        (lambda p: p.astype(object), "form", "ndarray where numbers"),
    ],
)
def test_what_is_no_exact_real_gradient_is_not_called_right(change: Any, kind: str, says: str) -> None:
    def program(weights, biases, x, y):
        b, w = right(weights, biases, x, y)
        return [change(p) for p in b], [change(p) for p in w]

    found = bp.compare(program, NET)
    assert found.findings[0].kind == kind
    assert says in str(found)
    assert "state" not in {finding.kind for finding in found.findings}
    assert "1 times" not in str(found)


def test_single_precision_is_precise_enough() -> None:
    def program(weights, biases, x, y):
        return [[p.astype(np.float32) for p in part] for part in right(weights, biases, x, y)]

    assert bp.compare(program, NET).ok


def test_tensors_that_require_grad_are_read() -> None:
    torch = pytest.importorskip("torch")

    def program(weights, biases, x, y):
        return [[torch.tensor(p, requires_grad=True) for p in part] for part in right(weights, biases, x, y)]

    assert bp.compare(program, NET).ok


@pytest.mark.parametrize(
    "returned",
    [
        3,
        "gradient",
        None,
        [],
        [1, 2],
        {},
        {"loss": 3},
        iter(()),
        object(),
        [[None] * 3] * 2,
        (1, (2,)),
        [[[]] * 3] * 2,
    ],
)
def test_whatever_is_returned_is_a_finding(returned: Any) -> None:
    found = bp.compare(lambda weights, biases, x, y: returned, NET)
    assert not found.ok
    assert found.findings[0].kind in ("form", "shapes", "reason")
    assert "\n" not in str(found)


def test_a_program_that_ends_the_process_or_says_much_is_no_trouble() -> None:
    def leaves(weights, biases, x, y):
        raise SystemExit(3)

    def long(weights, biases, x, y):
        raise ValueError("x" * 10**6)

    assert "SystemExit" in str(bp.compare(leaves, NET))
    assert len(str(bp.compare(long, NET))) < 1000


@pytest.mark.parametrize("seed", [-1, "a", 1.5, None, True])
def test_what_is_no_seed_is_refused(seed: Any) -> None:
    for call in (lambda: bp.compare(right, NET, seed=seed), lambda: bp.verify(NET, seed=seed)):
        with pytest.raises(bp.DomainError, match="seed"):
            call()


@pytest.mark.parametrize("thing", [3, None, "right", Mine, SimpleNamespace(forward=1)])
def test_what_cannot_be_run_is_refused(thing: Any) -> None:
    if thing is Mine:
        thing = type("Nothing", (), {})
    with pytest.raises(bp.NetworkError, match="Give a function"):
        bp.compare(thing, NET)
