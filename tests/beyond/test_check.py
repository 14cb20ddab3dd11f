"""Claims of a reader about a graph: true ones hold, false ones are refuted, and what makes no sense is told so."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

import bpderive as bp
from bpderive.judge.counterexample import Enclosure

KERNEL = bp.Shared.convolution("K", (5,), (3,))
STRIDED = bp.Shared.convolution("K", (5,), (3,), stride=2, padding=1)
TIED = {(2, 1): "W", (3, 2): bp.Shared.transposed("W")}

GRAPHS = {
    "free": bp.Graph((2, 3, 3, 2), connections={4: (3, 1)}, shortcuts={3: 2}),
    "costs": bp.Graph((2, 2, 2, 1), cost_reads=(3, 4)),
    "convolution": bp.Graph((5, 3), shared={(2, 1): KERNEL}),
    "strided": bp.Graph((5, 3), shared={(2, 1): STRIDED}),
    "recurrence": bp.Graph.recurrence(3, inputs=1, hidden=2, outputs=1),
    "autoencoder": bp.Graph((3, 2, 3), shared=TIED),
    "mask": bp.Graph((2, 3, 2), shared={(3, 2): bp.Shared.masked("W", [2, 0, 2], 2)}),
    "decay": bp.Graph((2, 3, 2), decay=0.1),
    "decay shared": bp.Graph((3, 2, 3), shared=TIED, decay=0.25),
    "softmax": bp.Graph((2, 3, 3), activation={3: "softmax", "default": "tanh"}, shortcuts={3: 2}),
}

TRUE = {
    "free": [
        "G[2] = T(w[3,2]) @ delta[3] + G[3]",
        "G[1] = T(w[2,1]) @ delta[2] + T(w[4,1]) @ delta[4]",
        "G[l,j] = sum(r, k, w[r,l,k,j]*delta[r,k]) for l = 3",
        "delta[l] = G[l] * dsigma(z[l])",
        "delta[l,j] = G[l,j]*dsigma(z[l,j])",
        "δ[l,j] = ∂C/∂z[l,j]",
        "d(C, w[l,r]) = delta[l] @ T(a[r])",
        "d(C, w[l,r,j,k]) = delta[l,j]*a[r,k]",
        "d(C, w[3]) = outer(delta[3], a[2])",
        "d(C, b[l]) = delta[l]",
        "a[3] = sigma(z[3]) + a[2]",
        "d(a[3,j], a[2,k]) = w[3,2,j,k]*dsigma(z[3,j]) + eq(j,k)",
        "d(a[2,j], a[2,k]) = 0 for j != k",
        "z[4] = w[4,3] @ a[3] + w[4,1] @ x + b[4]",
        "G[L] = a[L] - y with cost = quadratic",
        "delta[l] = G[l] with sigma = linear",
        "d(a[4,1], x[1,1]) = sum(j, d(a[4,1], a[2,j])*w[2,1,j,1]) + w[4,1,1,1] with sigma = linear",
    ],
    "costs": ["G[3] = direct(C, a[3]) + T(w[4,3]) @ delta[4]", "direct(C, a[2]) = 0*G[2]"],
    "convolution": [
        "d(C, K[i]) = sum(j, delta[2,j]*a[1,j+i-1])",
        "G[1,k] = sum(j, K[k-j+1]*delta[2,j])",
        "z[2,j] = sum(i, K[i]*a[1,j+i-1]) + b[2,j]",
        "d(C, w[2,1,j,k]) = delta[2,j]*a[1,k]",
    ],
    "strided": ["G[1,k] = sum(j, K[k-2*j+2+1]*delta[2,j])", "d(C, K[i]) = sum(j, delta[2,j]*a[1,2*j-2+i-1])"],
    "recurrence": [
        "d(C, W) = delta[5] @ T(a[2]) + delta[8] @ T(a[5])",
        "d(C, b) = delta[2] + delta[5] + delta[8]",
        "G[l] = T(V) @ delta[l+1] + T(W) @ delta[l+3] for l < 6",
        "direct(z[5,j], W[j,k]) = a[2,k]",
        "d(z[8,j], W[j,k]) = a[5,k] + sum(i, W[j,i]*dsigma(z[5,i])*d(z[5,i], W[j,k]))",
    ],
    "autoencoder": ["d(C, W) = delta[2] @ T(a[1]) + a[2] @ T(delta[3])"],
    "mask": ["d(C, W[j,1]) = 2*delta[3,j]*a[2,1]", "d(C, W[j,2]) = 0", "w[3,2,j,3]/2 = W[j,3]"],
    "softmax": ["delta[3] = T(d(a[3], z[3])) @ (G[3])", "G[2] = T(w[3,2]) @ delta[3] + G[3]"],
}

FALSE = {
    "free": [
        "G[2] = T(w[3,2]) @ delta[3]",
        "G[2] = G[3]",
        "G[2] = T(w[3,2]) @ delta[3] - G[3]",
        "G[1] = T(w[2,1]) @ delta[2]",
        "G[3] = T(w[4,3]) @ G[4]",
        "delta[3] = dsigma(z[3]) * (T(w[4]) @ delta[4]) + G[3]",
        "delta[2] = dsigma(z[2]) * (T(w[3]) @ delta[3])",
        "delta[l] = G[l]",
        "d(C, w[l,r,j,k]) = delta[r,k]*a[r,k]",
        "d(C, w[4,1]) = delta[4] @ T(a[1]) + delta[4] @ T(a[1])",
        "a[3] = sigma(z[3])",
        "d(a[3,j], a[2,k]) = w[3,2,j,k]*dsigma(z[3,j])",
        "G[L] = a[L] - y",
        "G[L] = y - a[L] with cost = quadratic",
        "d(C, b[l]) = 2*delta[l]",
    ],
    "costs": ["G[3] = T(w[4,3]) @ delta[4]", "G[3] = direct(C, a[3])"],
    "convolution": [
        "G[1,k] = sum(j, K[j-k+3]*delta[2,j])",
        "d(C, K[i]) = sum(j, delta[2,j]*a[1,j+3-i])",
    ],
    "strided": ["G[1,k] = sum(j, K[k-j+1]*delta[2,j])"],
    "recurrence": [
        "d(C, W) = delta[8] @ T(a[5])",
        "d(C, W) = delta[5] @ T(a[5]) + delta[8] @ T(a[8])",
        "d(C, U) = delta[2] @ T(a[1])",
        "G[2] = T(V) @ delta[3]",
        "G[2] = T(W) @ delta[5]",
        "G[l] = T(V) @ delta[l+1] + W @ delta[l+3] for l < 6",
        "d(z[8,j], W[j,k]) = a[5,k]",
    ],
    "autoencoder": ["d(C, W) = delta[2] @ T(a[1])"],
    "mask": ["d(C, W[j,1]) = delta[3,j]*a[2,1]"],
    "softmax": ["delta[3] = d(a[3], z[3]) @ G[3]", "delta[3] = G[3]"],
}

NONSENSE = {
    "free": [
        "d(C, w[4,2]) = delta[4] @ T(a[2])",
        "d(C, w[4,1]) = delta[4] @ T(a[3])",
        "delta[1] = G[1]",
        "a[5] = a[4]",
        "G[2,9] = 0",
        "G[l] = 1",
        "delta[3,j] = delta[4,j]",
        "G[2,j] = a[2,j+9]",
        "C = 0",
        "d(a[2,j], a[2,k]) = 0 for j != m",
        "a[2] = sigma(a[1])",
        "a[2] = G[2]/delta[2]",
        "w[l+4] = w[l+4]",
        "n[9] = 2",
    ],
    "convolution": ["d(C, K[i]) = sum(j, delta[2,j]*a[1,j])"],
    "softmax": ["delta[3] = G[3]*dsigma(z[3])", "delta[3] = G[3]*dsigma(z[3]) with sigma = softmax"],
    "decay shared": ["d(C, w[2]) = delta[2] @ T(a[1])"],
    "decay": ["delta[L] = a[L] - y with sigma = tanh, cost = cross_entropy"],
}


IN_LATEX = {
    "free": [
        r"\delta^l = G^l \odot \sigma'(z^l)",
        r"G^2 = (w^{3,2})^T \delta^3 + G^3",
        r"\frac{\partial C}{\partial w^{l,r}} = \delta^l (a^r)^T",
        r"G^1 = \sum_{r=2}^{L} (w^{r,1})^T \delta^r",
        r"\frac{\partial a^3_j}{\partial a^2_k} = w^{3,2}_{jk} \sigma'(z^3_j) + \mathbb{1}[j=k]",
        r"\delta^l = \operatorname{diag}(\sigma'(z^l)) G^l",
        r"G^4_j = a^4_j - y_j with cost = quadratic",
        r"\frac{\partial^+ C}{\partial a^2_j} = 0",
    ],
    "recurrence": [r"\frac{\partial C}{\partial W} = \delta^5 (a^2)^T + \delta^8 (a^5)^T"],
    "convolution": [
        r"\frac{\partial C}{\partial K_i} = \sum_j \delta^2_j a^1_{j+i-1}",
        r"G^1_k = \sum_j K_{k-j+1} \delta^2_j",
    ],
    "decay": [r"\frac{\partial C}{\partial w^{l,r}} = \delta^l (a^r)^T + \lambda w^{l,r}"],
    "softmax": [
        r"\delta^3_j = \sigma(z^3_j) (G^3_j - \sum_k \sigma(z^3_k) G^3_k) with sigma = softmax",
        r"\delta^3_j = \sum_k \frac{\partial a^3_k}{\partial z^3_j} G^3_k",
    ],
}

FALSE_IN_LATEX = {
    "free": [
        r"\delta^l = G^l",
        r"G^2 = (w^{3,2})^T \delta^3",
        r"G^1 = \sum_{r=3}^{L} (w^{r,1})^T \delta^r",
        r"\frac{\partial C}{\partial w^{l,r}} = 2 \delta^l (a^r)^T",
        r"\frac{\partial^+ C}{\partial a^4_j} = 0",
        r"G^4_j = y_j - a^4_j with cost = quadratic",
    ],
    "recurrence": [r"\frac{\partial C}{\partial W} = \delta^8 (a^5)^T"],
    "convolution": [r"G^1_k = \sum_j K_{j-k+3} \delta^2_j"],
    "decay": [r"\frac{\partial C}{\partial w^{l,r}} = \delta^l (a^r)^T"],
    "softmax": [r"\delta^3_j = \sum_k \frac{\partial a^3_j}{\partial z^3_k} G^3_k"],
}

FOR_A_FUNCTION = {
    "free": [
        "delta[2,j] = a[2,j]*(1 - a[2,j])*G[2,j] with sigma = sigmoid",
        "delta[2,j] = (1 - a[2,j]^2)*G[2,j] with sigma = tanh",
        "delta[3,j] = (1 - sigma(z[3,j])^2)*G[3,j] with sigma = tanh",
        "delta[L] = a[L] - y with sigma = sigmoid, cost = cross_entropy",
        "C = sum(j, (a[L,j] - y[L,j])^2)/2 with cost = quadratic",
        "G[4,j]*a[4,j]*(1 - a[4,j]) = a[4,j] - y[4,j] with cost = cross_entropy",
    ],
    "softmax": [
        "jac(a[3], z[3]) = diag(sigma(z[3])) - sigma(z[3]) @ T(sigma(z[3])) with sigma = softmax",
        "d(a[3,j], z[3,k]) = d(a[3,k], z[3,j]) with sigma = softmax",
        "sum(j, sigma(z[3,j])) = 1 with sigma = softmax",
        "sum(j, delta[3,j]) = 0 with sigma = softmax",
        "delta[2] = G[2]*dsigma(z[2]) with sigma = softmax",
    ],
    "decay": [
        "d(C, w[l,r]) = delta[l] @ T(a[r]) + lambda*w[l,r]",
        "d(C, w[l]) = delta[l] @ T(a[l-1]) + 0.1*w[l]",
        "d(C, b[l]) = delta[l]",
        "C = sum(j, (a[3,j] - y[3,j])^2)/2 + 0.05*sum(p, theta[p]^2) with cost = quadratic",
        "delta[3] = d(C, z[3])",
    ],
    "decay shared": ["d(C, W) = delta[2] @ T(a[1]) + a[2] @ T(delta[3]) + lambda*W"],
    "recurrence": ["sum(l from 5 to 6, sum(j, G[l,j])) = sum(j, G[5,j]) + sum(j, G[6,j])", "lambda = 0"],
}

FALSE_FOR_A_FUNCTION = {
    "free": [
        "theta[2] = 0",
        "delta[2,j] = a[2,j]*(1 - a[2,j])*G[2,j] with sigma = tanh",
        "delta[3,j] = (1 - a[3,j]^2)*G[3,j] with sigma = tanh",
        "delta[L] = y - a[L] with sigma = sigmoid, cost = cross_entropy",
        "delta[L] = a[L] - y with sigma = sigmoid, cost = quadratic",
        "delta[L] = a[L] - y with cost = cross_entropy",
        "sigma(z[2,1]) = z[2,1] with sigma = tanh",
        "C = sum(j, (a[L,j] - y[L,j])^2) with cost = quadratic",
    ],
    "softmax": [
        "jac(a[3], z[3]) = diag(sigma(z[3])) with sigma = softmax",
        "delta[3,j] = sigma(z[3,j])*(1 - sigma(z[3,j]))*G[3,j] with sigma = softmax",
        "d(a[3,j], z[3,k]) = d(a[3,k], z[3,j])",
        "sum(j, a[3,j]) = 1 with sigma = softmax",
    ],
    "decay": [
        "d(C, w[l,r]) = delta[l] @ T(a[r])",
        "d(C, w[l,r]) = delta[l] @ T(a[r]) + 2*lambda*w[l,r]",
        "d(C, w[3,2]) = delta[3] @ T(a[2])",
        "d(C, b[l]) = delta[l] + lambda*b[l]",
        "C = sum(j, (a[3,j] - y[3,j])^2)/2 with cost = quadratic",
    ],
    "decay shared": ["d(C, W) = delta[2] @ T(a[1]) + a[2] @ T(delta[3]) + 2*lambda*W"],
    "recurrence": ["sum(l from 5 to 6, sum(j, G[l,j])) = sum(j, G[5,j])", "sum(l, j, delta[l,j]) = 0"],
}


def _each(claims: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, claim) for name, listed in claims.items() for claim in listed]


@pytest.mark.parametrize(("name", "claim"), _each(TRUE) + _each(IN_LATEX) + _each(FOR_A_FUNCTION))
def test_what_is_true_holds(name: str, claim: str) -> None:
    found = bp.check(claim, network=GRAPHS[name])
    assert found.holds, str(found)
    assert found.counterexample is None
    assert found.mended is None


@pytest.mark.parametrize(
    ("name", "claim"), _each(FALSE) + _each(FALSE_IN_LATEX) + _each(FALSE_FOR_A_FUNCTION)
)
def test_what_is_false_is_refuted_and_what_holds_instead_does(name: str, claim: str) -> None:
    found = bp.check(claim, network=GRAPHS[name])
    assert found.status == "refuted", str(found)
    case = found.counterexample
    assert case is not None
    assert case.left != case.right
    assert found.mended is None or bp.check(found.mended, network=GRAPHS[name]).holds
    assert str(case.left) in str(found)
    assert "n = " in found._repr_markdown_()


@pytest.mark.parametrize(("name", "claim"), _each(NONSENSE))
def test_what_makes_no_sense_is_told_so(name: str, claim: str) -> None:
    found = bp.check(claim, network=GRAPHS[name])
    assert found.status == "ill-formed", str(found)
    assert found.holds is False
    assert found.reason.en != found.reason.zh


@pytest.mark.parametrize(
    "claim",
    [
        "G[2]",
        "G = 0",
        "w[1,2,3,4,5] = 0",
        "a[j,l] = 0",
        "d(delta[2,1], b[2,1]) = 0",
        "d(C, G[2]) = 0",
        "G[l,r] = G[r,l]",
        "phi[2] = 0",
        "G[2] = 0 with sigma = relu",
        "G[2] = 0 with sigma = softmax",
        "G[2] = 0 with cost = huber",
        r"\delta^2 = f(z^2)",
        r"\delta^2 = \tanh(z^2)",
        r"\delta^q = G^q",
        r"\delta^2 = G^2, \delta^3 = G^3",
        r"G^1 = \sum_{r=3}^{N} (w^{r,1})^T \delta^r",
        r"\eta w^{2,1} = w^{2,1}",
        "sum(r from 2 to j, G[r,1]) = 0",
        "G[2] = 0 for n[2] = 3",
        17,
    ],
)
def test_what_is_not_in_the_language_is_refused(claim: str) -> None:
    with pytest.raises(bp.ParseError):
        bp.check(claim, network=GRAPHS["free"])


def test_only_a_graph_is_asked() -> None:
    with pytest.raises(bp.NetworkError):
        bp.check("a[2] = a[2]", network=bp.Network((2, 2)))  # type: ignore[call-overload]


def test_the_layers_are_named_for_which_it_was_decided() -> None:
    found = bp.check("d(C, w[l,r]) = delta[l] @ T(a[r])", network=GRAPHS["free"])
    assert found.ranges == ("(l, r) = (2, 1), (3, 2), (4, 1), (4, 3)",)
    assert bp.check("delta[l] = d(C, z[l])", network=GRAPHS["free"]).ranges == ("l = 2, 3, 4",)
    assert bp.check("n[2] = 3", network=GRAPHS["free"]).ranges == ()


@pytest.mark.parametrize("name", GRAPHS)
def test_a_verdict_on_a_graph_is_a_verdict_and_its_claim_is_read_back(name: str) -> None:
    for claim in [c for claims in (TRUE, FALSE, IN_LATEX, FALSE_IN_LATEX) for c in claims.get(name, ())]:
        found = bp.check(claim, network=GRAPHS[name])
        again = bp.check(found.in_book, network=GRAPHS[name])
        assert isinstance(found, bp.Verdict)
        assert found.network is GRAPHS[name]
        assert (again.status, again.claim) == (found.status, found.claim)
        assert found.in_book in str(found)


def test_the_claim_is_printed_as_the_book_writes_it() -> None:
    shown = bp.check("d(C, w[l,r]) = delta[l] @ T(a[r])", network=GRAPHS["free"])._repr_markdown_()
    assert r"\frac{\partial C}{\partial w^{l,r}} = \delta^{l} (a^{r})^T" in shown
    shown = bp.check("G[4] = 2*direct(C, a[4])", network=GRAPHS["free"])._repr_markdown_()
    assert r"\frac{\partial^{+} C}{\partial a^{4}}" in shown
    assert r"$\displaystyle G^{4}" in shown


@pytest.mark.parametrize("name", ["free", "costs", "softmax", "autoencoder", "recurrence"])
def test_the_equations_as_the_book_prints_them_hold(name: str) -> None:
    for number in ("R1", "R2", "R4", "S1"):
        printed = bp.equations[number].latex(form="component")
        assert bp.check(printed, network=GRAPHS[name]).holds, printed
    for number in ("R5", "R7") if name != "softmax" else ("M1", "R7"):
        assert bp.check(bp.equations[number].latex(form="component"), network=GRAPHS[name]).holds


def test_the_two_forms_of_a_claim_are_one() -> None:
    heard = bp.check(r"G^1 = \sum_{r=2}^{L} (w^{r,1})^T \delta^r", network=GRAPHS["free"])
    assert (
        heard.claim
        == bp.check("G[1] = sum(r from 2 to L, T(w[r,1]) @ delta[r])", network=GRAPHS["free"]).claim
    )
    assert r"\sum_{r=2}^{L}" in heard._repr_markdown_()


def test_the_value_of_a_cost_that_is_no_polynomial_is_undecided() -> None:
    assert bp.check("C = 0 with cost = cross_entropy", network=GRAPHS["free"]).holds is None


def test_the_outputs_in_a_case_are_those_of_the_activation() -> None:
    found = bp.check("delta[2,j] = G[2,j] with sigma = sigmoid", network=GRAPHS["free"]).counterexample
    assert found is not None
    assert isinstance(found.left, Enclosure)
    assert not any(name.startswith(("a^2", "a^3", "σ")) for name in found.values)


def test_a_long_chain_of_linear_layers_is_decided() -> None:
    assert bp.check("a[L] = z[L] with sigma = linear", network=bp.Graph((1,) * 300)).holds


def test_the_case_is_small_and_can_be_followed_by_hand() -> None:
    case = bp.check("G[2] = T(w[3,2]) @ delta[3]", network=GRAPHS["free"]).counterexample
    assert case is not None
    assert set(case.values.values()) == {Fraction(1)}
    assert (case.left, case.right) == (1, 0)


@pytest.mark.parametrize("seed", range(8))
def test_the_equations_read_on_a_random_network_hold_and_others_do_not(seed: int) -> None:
    rng = random.Random(seed)
    depth = rng.randint(3, 5)
    connections = {at: tuple(rng.sample(range(1, at), rng.randint(1, at - 1))) for at in range(2, depth)}
    net = bp.Graph(
        (2,) * depth,
        connections={**connections, depth: range(1, depth)},
        shortcuts={at: at - 1 for at in range(2, depth) if rng.random() < 0.5},
        cost_reads=(2, depth),
    )
    for layer in range(2, depth + 1):
        for left in (f"G[{layer}]", f"delta[{layer}]", f"d(C, b[{layer}])"):
            wrong = bp.check(f"{left} = {left} + {left}", network=net)
            assert wrong.status == "refuted"
            assert wrong.mended is not None
            assert bp.check(wrong.mended, network=net).holds
            *terms, last = wrong.mended.split(" = ")[1].split(" + ")
            if terms:
                assert bp.check(f"{left} = {' + '.join(terms)}", network=net).status == "refuted", last


def test_a_convention_beside_a_network_is_refused() -> None:
    with pytest.raises(bp.ParseError, match="leave out `convention`"):
        bp.check("delta[l] = G[l] * dsigma(z[l])", convention="course", network=GRAPHS["free"])


def test_a_sum_over_too_many_layers_is_undecided() -> None:
    net = bp.Graph((1,) * 60)
    claim = "sum(r, s, t, G[r,1]*G[s,1]*G[t,1]) = 0"
    assert bp.check(claim, network=net).status in ("undecided", "refuted")


def test_too_much_is_undecided_and_a_false_claim_is_refuted_all_the_same() -> None:
    net = bp.Graph.recurrence(12, inputs=2, hidden=3, outputs=1)
    uses = [f"delta[{at}] @ T(a[{at - 3}])" for at in range(5, 36, 3)]
    assert bp.check(f"d(C, W) = {' + '.join(uses)}", network=net).status == "undecided"
    assert bp.check(f"d(C, W) = {' + '.join(uses[1:])}", network=net).status == "refuted"
