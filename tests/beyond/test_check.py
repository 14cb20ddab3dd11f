"""Claims of a reader about a graph: true ones hold, false ones are refuted, and what makes no sense is told so."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

import bpderive as bp

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
    "softmax": ["delta[3] = G[3]*dsigma(z[3])"],
}


def _each(claims: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, claim) for name, listed in claims.items() for claim in listed]


@pytest.mark.parametrize(("name", "claim"), _each(TRUE))
def test_what_is_true_holds(name: str, claim: str) -> None:
    found = bp.check(claim, network=GRAPHS[name])
    assert found.holds, str(found)
    assert found.counterexample is None
    assert found.mended is None


@pytest.mark.parametrize(("name", "claim"), _each(FALSE))
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
        "theta[2] = 0",
        "G[2] = 0 with sigma = sigmoid",
        "G[2] = 0 with cost = cross_entropy",
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
    for claim in TRUE[name] + FALSE[name] if name in FALSE else TRUE[name]:
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
