"""`compare` finds nothing wrong with a right function, and the reason of a wrong one."""

import numpy as np
import pytest

import bpderive as bp
from bpderive.errors import NetworkError
from bpderive.workbook.slips import CLASSIC, NONE, SLIPS, Slip, trace

NET = bp.Network((3, 4, 2, 3), activation=("tanh", "sigmoid", "tanh"))
SQUARE = bp.Network((3, 3, 3, 3), activation=("tanh", "sigmoid", "tanh"))


def right(weights, biases, x, y):
    return bp.compile_gradient(NET)(weights, biases, x, y)


def by_hand(net):
    return lambda *case: bp.reference.backprop(
        *case, activation=[net.layer_activation(l).name for l in (2, 3, 4)]
    )


def listing(l_in_zs, l_in_b, l_in_w):
    """The loop that books print, with the indices that are given as functions of l."""

    def prime(place, z):
        s = bp.reference.sigmoid(z)
        return s * (1 - s) if place == 1 else 1 - np.tanh(z) ** 2

    def backprop(weights, biases, x, y):
        count, m = len(weights), x.shape[1]
        nabla_b = [np.zeros(b.shape) for b in biases]
        nabla_w = [np.zeros(w.shape) for w in weights]
        activations, zs = [x], []
        for place in range(count):
            zs.append(weights[place] @ activations[-1] + biases[place])
            activations.append(bp.reference.sigmoid(zs[-1]) if place == 1 else np.tanh(zs[-1]))
        delta = (activations[-1] - y) * prime(count - 1, zs[-1])
        nabla_b[-1], nabla_w[-1] = delta.sum(axis=1, keepdims=True) / m, delta @ activations[-2].T / m
        for l in range(2, count + 1):
            at = l_in_zs(l)
            delta = (weights[-l + 1].T @ delta) * prime(count - at, zs[-at])
            nabla_b[-l_in_b(l)] = delta.sum(axis=1, keepdims=True) / m
            nabla_w[-l_in_w(l)] = delta @ activations[-l - 1].T / m
        return nabla_b, nabla_w

    return backprop


def same(l):
    return l


def one(l):
    return 1


@pytest.mark.parametrize("function", [right, by_hand(NET), listing(same, same, same)])
def test_nothing_is_wrong_with_a_right_function(function) -> None:
    found = bp.compare(function, NET)
    assert found.ok, found
    assert found.cases == 4
    assert found.findings == ()
    assert "agrees" in str(found)


@pytest.mark.parametrize("net", [NET, SQUARE], ids=["unequal", "equal"])
@pytest.mark.parametrize("which", [(one, one, one), (same, one, one)])
def test_the_classic_slip_is_named(net, which) -> None:
    found = bp.compare(listing(*which), net)
    assert not found.ok
    assert any(CLASSIC.en in finding.text.en for finding in found.findings), found


NETS = (
    SQUARE,
    bp.Network((3, 3, 3, 3)),
    bp.Network((3, 4, 4, 1)),
    bp.Network((2, 3, 2), cost="cross_entropy"),
    bp.Network((2, 3, 3), ("tanh", "softmax")),
    bp.Network((2, 3, 2), "tanh", "huber"),
)
"""In one of them every mistake can be told from all others."""


def _gradient(net, weights, biases, x, y, slip):
    return trace(net, weights, biases, x, y, slip).gradient


@pytest.mark.parametrize("slip", dict.fromkeys(SLIPS), ids=lambda slip: slip.text.en[:60])
def test_each_mistake_is_named(slip: Slip) -> None:
    named = []
    for net in NETS:
        try:
            found = bp.compare(lambda *case, net=net: _gradient(net, *case, slip), net)
        except ValueError:  # it does not fit this network
            continue
        named.append(any(slip.text.en in finding.text.en for finding in found.findings))
        if any(named):
            return
    pytest.fail(f"{slip.text.en} was never named")


def test_no_mistake_is_the_gradient() -> None:
    for net in (NET, SQUARE, bp.Network((2, 3, 2), cost="cross_entropy")):
        assert bp.compare(lambda *case, net=net: _gradient(net, *case, NONE), net).ok


def scaled(factor_b, factor_w):
    def function(weights, biases, x, y):
        b, w = right(weights, biases, x, y)
        m = x.shape[1]
        return [factor_b(m) * a for a in b], [factor_w(m) * a for a in w]

    return function


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (scaled(lambda m: 1 / m, lambda m: 1 / m), "divided by m twice"),
        (scaled(lambda m: m, lambda m: 1), "nabla_b: it is not divided by m"),
        (scaled(lambda m: 1, lambda m: -1), "nabla_w: the sign is wrong"),
    ],
)
def test_a_wrong_factor_is_named(function, reason: str) -> None:
    found = bp.compare(function, NET)
    assert any(reason in finding.text.en for finding in found.findings), found


def test_which_arrays_are_wrong_and_by_how_much() -> None:
    def function(weights, biases, x, y):
        b, w = right(weights, biases, x, y)
        w[1] = w[1] + 1
        return b, w

    wrong, unknown = bp.compare(function, NET).findings
    assert wrong.kind == "wrong"
    assert wrong.arrays == ("nabla_w[1]",)
    assert wrong.error is not None
    assert wrong.error > 0.1
    assert unknown.kind == "unknown"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda b, w: (b, [w[0], 0 * w[1], w[2]]), "zero, and so never set: nabla_w[1]"),
        (lambda b, w: (b, [w[0].T, w[1], w[2]]), "transposed: nabla_w[0]"),
        (lambda b, w: ([-b[0], b[1], b[2]], w), "the sign is wrong: nabla_b[0]"),
        (lambda b, w: (b, w[:-1]), "lists of 3, 2 arrays"),
        (lambda b, w: b, "cannot be read"),
        (lambda b, w: None, "it returns NoneType"),
        (lambda b, w: (b, [a[:, :1] for a in w]), "wrong shapes"),
        (lambda b, w: ([np.nan * a for a in b], w), "nan or inf: nabla_b[0]"),
        (lambda b, w: ([a.ravel() for a in b], w), "keepdims=True"),
        (lambda b, w: ([-0.3 * a for a in b], [-0.3 * a for a in w]), "it is -0.3 times the gradient"),
    ],
)
def test_a_wrong_return_value_is_described(change, reason: str) -> None:
    found = bp.compare(lambda *case: change(*right(*case)), NET)
    assert not found.ok
    assert any(reason in finding.text.en for finding in found.findings), found


def test_what_is_no_gradient_is_recognised() -> None:
    def after_a_step(weights, biases, x, y):
        b, w = right(weights, biases, x, y)
        pairs = zip((biases, weights), (b, w), strict=True)
        return [[p - 0.5 * g for p, g in zip(ps, gs, strict=True)] for ps, gs in pairs]

    def with_decay(weights, biases, x, y):
        b, w = right(weights, biases, x, y)
        return b, [g + 0.1 * p for g, p in zip(w, weights, strict=True)]

    assert "after a step" in str(bp.compare(after_a_step, NET))
    assert "0.1 times the weights is added" in str(bp.compare(with_decay, NET))


def by_student(bias=True, start=None, last=None, slope=None, error=None, average=False):
    """Sigmoid backpropagation as a student writes it, with one place changed."""
    sigma = bp.reference.sigmoid

    def function(weights, biases, x, y):
        if average:
            x, y = x.mean(axis=1, keepdims=True), y.mean(axis=1, keepdims=True)
        outputs = [x if start is None else start(x)]
        for w, b in zip(weights, biases, strict=True):
            outputs.append(sigma(w @ outputs[-1] + (b if bias else 0)))
        if last is not None:
            outputs[-1] = last(weights[-1] @ outputs[-2] + biases[-1])
        prime = slope or (lambda a: a * (1 - a))
        delta = (outputs[-1] - y) * (prime(outputs[-1]) if error is None else error(outputs[-1]))
        nabla_b, nabla_w = [], []
        for place in reversed(range(len(weights))):
            nabla_b.insert(0, delta.mean(axis=1, keepdims=True))
            nabla_w.insert(0, delta @ outputs[place].T / x.shape[1])
            delta = (weights[place].T @ delta) * prime(outputs[place]) if place else delta
        return nabla_b, nabla_w

    return function


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"bias": False}, "the biases are missing"),
        ({"start": bp.reference.sigmoid}, "a^1 is x itself"),
        ({"last": lambda z: z, "error": lambda a: 1.0}, "without its activation function"),
        ({"slope": lambda a: 1 - a**2}, "right for tanh only"),
        ({"slope": lambda a: a}, "σ is used where σ′ is meant"),
        ({"slope": lambda a: 1.0}, "every σ′ is missing"),
        ({"error": lambda a: 1.0}, "the output layer's σ′ is missing"),
        ({"error": lambda a: -a * (1 - a)}, "right, for the negative gradient"),
        ({"average": True}, "the examples are averaged before"),
    ],
)
def test_a_students_slip_is_named(change, reason: str) -> None:
    net = bp.Network((2, 3, 4, 2))
    assert bp.compare(by_student(), net).ok
    assert reason in str(bp.compare(by_student(**change), net))


def test_the_sigmoids_slope_for_another_activation_is_named() -> None:
    def function(*case):
        return _gradient(SQUARE, *case, slip)

    slip = next(slip for slip in SLIPS if "sigmoid function only" in slip.text.en)
    assert slip.text.en in str(bp.compare(function, SQUARE))


def test_transposed_arrays_of_equal_sizes_are_recognised() -> None:
    def function(weights, biases, x, y):
        b, w = bp.compile_gradient(SQUARE)(weights, biases, x, y)
        return b, [a.T for a in w]

    assert any("transposed" in finding.text.en for finding in bp.compare(function, SQUARE).findings)


def test_a_function_that_stops_is_told_so() -> None:
    def function(weights, biases, x, y):
        raise RuntimeError("not yet written")

    [finding] = bp.compare(function, NET).findings
    assert finding.kind == "crash"
    assert "not yet written" in str(finding)


def test_a_function_that_writes_into_its_arguments_is_told_so() -> None:
    def function(weights, biases, x, y):
        result = right(weights, biases, x, y)
        weights[0] -= 0.1 * result.w[0]
        y[:] = 0
        return result

    found = bp.compare(function, NET)
    assert [finding.arrays for finding in found.findings] == [("weights",), ("y",)]


def test_a_function_that_keeps_state_is_told_so() -> None:
    kept = [np.zeros((n, 1)) for n in NET.sizes[1:]]

    def function(weights, biases, x, y):
        b, w = right(weights, biases, x, y)
        for total, new in zip(kept, b, strict=True):
            total += new
        return [total.copy() for total in kept], w

    assert any(finding.kind == "state" for finding in bp.compare(function, NET).findings)


def test_findings_speak_both_languages() -> None:
    found = bp.compare(listing(one, one, one), SQUARE)
    assert found.text.zh != found.text.en
    assert found._repr_markdown_().startswith("- ")


@pytest.mark.parametrize("arguments", [(right, (2, 3)), ("right", NET)])
def test_what_cannot_be_compared_is_refused(arguments) -> None:
    with pytest.raises(NetworkError, match="Give a function and a Network"):
        bp.compare(*arguments)
