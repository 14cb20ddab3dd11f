"""The long proof: from the sum over all paths to the four equations, as they might have been discovered.

`long_proof()` begins with (53), writes every derivative out, gives a name to what the weights into one neuron share,
reads the sums as matrix products, sees that the name is the error, and ends at (BP1)–(BP4). Each part may use what the
parts before it proved, and nothing else; `derivation("long")` makes it once. How much work each form of the gradient
costs is counted in `bpderive.equations.discovery`.
"""

from __future__ import annotations

from sympy import HadamardProduct, MatMul, Sum

from bpderive.letters.statements import Range, Statement, equation, layers
from bpderive.letters.symbols import (
    BackwardProduct,
    C,
    CostGradient,
    DiagonalSigmaPrime,
    Elementwise,
    ExplicitPathSum,
    L,
    ParameterGradient,
    Partial,
    PathSum,
    SigmaPrime,
    Width,
    a,
    b,
    d,
    delta,
    j,
    k,
    l,
    m,
    q,
    w,
    z,
)
from bpderive.letters.text import Text
from bpderive.proofs.definitions import (
    ERROR,
    INNER,
    NEURON,
    OUTPUT,
    PATHS_GROW,
    PATHS_START,
    PRODUCT_GROWS,
    PRODUCT_STARTS,
    WEIGHT,
)
from bpderive.proofs.derivation import Derivation, by_induction, by_parts, derive
from bpderive.proofs.matrix_rules import AsDiagonal, ToMatrix
from bpderive.proofs.rules import ByEquation, ChainRule, Differentiate, OnlyTerm
from bpderive.proofs.steps import Move

EXPLICIT_STARTS: Statement = equation(ExplicitPathSum(L, j), Partial(C, a(L)[j, 0]), over=OUTPUT)
EXPLICIT_GROWS: Statement = equation(
    ExplicitPathSum(l, j),
    Sum(ExplicitPathSum(l + 1, q) * ExplicitPathSum.link(l, j, q), (q, 0, Width(l + 1) - 1)),
    over=INNER,
)
"""What the dots of the explicit sum mean."""

SHARED: Statement = equation(d(l)[j, 0], ExplicitPathSum(l, j) * SigmaPrime(l, j, z(l)[j, 0]), over=NEURON)
"""What d^l_j stands for: everything in the sum for w^l_jk that does not depend on k."""

_AT_OUTPUT = ((l, L),)
_NEXT = ((l, l + 1), (j, q))


def long_proof(paths: Derivation) -> Derivation:
    """The four equations from `paths`, the proof of (53)."""
    explicit = _explicit(paths)
    into_biases = _into_biases(paths, explicit)
    weights, biases = _weights(explicit), _biases(into_biases)
    last, before = _last_layer(), _layer_before()
    errors = _errors(paths, explicit)
    return by_parts(
        "long",
        Text(en="From the sum over paths to the four equations", zh="从路径求和到四个方程"),
        [
            explicit,
            into_biases,
            weights,
            biases,
            last,
            before,
            _one_product(last, before),
            errors,
            _bp1(last, errors),
            _bp2(before, errors),
            _bp3(biases, errors),
            _bp4(weights, errors),
        ],
    )


def _explicit(paths: Derivation) -> Derivation:
    """∂C/∂w^l_jk = Σ_{mn…q} ∂C/∂a^L_m σ′(z^L_m) w^L_mn ⋯ σ′(z^{l+1}_q) w^{l+1}_qj σ′(z^l_j) a^{l-1}_k."""
    claim = equation(PathSum(l, j), ExplicitPathSum(l, j), over=NEURON)
    return by_induction(
        "part A",
        Text(en="Every derivative along a path is taken", zh="求出路径上的每一个导数"),
        equation(
            Partial(C, w(l)[j, k]),
            ExplicitPathSum(l, j) * SigmaPrime(l, j, z(l)[j, 0]) * a(l - 1)[k, 0],
            over=WEIGHT,
        ),
        claim=claim,
        base=[
            Move(ByEquation("dots", PATHS_START)),
            Move(ByEquation("dots", EXPLICIT_STARTS, backwards=True)),
        ],
        step=[
            Move(ByEquation("dots", PATHS_GROW)),
            Move(ByEquation("hypothesis", claim, _NEXT)),
            Move(Differentiate(a(l + 1)[q, 0], a(l)[j, 0])),
            Move(ByEquation("dots", EXPLICIT_GROWS, backwards=True)),
        ],
        conclusion=[
            Move(ByEquation("53", paths.statement)),
            Move(ByEquation("induction", claim)),
            Move(Differentiate(a(l)[j, 0], w(l)[j, k])),
        ],
    )


def _into_biases(paths: Derivation, explicit: Derivation) -> Derivation:
    """∂C/∂b^l_j, by the same paths."""
    return derive(
        "part B",
        Text(en="The same for a bias", zh="对偏置同样如此"),
        equation(Partial(C, b(l)[j, 0]), ExplicitPathSum(l, j) * SigmaPrime(l, j, z(l)[j, 0]), over=NEURON),
        [
            Move(ChainRule(a(l), m)),
            Move(OnlyTerm(m, j)),
            Move(ByEquation("paths", _claim(paths))),
            Move(ByEquation("part A", _claim(explicit))),
            Move(Differentiate(a(l)[j, 0], b(l)[j, 0])),
        ],
    )


def _weights(explicit: Derivation) -> Derivation:
    """∂C/∂w^l_jk = a^{l-1}_k d^l_j."""
    return derive(
        "part C",
        Text(
            en="What all the weights into a neuron share gets a name, $d^l_j$",
            zh="进入同一神经元的所有权重共有的部分，记作 $d^l_j$",
        ),
        equation(Partial(C, w(l)[j, k]), a(l - 1)[k, 0] * d(l)[j, 0], over=WEIGHT),
        [Move(ByEquation("part A", explicit.statement)), Move(ByEquation("d", SHARED, backwards=True))],
    )


def _biases(into_biases: Derivation) -> Derivation:
    """∂C/∂b^l_j = d^l_j."""
    return derive(
        "part D",
        Text(en="For a bias, nothing else is left", zh="对偏置，除此之外别无其他"),
        equation(Partial(C, b(l)[j, 0]), d(l)[j, 0], over=NEURON),
        [Move(ByEquation("part B", into_biases.statement)), Move(ByEquation("d", SHARED, backwards=True))],
    )


def _last_layer() -> Derivation:
    """d^L = ∇_aC ⊙ σ′(z^L)."""
    return derive(
        "part E",
        Text(en="In the output layer no sum is left", zh="在输出层没有求和"),
        equation(d(L), HadamardProduct(CostGradient(), Elementwise(SigmaPrime, L, z(L)))),
        [
            Move(ByEquation("d", SHARED, _AT_OUTPUT)),
            Move(ByEquation("dots", EXPLICIT_STARTS)),
            Move(ToMatrix(j)),
        ],
        start=equation(d(L)[j, 0], d(L)[j, 0], over=OUTPUT),
    )


def _layer_before() -> Derivation:
    """d^l = ((w^{l+1})ᵀ d^{l+1}) ⊙ σ′(z^l)."""
    return derive(
        "part F",
        Text(
            en="One layer earlier, one sum more: a matrix product",
            zh="倒退一层，多一重求和，也就是多一次矩阵乘法",
        ),
        equation(
            d(l),
            HadamardProduct(MatMul(w(l + 1).T, d(l + 1)), Elementwise(SigmaPrime, l, z(l))),
            over=_BELOW,
        ),
        [
            Move(ByEquation("d", SHARED)),
            Move(ByEquation("dots", EXPLICIT_GROWS)),
            Move(ByEquation("d", SHARED, _NEXT, backwards=True)),
            Move(ToMatrix(j)),
        ],
        start=equation(d(l)[j, 0], d(l)[j, 0], over=INNER),
    )


def _one_product(last: Derivation, before: Derivation) -> Derivation:
    """d^l = Σ′(z^l)(w^{l+1})ᵀ ⋯ Σ′(z^{L-1})(w^L)ᵀ Σ′(z^L) ∇_aC."""
    claim = equation(d(l), MatMul(BackwardProduct(l), DiagonalSigmaPrime(L), CostGradient()), over=_BELOW)
    return by_induction(
        "part G",
        Text(en="All the sums at once: one product of matrices", zh="所有求和合在一起：一个矩阵连乘积"),
        claim,
        claim=claim,
        base=[
            Move(ByEquation("part F", before.statement, ((l, L - 1),))),
            Move(ByEquation("part E", last.statement)),
            Move(AsDiagonal()),
            Move(AsDiagonal()),
            Move(ByEquation("dots", PRODUCT_STARTS, backwards=True)),
        ],
        step=[
            Move(ByEquation("part F", before.statement)),
            Move(AsDiagonal()),
            Move(ByEquation("hypothesis", claim, ((l, l + 1),))),
            Move(ByEquation("dots", PRODUCT_GROWS, backwards=True)),
        ],
    )


def _errors(paths: Derivation, explicit: Derivation) -> Derivation:
    """δ^l = d^l."""
    return derive(
        "part H",
        Text(
            en="The clever step: $d^l_j$ is itself a derivative, with respect to the weighted input",
            zh="关键的一步：$d^l_j$ 本身就是对带权输入的导数",
        ),
        equation(delta(l), d(l), over=(layers(l),)),
        [
            Move(ByEquation("29", ERROR)),
            Move(ChainRule(a(l), m)),
            Move(OnlyTerm(m, j)),
            Move(Differentiate(a(l)[j, 0], z(l)[j, 0])),
            Move(ByEquation("paths", _claim(paths))),
            Move(ByEquation("part A", _claim(explicit))),
            Move(ByEquation("d", SHARED, backwards=True)),
            Move(ToMatrix(j)),
        ],
        start=equation(delta(l)[j, 0], delta(l)[j, 0], over=NEURON),
    )


def _bp1(last: Derivation, errors: Derivation) -> Derivation:
    """(BP1a)."""
    return derive(
        "BP1a",
        Text(en="The error in the output layer", zh="输出层的误差"),
        equation(delta(L), last.statement.rhs),
        [
            Move(ByEquation("part H", errors.statement, _AT_OUTPUT)),
            Move(ByEquation("part E", last.statement)),
        ],
    )


def _bp2(before: Derivation, errors: Derivation) -> Derivation:
    """(BP2), as vectors."""
    return derive(
        "BP2",
        Text(en="The error in terms of the error in the next layer", zh="用下一层的误差表示本层的误差"),
        equation(
            delta(l),
            HadamardProduct(MatMul(w(l + 1).T, delta(l + 1)), Elementwise(SigmaPrime, l, z(l))),
            over=_BELOW,
        ),
        [
            Move(ByEquation("part H", errors.statement)),
            Move(ByEquation("part F", before.statement)),
            Move(ByEquation("part H", errors.statement, ((l, l + 1),), backwards=True)),
        ],
    )


def _bp3(biases: Derivation, errors: Derivation) -> Derivation:
    """(BP3), as vectors."""
    return derive(
        "BP3",
        Text(en="The gradient for the biases of a layer", zh="代价对一层偏置的梯度"),
        equation(ParameterGradient(b(l)), delta(l), over=(layers(l),)),
        [
            Move(ByEquation("part D", biases.statement)),
            Move(ToMatrix(j)),
            Move(ByEquation("part H", errors.statement, backwards=True)),
        ],
        start=equation(Partial(C, b(l)[j, 0]), Partial(C, b(l)[j, 0]), over=NEURON),
    )


def _bp4(weights: Derivation, errors: Derivation) -> Derivation:
    """(BP4), as matrices."""
    return derive(
        "BP4",
        Text(en="The gradient for the weights of a layer", zh="代价对一层权重的梯度"),
        equation(ParameterGradient(w(l)), MatMul(delta(l), a(l - 1).T), over=(layers(l),)),
        [
            Move(ByEquation("part C", weights.statement)),
            Move(ToMatrix(j, k)),
            Move(ByEquation("part H", errors.statement, backwards=True)),
        ],
        start=equation(Partial(C, w(l)[j, k]), Partial(C, w(l)[j, k]), over=WEIGHT),
    )


_BELOW: tuple[Range, ...] = (layers(l, 2, L - 1),)
"""Every layer with weights but the last."""


def _claim(proof: Derivation) -> Statement:
    """What a proof by induction proves first."""
    assert proof.claim is not None
    return proof.claim
