"""Learning by the book's rule: the same for every gradient of the same network, by chance that a seed fixes."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest

import bpderive as bp
from bpderive.programs.training import Digits, Parameters, accuracy, descend, digits, start, with_bar

SIZES = (3, 4, 2)
RNG = np.random.default_rng(1)
X, Y = RNG.random((3, 11)), RNG.random((2, 11))
HOW = {"rate": 0.7, "batch": 4, "epochs": 3, "seed": 5}


def learned(gradient=bp.reference.backprop, **changes):
    return list(descend(gradient, start(SIZES, 0), X, Y, **(HOW | changes)))


def arrays(parameters):
    return [*parameters.weights, *parameters.biases]


def far(first, second):
    return max(abs(p - q).max() for p, q in zip(arrays(first), arrays(second), strict=True))


def test_one_step_with_all_examples_is_the_rule():
    begin = start(SIZES, 0)
    nabla_b, nabla_w = bp.reference.backprop(*begin, X, Y)
    [after] = learned(batch=11, epochs=1)
    expected = Parameters(
        [w - 0.7 * n for w, n in zip(begin.weights, nabla_w, strict=True)],
        [b - 0.7 * n for b, n in zip(begin.biases, nabla_b, strict=True)],
    )
    assert far(after, expected) < 1e-15


def test_the_rule_in_numbers_on_the_smallest_network():
    # One linear neuron, w = 2, b = 0, x = 3, y = 0: δ = a − y = 6, so with η = ½ the step is −9 for w and −3 for b.
    grad = bp.compile_gradient(bp.Network((1, 1), "linear"))
    given = Parameters([np.array([[2.0]])], [np.array([[0.0]])])
    [after] = descend(grad, given, np.array([[3.0]]), np.array([[0.0]]), rate=0.5, batch=1, epochs=1, seed=0)
    assert (after.weights[0].item(), after.biases[0].item()) == (-7.0, -3.0)


def test_derived_and_hand_written_gradients_learn_the_same():
    ours = learned(bp.compile_gradient(bp.Network(SIZES)))
    assert all(far(p, q) < 1e-13 for p, q in zip(ours, learned(), strict=True))


def test_the_seed_fixes_everything_and_matters():
    assert far(learned()[-1], learned()[-1]) == 0
    assert far(learned()[-1], learned(seed=6)[-1]) > 1e-6


def test_every_example_is_seen_once_an_epoch_the_last_mini_batch_being_smaller():
    seen = []

    def gradient(weights, biases, x, y):
        seen.append(x)
        return [0 * b for b in biases], [0 * w for w in weights]

    learned(gradient, epochs=1)
    assert [x.shape[1] for x in seen] == [4, 4, 3]
    assert sorted(map(tuple, np.hstack(seen).T)) == sorted(map(tuple, X.T))


def test_what_is_given_stays_as_it_was():
    given = start(SIZES, 0)
    kept = [array.copy() for array in arrays(given)]
    list(descend(bp.reference.backprop, given, X, Y, **HOW))
    assert all((a == b).all() for a, b in zip(arrays(given), kept, strict=True))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rate": 0}, "learning rate was given as 0"),
        ({"rate": float("nan")}, "a positive number is wanted"),
        ({"batch": 0}, "mini-batch was given as 0"),
        ({"batch": 2.5}, "an integer from 1"),
        ({"epochs": -1}, "epochs was given as -1"),
    ],
)
def test_what_makes_no_sense_is_refused_at_once(changes, message):
    with pytest.raises(bp.DomainError, match=message):
        descend(bp.reference.backprop, start(SIZES, 0), X, Y, **(HOW | changes))


@pytest.mark.parametrize(("x", "y"), [(X, Y[:, :-1]), (X[:, 0], Y), (X[:, :0], Y[:, :0])])
def test_examples_that_do_not_fit_are_refused(x, y):
    with pytest.raises(bp.ShapeError, match="one column for each"):
        descend(bp.reference.backprop, start(SIZES, 0), x, y, **HOW)


def test_accuracy_counts_the_largest_output():
    output = np.array([[0.9, 0.2, 0.4], [0.1, 0.3, 0.5]])
    assert accuracy(output, np.array([0, 1, 0])) == 2 / 3
    with pytest.raises(bp.ShapeError, match="one label for each column"):
        accuracy(output, np.array([0, 1]))


def test_parts_of_the_examples_are_disjoint_and_keep_what_belongs_together():
    labels = np.arange(20) % 10
    everything = Digits(np.arange(20.0)[None, :], np.eye(10)[:, labels], labels)
    learn, test = everything.parted(5, seed=0)
    assert (len(learn), len(test)) == (15, 5)
    assert sorted([*learn.x[0], *test.x[0]]) == list(range(20))
    for part in (learn, test):
        assert (part.x[0] % 10 == part.labels).all()
        assert (part.y.argmax(axis=0) == part.labels).all()
    with pytest.raises(bp.DomainError, match="cannot be held out"):
        everything.parted(20, seed=0)


def test_without_scikit_learn_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(bp.MissingPackage, match=r"pip install 'bpderive\[digits\]'"):
        digits()


def test_the_bar_fills_and_passes_the_items_on():
    drawn = io.StringIO()
    assert list(with_bar("abc", 3, drawn)) == ["a", "b", "c"]
    assert drawn.getvalue().endswith(f"\r{'█' * 30} 3/3\n")
    assert f"\r{'█' * 10}{'·' * 20} 1/3" in drawn.getvalue()


def test_nothing_is_drawn_where_nobody_watches(capsys, monkeypatch):
    monkeypatch.setenv("BPDERIVE_CELLS", "somewhere")
    assert list(with_bar("abc", 3)) == ["a", "b", "c"]
    assert capsys.readouterr() == ("", "")
