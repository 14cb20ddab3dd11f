"""What the chapters derive from (R4) to (S1), exactly on small networks, against SymPy's own derivatives."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import sympy
from sympy import Sum
from sympy.matrices.expressions.matexpr import MatrixElement

import bpderive as bp
from bpderive.errors import Refuted, StepError
from bpderive.functions.network import component
from bpderive.letters.statements import Statement, layers, neurons
from bpderive.letters.symbols import Sigma, Width, a, delta, j, k, l, z
from bpderive.programs.graphs.symbolic import GraphGradient, parameter
from bpderive.proofs.beyond import judge, special
from bpderive.proofs.beyond.corollaries import CONVOLUTION, MEAN
from bpderive.proofs.beyond.letters import Mean, Spread
from bpderive.proofs.beyond.rules import Collect, Sift, Through
from bpderive.proofs.definitions import WEIGHT

SMALL: dict[str, bp.Graph] = {
    "convolution": bp.Graph(
        (5, 2, 1),
        "linear",
        shared={(2, 1): bp.Shared.convolution("K", (5,), (3,), stride=2), 2: bp.Shared.by_channel("c", 1, 2)},
    ),
    "convolution in two dimensions": bp.Graph(
        (6, 4), "linear", shared={(2, 1): bp.Shared.convolution("K", (3, 2), (2, 1))}
    ),
    "recurrence": bp.Graph.recurrence(3, 1, 2, 1, activation="linear"),
    "tied weights": bp.Graph((2, 2, 2), "linear", shared={(2, 1): "W", (3, 2): bp.Shared.transposed("W")}),
    "the same weights twice": bp.Graph((2, 2, 2), "linear", shared={(2, 1): "W", (3, 2): "W"}),
    "mask": bp.Graph((2, 3, 1), "linear", shared={(3, 2): bp.Shared.masked("W", [2, 0, 2], 1)}),
    "linear functions": bp.Graph(
        (2, 2), "linear", shared={(2, 1): bp.Shared.linear("t", [[[1, 2], [0, 1]], [[3, 0], [0, 0]]])}
    ),
    "shortcuts": bp.Graph((2, 2, 2, 2), "linear", shortcuts={2: 1, 4: (1, 2)}, connections={4: (3, 1)}),
}


def cost_of(net: bp.Graph, made: GraphGradient) -> sympy.Expr:
    """The cost, in the parameters and the inputs alone."""
    terms = (
        net.cost.term(component("a", layer, n + 1), component("y", layer, n + 1))
        for layer in net.cost_reads
        for n in range(net.width(layer))
    )
    return made.expanded(sympy.Add(*terms))


@pytest.mark.parametrize("name", SMALL)
def test_every_derivative_is_that_of_the_network_written_out(name: str) -> None:
    net = SMALL[name]
    made = bp.gradient(net)
    cost = cost_of(net, made)
    for key, derivatives in made.parameters.items():
        for place, found in enumerate(derivatives):
            expected = cost.diff(parameter(net, key, place))
            assert sympy.expand(made.expanded(found) - expected) == 0


@pytest.mark.parametrize(
    ("inputs", "kernel", "stride", "padding"),
    [((6,), (3,), 1, 0), ((6,), (3,), 2, 1), ((4, 3), (2, 2), 1, 0), ((3, 4), (2, 3), 2, 1)],
)
def test_back_through_a_convolution_the_kernel_is_turned_round(
    inputs: Any, kernel: Any, stride: int, padding: int
) -> None:
    """G is the full convolution of the errors, spread by the stride, with K; by hand with K turned by 180°."""
    use = bp.Shared.convolution("K", inputs, kernel, stride=stride, padding=padding)
    assert use.shape is not None
    assert use.table is not None
    places = tuple((n + 2 * padding - k) // stride + 1 for n, k in zip(inputs, kernel, strict=True))
    K = np.array(sympy.symbols(f"K:{np.prod(kernel)}")).reshape(kernel)
    error = np.array(sympy.symbols(f"d:{np.prod(places)}")).reshape(places)
    weights = use.table @ K.ravel()
    back = (weights.T @ error.ravel()).reshape(inputs)
    # Zeros between the errors and around them, then the kernel turned round slides over this.
    around = [k - 1 for k in kernel]
    spread = np.zeros(
        [stride * (p - 1) + 1 + 2 * a + stride for p, a in zip(places, around, strict=True)], object
    )
    spread[tuple(slice(a, a + stride * (p - 1) + 1, stride) for p, a in zip(places, around, strict=True))] = (
        error
    )
    turned = K[tuple(slice(None, None, -1) for _ in kernel)]
    for at in np.ndindex(*inputs):
        corner = [i + padding for i in at]
        total = sympy.Integer(0)
        for offset in np.ndindex(*kernel):
            here = tuple(c + o for c, o in zip(corner, offset, strict=True))
            if all(h < n for h, n in zip(here, spread.shape, strict=True)):
                total += turned[offset] * spread[here]
        assert sympy.expand(total - back[at]) == 0
    if K.size > 1 and stride == 1:
        unturned = sum(
            K[offset] * spread[tuple(p + o for p, o in zip([padding] * len(kernel), offset, strict=True))]
            for offset in np.ndindex(*kernel)
        )
        assert sympy.expand(unturned - back[(0,) * len(inputs)]) != 0


def test_layers_that_mix_have_the_jacobian_of_the_whole_layer() -> None:
    net = bp.Graph((1, 2, 1), activation={2: "softmax", 3: "linear"})
    made = bp.gradient(net)
    cost = cost_of(net, made)
    values = {s: sympy.Rational(i + 1, 7) for i, s in enumerate(sorted(cost.free_symbols, key=str))}
    for key, derivatives in made.parameters.items():
        for place, found in enumerate(derivatives):
            difference = made.expanded(found) - cost.diff(parameter(net, key, place))
            assert abs(difference.subs(values).evalf(30)) < 1e-25


def test_a_wrong_use_is_noticed() -> None:
    net = SMALL["the same weights twice"]
    made = bp.gradient(net)
    cost = cost_of(net, made)
    [first, *_] = made.parameters["W"]
    one_use = first.args[0]
    assert sympy.expand(made.expanded(one_use) - cost.diff(parameter(net, "W", 0))) != 0


def test_every_network_of_four_layers_is_covered() -> None:
    """All ways of connecting four layers of one neuron, with every derivative exact."""
    count = 0
    for two, three in itertools.product(([1], []), ([1], [2], [1, 2])):
        for four in ([3], [2, 3], [1, 3], [1, 2, 3]):
            read = {r for each in (two, three, four) for r in each}
            if not {1, 2, 3} <= read:
                continue
            net = bp.Graph((1, 1, 1, 1), "linear", connections={2: two, 3: three, 4: four})
            made = bp.gradient(net)
            cost = cost_of(net, made)
            for key, [found] in made.parameters.items():
                assert sympy.expand(made.expanded(found) - cost.diff(parameter(net, key, 0))) == 0
            count += 1
    assert count > 10


def test_the_rules_of_the_corollaries_refuse_what_does_not_follow() -> None:
    over = (layers(l), neurons(j, l))
    line = Statement((a(l)[j, 0], a(l)[j, 0]), over)
    with pytest.raises(StepError, match="one term only"):
        Sift(k).apply([line], over)
    with pytest.raises(StepError, match="nothing to collect"):
        Collect().apply([line], over)
    with pytest.raises(StepError, match="says nothing of"):
        Through(Spread(l), z(l)[j, 0], "M4", MEAN).apply([line], over)


def test_a_sum_that_is_sifted_keeps_to_the_terms_that_there_are() -> None:
    """Of w^l_jk the index k of 1[k = j + i] lies in its layer always; j = k − i need not."""
    known = CONVOLUTION.rhs
    over = (*WEIGHT,)
    forwards = Sum(a(l - 1)[k, 0] * known, (k, 0, Width(l - 1) - 1))
    backwards = Sum(delta(l)[j, 0] * known, (j, 0, Width(l) - 1))
    whole = Sift(k).apply([Statement((z(l)[j, 0], forwards), over)], over).rhs
    part = Sift(j).apply([Statement((a(l - 1)[k, 0], backwards), over)], over).rhs
    assert not whole.has(sympy.Max, sympy.Min)
    assert part.limits[0][1].has(sympy.Max)
    assert part.limits[0][2].has(sympy.Min)


def test_a_convolution_has_no_shortcuts_beside_it() -> None:
    through_sigma = Statement((a(l)[j, 0], Sigma(l, j, z(l)[j, 0])), (layers(l), neurons(j, l)))
    assert special.certify_convolution(through_sigma).instances > 0
    with pytest.raises(Refuted):  # where there may be shortcuts
        judge.certify(through_sigma)


@pytest.mark.parametrize("kind", ["certify_convolution", "certify_recurrence", "certify_normalised"])
def test_a_statement_about_other_networks_is_refuted(kind: str) -> None:
    """(BP2) is false where the cost reads every step, (S8) where the weights are a kernel's, and so on."""
    wrong = {"certify_convolution": "S7", "certify_recurrence": "S3", "certify_normalised": "M2"}[kind]
    with pytest.raises((Refuted, TypeError)):
        getattr(special, kind)(bp.equations[wrong].statement)


@pytest.mark.parametrize("count", [2, 3])
def test_both_forms_of_normalisation_are_the_derivative_of_the_formula(count: int) -> None:
    """(M7) and (M8) with numbers, against SymPy's derivative of (z − mean)/√(variance + ε)."""
    zs = sympy.symbols(f"z:{count}", real=True)
    eps = sympy.Symbol("eps", positive=True)
    mean = sympy.Add(*zs) / count
    spread = sympy.sqrt(sympy.Add(*((z - mean) ** 2 for z in zs)) / count + eps)
    G = sympy.symbols(f"G:{count}", real=True)
    cost = sympy.Add(*(g * (z - mean) / spread for g, z in zip(G, zs, strict=True)))
    known = {"z": zs, "G": G, "a": [(each - mean) / spread for each in zs]}
    at = {symbol: sympy.Rational(n * n + 1, 3) for n, symbol in enumerate((*zs, *G, eps))}
    for number in ("M7", "M8"):
        for place, variable in enumerate(zs):
            side = bp.equations[number].statement.rhs.xreplace({l: sympy.Integer(2), j: sympy.Integer(place)})
            side = side.xreplace({Width(2): sympy.Integer(count)}).doit()
            side = side.replace(
                lambda e: isinstance(e, MatrixElement), lambda e: known[e.parent.letter][int(e.i)]
            ).xreplace({Mean(2): mean, Spread(2): spread})
            assert sympy.simplify((side - cost.diff(variable)).xreplace(at)) == 0
