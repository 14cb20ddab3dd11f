"""On a network, a line is what direct differentiation of it gives; outside of the hypotheses there is no line.

The numbers here are NumPy's and of this file alone: σ, the costs and the forward pass written by hand, every
derivative a difference of two forward passes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sympy

import bpderive as bp
from bpderive import Network, derivation
from bpderive.errors import BpderiveError, HypothesisError, StepError
from bpderive.letters.symbols import C, L, NormSquared, Partial, Sigma, SigmaPrime, quantity
from bpderive.letters.text import set_language
from bpderive.proofs.table import matrix_derivation

STEP = 1e-6

SIGMAS = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0.0),
}
COSTS = {
    "quadratic": lambda a, y: ((y - a) ** 2).sum() / 2,
    "cross_entropy": lambda a, y: -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum(),
    "log_likelihood": lambda a, y: -(y * np.log(a)).sum(),
}
NETWORKS = {
    "sigmoid, quadratic": Network((2, 3, 2)),
    "sigmoid, quadratic, deeper": Network((2, 3, 2, 3)),
    "tanh, cross-entropy": Network((2, 3, 2), ("tanh", "sigmoid"), "cross_entropy"),
    "relu": Network((2, 3, 2), "relu"),
    "mixed": Network((2, 3, 2), {"default": "tanh", (2, 1): "relu", (3, 2): "sigmoid"}),
    "softmax, log-likelihood": Network((2, 3, 3), ("tanh", "softmax"), "log_likelihood"),
    "softmax, quadratic": Network((2, 3, 3), ("relu", "softmax")),
}
PROOFS = {
    **{
        number: derivation(number)
        for number in (
            *("25", "27", "BP1", "BP1a", "30", "BP2", "BP3", "BP4", "33", "34", "35", "53", "long"),
            *("BP1-whole", "softmax", "BP1-softmax"),
        )
    },
    **{f"{number} by matrices": matrix_derivation(number) for number in ("z", "BP2", "BP3", "BP4")},
    **{
        f"{activation}, {cost}": bp.pairing(activation, cost).derivation
        for activation, cost in (
            *(("sigmoid", "quadratic"), ("sigmoid", "cross_entropy"), ("relu", "quadratic")),
            *(("softmax", "quadratic"), ("softmax", "log_likelihood")),
        )
    },
    "y sum to 1": bp.pairing("softmax", "log_likelihood").under_condition,
}
ELEMENTWISE = {"25", "BP1", "BP1a", "30", "33", "35", "53", "long"}
"""Whose proofs use that each output depends on its own z alone."""


def holds(name: str, net: Network) -> bool:
    """Whether a theorem is about such a network; written down here, not asked of the library."""
    outputs = (
        {net.activation_of(net.depth, j + 1).name for j in range(net.sizes[-1])} if not soft(net) else None
    )
    if name in ("27", "30") and net.cost.name != "quadratic":
        return False
    if name in ELEMENTWISE:
        return not soft(net)
    if name in ("softmax", "BP1-softmax"):
        return soft(net)
    if name == "y sum to 1":
        return soft(net) and net.cost.name == "log_likelihood"
    if ", " in name:
        activation, cost = name.split(", ")
        return net.cost.name == cost and (soft(net) if activation == "softmax" else outputs == {activation})
    return True


def soft(net: Network) -> bool:
    return net.activation[-1] == bp.activations["softmax"]


class Plain:
    """A network in NumPy at one example; `run()` is a forward pass, `moved` what is added on the way."""

    def __init__(self, net: Network, seed: int) -> None:
        random = np.random.default_rng(seed)
        self.net = net
        pairs = list(enumerate(zip(net.sizes[1:], net.sizes[:-1], strict=True), start=2))
        self.w = {layer: random.normal(size=shape) for layer, shape in pairs}
        self.b = {layer: random.normal(size=shape[0]) for layer, shape in pairs}
        self.x = random.normal(size=net.sizes[0])
        self.moved: tuple[tuple[Any, ...] | None, float] = (None, 0.0)
        self.y = random.dirichlet(np.ones(net.sizes[-1]))

    def run(self) -> dict[str, Any]:
        moved, by = self.moved

        def shifted(letter: str, layer: int, values: Any) -> Any:
            values = values.copy()
            if moved is not None and moved[:2] == (letter, layer):
                values[moved[2:]] += by
            return values

        zs, activations = {}, {1: shifted("a", 1, self.x)}
        for layer in range(2, self.net.depth + 1):
            z = shifted("w", layer, self.w[layer]) @ activations[layer - 1] + shifted(
                "b", layer, self.b[layer]
            )
            zs[layer] = shifted("z", layer, z)
            activations[layer] = shifted("a", layer, self.activate(layer, zs[layer]))
        cost = COSTS[self.net.cost.name](activations[self.net.depth], self.y)
        return {"w": self.w, "b": self.b, "z": zs, "a": activations, "C": cost}

    def activate(self, layer: int, z: Any) -> Any:
        if layer == self.net.depth and soft(self.net):
            return np.exp(z) / np.exp(z).sum()
        return np.array([self.sigma(layer, j)(value) for j, value in enumerate(z)])

    def sigma(self, layer: int, neuron: int) -> Any:
        return SIGMAS[self.net.activation_of(layer, neuron + 1).name]

    def derivative(self, of: tuple[Any, ...], by: tuple[Any, ...]) -> float:
        return self.difference(lambda: self.read(self.run(), of), by)

    def difference(self, value: Any, by: tuple[Any, ...]) -> float:
        found = []
        for step in (STEP, -STEP):
            self.moved = (by, step)
            found.append(value())
        self.moved = (None, 0.0)
        return float((found[0] - found[1]) / (2 * STEP))

    def read(self, run: dict[str, Any], of: tuple[Any, ...]) -> float:
        return float(run["C"] if of == ("C",) else run[of[0]][of[1]][of[2:]])

    def paths(self, layer: int, neuron: int) -> float:
        """∂C/∂a^l_j, to which the sum over the paths from a neuron is equal."""
        return self.derivative(("C",), ("a", layer, neuron))

    def value(self, side: Any) -> Any:
        if side == C:
            return self.run()["C"]
        if side == L:
            return self.net.depth
        if quantity(side) is not None:
            letter, layer, *at = place(side)
            if letter == "y":
                return self.y[at[0]]
            if letter == "delta":
                return self.derivative(("C",), ("z", layer, *at))
            if letter == "d":
                return self.paths(layer, at[0]) * self.slope(layer, at[0], self.run()["z"][layer][at[0]])
            return self.read(self.run(), (letter, layer, *at))
        if isinstance(side, Partial):
            if side.of == C or quantity(side.of) is not None:
                return self.derivative(place(side.of), place(side.by))
            return self.difference(lambda: self.value(side.of), place(side.by))
        if isinstance(side, Sigma | SigmaPrime):
            layer, neuron = int(self.value(side.args[0])), int(side.args[1])
            at = self.value(side.args[2])
            return (
                self.slope(layer, neuron, at)
                if isinstance(side, SigmaPrime)
                else self.sigma(layer, neuron)(at)
            )
        if isinstance(side, sympy.MatrixBase):
            return np.array([[self.value(side[j, k]) for k in range(side.cols)] for j in range(side.rows)])
        if isinstance(side, NormSquared):
            return (self.value(side.args[0]) ** 2).sum()
        if not side.args:
            return float(side)
        parts = [self.value(part) for part in side.args]
        if isinstance(side, sympy.Add | sympy.MatAdd):
            return sum(parts[1:], start=parts[0])
        if isinstance(side, sympy.MatMul):
            product = parts[0]
            for part in parts[1:]:
                product = product @ part if np.ndim(product) and np.ndim(part) else product * part
            return product
        if isinstance(side, sympy.Mul | sympy.HadamardProduct):
            return np.prod(np.broadcast_arrays(*parts), axis=0)
        if isinstance(side, sympy.Pow):
            return parts[0] ** parts[1]
        return {sympy.exp: np.exp, sympy.log: np.log}[type(side)](*parts)

    def slope(self, layer: int, neuron: int, at: float) -> float:
        sigma = self.sigma(layer, neuron)
        return float((sigma(at + STEP) - sigma(at - STEP)) / (2 * STEP))


def place(component: Any) -> tuple[Any, ...]:
    if component == C:
        return ("C",)
    array, (row, column) = quantity(component)
    indices = (int(row), int(column)) if array.letter == "w" else (int(row),)
    return (array.letter, int(array.layer), *indices)


@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize("name", PROOFS)
def test_each_line_is_what_the_network_s_own_differences_are_or_there_is_no_line(
    name: str, kind: str
) -> None:
    net, proof = NETWORKS[kind], PROOFS[name]
    if not holds(name, net):
        with pytest.raises(HypothesisError):
            proof.instantiate(net)
        return
    found = proof.instantiate(net)
    found.check()
    for plain in (Plain(net, 1), Plain(net, 2)):
        for step in found.steps:
            first, *others = map(plain.value, step.statement.sides)
            for other in others:
                np.testing.assert_allclose(other, first, rtol=1e-5, atol=1e-7, err_msg=str(step.statement))


@pytest.mark.parametrize("name", ["BP1", "BP1a", "30", "33"])
def test_outside_of_the_hypotheses_the_line_would_be_false(name: str) -> None:
    """What is refused is false there: the last line of (BP1), with the derivative of the own output for σ′."""
    plain = Plain(NETWORKS["softmax, log-likelihood"], 1)
    own = plain.derivative(("C",), ("a", 3, 0)) * plain.derivative(("a", 3, 0), ("z", 3, 0))
    assert abs(own - plain.derivative(("C",), ("z", 3, 0))) > 1e-3
    with pytest.raises(HypothesisError):
        PROOFS[name].instantiate(plain.net)


def test_an_instance_put_on_another_network_is_refused_and_a_line_false_there_is_found() -> None:
    quadratic, other = NETWORKS["sigmoid, quadratic"], NETWORKS["tanh, cross-entropy"]
    with pytest.raises(HypothesisError):
        replace(PROOFS["30"].instantiate(quadratic), net=other).check()
    found = PROOFS["sigmoid, cross_entropy"].instantiate(other)
    last = found.steps[-1]
    false = replace(last, statement=last.statement.with_rhs(-last.statement.rhs))
    with pytest.raises(StepError, match="expected an identity"):
        replace(found, steps=(*found.steps[:-1], false)).check()


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        (
            "BP1",
            "softmax, log-likelihood",
            ("own z^L_j alone", "softmax", "δ^L_j = Σ_k ∂C/∂a^L_k ∂a^L_k/∂z^L_j"),
        ),
        ("BP1a", "softmax, quadratic", ("own z^L_j alone", "softmax", "Σ_k")),
        (
            "30",
            "tanh, cross-entropy",
            ("quadratic cost", "cross-entropy cost", "δ^L_j = ∂C/∂a^L_j σ'(z^L_j)"),
        ),
        ("27", "tanh, cross-entropy", ("quadratic cost", "cross-entropy cost", "log")),
        ("25", "softmax, quadratic", ("softmax", "a^L_j = ", "e^(z^L_j)")),
        ("53", "softmax, quadratic", ("softmax", "∂C/∂w^l_jk = a^{l-1}_k δ^l_j")),
        ("softmax", "relu", ("is softmax", "has relu", "σ'(z^L_j)")),
        ("softmax, log_likelihood", "softmax, quadratic", ("log-likelihood cost", "is the quadratic cost")),
        ("sigmoid, quadratic", "mixed", ("is sigmoid", "tanh, sigmoid", "σ'(z^L_j)")),
    ],
)
def test_a_refusal_names_the_hypothesis_the_feature_and_what_holds(
    name: str, kind: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(BpderiveError) as refused:
        PROOFS[name].instantiate(NETWORKS[kind])
    said = str(refused.value)
    assert [word for word in words if word not in said] == []
    assert "$" not in said
    set_language("zh")
    try:
        assert "前提" in str(refused.value)
    finally:
        set_language("en")


def test_a_cost_is_known_by_its_formula_not_by_its_name() -> None:
    formula = bp.costs["quadratic"].formula
    own = replace(bp.costs["quadratic"], name="halved squares", formula=sympy.expand(formula))
    PROOFS["30"].instantiate(Network((2, 3, 2), cost=own)).check()
    with pytest.raises(HypothesisError):
        PROOFS["30"].instantiate(Network((2, 3, 2), cost=replace(own, name="quadratic", formula=2 * formula)))


def test_what_a_network_leaves_open_is_said() -> None:
    def said(name: str, kind: str) -> list[str]:
        return [condition.en for condition in PROOFS[name].instantiate(NETWORKS[kind]).conditions]

    assert said("BP1", "sigmoid, quadratic") == []
    assert said("27", "relu") == []
    [kink] = said("BP1", "relu")
    assert "relu" in kink
    assert "z = 0" in kink
    [given] = said("y sum to 1", "softmax, log-likelihood")
    assert "sum to 1" in given
