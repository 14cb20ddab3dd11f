"""The catalogue of activation functions: one declaration each.

To add one, write its declaration at the end of `activations`: a name, its title in both languages and its formula in z.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sympy import (
    Abs,
    Float,
    Max,
    Min,
    Rational,
    Sum,
    Symbol,
    atan,
    cos,
    erf,
    erfc,
    exp,
    log,
    oo,
    pi,
    sin,
    sqrt,
    tanh,
)
from sympy.codegen.cfunctions import expm1, log1p

from bpderive.functions.activations.activation import Activation
from bpderive.functions.activations.forms import computed, decay, where, within
from bpderive.functions.activations.jacobians import WHOLE
from bpderive.functions.activations.stable import slope
from bpderive.functions.activations.variables import a, z
from bpderive.functions.activations.vector import VectorActivation
from bpderive.functions.named import Catalogue
from bpderive.letters.symbols import L, Largest, j, k
from bpderive.letters.symbols import z as z_of
from bpderive.letters.text import Text

AnyActivation = Activation | VectorActivation
"""An activation of one neuron or of a whole layer."""

alpha = Symbol("alpha", positive=True)
lambda_ = Symbol("lambda", positive=True)

_e = decay()
_rising = exp(Min(z, 0)) / (1 + _e)  # σ(z) of the sigmoid; both exponents are never positive
_falling = exp(-Max(z, 0)) / (1 + _e)  # σ(−z)
_near = within(800)
_normal = erfc(computed(-within(40) / sqrt(2)))  # twice the probability that a normal deviate is at most z
_u = exp(within(40, 800))
_n = _u * (_u + 2)
_t = within(24)
_c = Rational("0.044715")
_rising_t, _falling_t = (
    exp(2 * sqrt(2 / pi) * (x + _c * x**3)) / (1 + exp(-2 * sqrt(2 / pi) * (Abs(_t) + _c * Abs(_t) ** 3)))
    for x in (Min(_t, 0), -Max(_t, 0))
)
_inverse = computed(1 / Max(Abs(z), 1))

# The layer's greatest z is taken off every z, which changes no quotient of exponentials and keeps the exponents from
# being positive.
_all_z = z_of(L)
_peak = Largest(_all_z)
_fall = computed(computed(Max(_all_z[j, 0], _peak - Float(1e300))) - _peak)  # a difference that is finite
_share = computed(exp(_fall))
# All that a sum of exponentials is more than 1, without rounding it to 1 first.
_rest = Sum(where(_fall < 0, _share, 0).xreplace({j: k}), (k, *WHOLE)) + computed(
    Sum(where(_fall < 0, 0, 1).xreplace({j: k}), (k, *WHOLE)) - 1
)

softmax = VectorActivation(
    checked=False,
    name="softmax",
    title=Text(en="softmax", zh="softmax 函数"),
    formula=exp(_all_z[j, 0]) / Sum(exp(_all_z[k, 0]), (k, *WHOLE)),
    stable=(
        (a, _share / Sum(_share.xreplace({j: k}), (k, *WHOLE))),
        # Unevaluated: whether the sums are negative is a long question, and asked with every import.
        (log(a), computed(_all_z[j, 0] - _peak) - log1p(_rest, evaluate=False)),
    ),
)

activations: Catalogue[AnyActivation] = Catalogue(
    Text(en="activation", zh="激活函数"),
    [
        Activation(
            checked=False,
            name="sigmoid",
            title=Text(en="sigmoid", zh="S 型（sigmoid）函数"),
            formula=1 / (1 + exp(-z)),
            stable=(
                (a, _rising),
                (slope, _e / (1 + _e) ** 2),
                (log(a), Min(z, 0) - log1p(_e)),
                (log(1 - a), -Max(z, 0) - log1p(_e)),
            ),
        ),
        Activation(
            checked=False,
            name="tanh",
            title=Text(en="hyperbolic tangent", zh="双曲正切函数"),
            formula=tanh(z),
            stable=((slope, 4 * decay(2) / (1 + decay(2)) ** 2),),
        ),
        Activation(
            checked=False,
            name="relu",
            title=Text(en="rectified linear unit (ReLU)", zh="修正线性单元（ReLU）"),
            formula=Max(z, 0),
            at_kinks=((0, 0),),
            slope_from_output=where(a > 0, 1, 0),
        ),
        Activation(
            checked=False,
            name="leaky_relu",
            title=Text(en="leaky ReLU", zh="带泄漏的修正线性单元（Leaky ReLU）"),
            formula=where(z <= 0, alpha * z, z),
            parameters=((alpha, Rational(1, 100)),),
            at_kinks=((0, alpha),),
            slope_from_output=where(a <= 0, alpha, 1),
        ),
        Activation(
            checked=False,
            name="elu",
            title=Text(en="exponential linear unit (ELU)", zh="指数线性单元（ELU）"),
            formula=where(z <= 0, alpha * (exp(z) - 1), z),
            parameters=((alpha, 1),),
            stable=(
                (a, where(z <= 0, alpha * expm1(Min(z, 0)), z)),
                (slope, where(z <= 0, alpha * exp(Min(z, 0)), 1)),
            ),
            at_kinks=((0, alpha),),
            slope_from_output=where(a <= 0, a + alpha, 1),
        ),
        Activation(
            checked=False,
            name="selu",
            title=Text(en="scaled exponential linear unit (SELU)", zh="缩放指数线性单元（SELU）"),
            formula=where(z <= 0, lambda_ * alpha * (exp(z) - 1), lambda_ * z),
            parameters=(
                (alpha, Rational("1.6732632423543772848170429916717")),
                (lambda_, Rational("1.0507009873554804934193349852946")),
            ),
            stable=(
                (a, where(z <= 0, computed(lambda_ * alpha) * expm1(Min(z, 0)), computed(lambda_) * z)),
                (slope, where(z <= 0, computed(lambda_ * alpha) * exp(Min(z, 0)), computed(lambda_))),
            ),
            at_kinks=((0, lambda_ * alpha),),
            slope_from_output=where(a <= 0, a + lambda_ * alpha, lambda_),
        ),
        Activation(
            checked=False,
            name="softplus",
            title=Text(en="softplus", zh="softplus 函数"),
            formula=log(1 + exp(z)),
            stable=((a, Max(z, 0) + log1p(_e)), (slope, _rising)),
            slope_from_output=1 - exp(-a),
        ),
        Activation(
            checked=False,
            name="silu",
            title=Text(en="sigmoid linear unit (SiLU, swish)", zh="S 型线性单元（SiLU，swish）"),
            formula=z / (1 + exp(-z)),
            stable=((a, within(oo, 800) * _rising), (slope, _rising * (1 + _near * _falling))),
        ),
        Activation(
            checked=False,
            name="gelu",
            title=Text(en="Gaussian error linear unit (GELU)", zh="高斯误差线性单元（GELU）"),
            formula=z * (1 + erf(z / sqrt(2))) / 2,
            stable=(
                (a, within(oo, 40) * computed(_normal / 2)),
                (slope, _normal / 2 + within(40) * exp(-(within(40) ** 2) / 2) / sqrt(2 * pi)),
            ),
        ),
        Activation(
            checked=False,
            name="gelu_tanh",
            title=Text(en="GELU, approximated by tanh", zh="GELU 的 tanh 近似"),
            formula=z * (1 + tanh(sqrt(2 / pi) * (z + Rational("0.044715") * z**3))) / 2,
            stable=(
                (a, within(oo, 24) * _rising_t),
                (slope, _rising_t * (1 + 2 * sqrt(2 / pi) * _t * (1 + 3 * _c * _t**2) * _falling_t)),
            ),
        ),
        Activation(
            checked=False,
            name="mish",
            title=Text(en="mish", zh="mish 函数"),
            formula=z * tanh(log(1 + exp(z))),
            # tanh(log(1 + u)) is n/(n + 2) with n = u(u + 2), and u = exp(z).
            stable=(
                (a, within(oo, 800) * computed(_n / (_n + 2))),
                (slope, _n / (_n + 2) + 4 * within(40, 800) * _u * (1 + _u) / (_n + 2) ** 2),
            ),
        ),
        Activation(
            checked=False,
            name="softsign",
            title=Text(en="softsign", zh="softsign 函数"),
            formula=z / (1 + Abs(z)),
            stable=(
                (a, within(10**30) / (1 + Abs(within(10**30)))),
                (slope, computed(1 / (1 + Abs(z))) ** 2),
            ),
            slope_from_output=(1 - Abs(a)) ** 2,
        ),
        Activation(
            checked=False,
            name="arctan",
            title=Text(en="arctangent", zh="反正切函数"),
            formula=atan(z),
            stable=(
                (slope, where(Abs(z) <= 1, 1 / (1 + Min(Abs(z), 1) ** 2), _inverse**2 / (1 + _inverse**2))),
            ),
            slope_from_output=cos(a) ** 2,
        ),
        Activation(
            checked=False,
            name="hard_tanh",
            title=Text(en="hard tanh", zh="硬双曲正切函数（hard tanh）"),
            formula=Max(-1, Min(z, 1)),
            at_kinks=((-1, 0), (1, 0)),
            slope_from_output=where(Abs(a) < 1, 1, 0),
        ),
        Activation(
            checked=False,
            name="hard_sigmoid",
            title=Text(en="hard sigmoid", zh="硬 S 型函数（hard sigmoid）"),
            formula=Max(0, Min(z / 6 + Rational(1, 2), 1)),
            stable=((a, Min(Max(z + 3, 0), 6) / 6),),
            at_kinks=((-3, 0), (3, 0)),
            slope_from_output=where((a > 0) & (a < 1), Rational(1, 6), 0),
        ),
        Activation(
            checked=False,
            name="gaussian",
            title=Text(en="Gaussian", zh="高斯函数"),
            formula=exp(-(z**2)),
            stable=((a, exp(-(within(30) ** 2))), (slope, -2 * within(30) * exp(-(within(30) ** 2)))),
        ),
        Activation(checked=False, name="sine", title=Text(en="sine", zh="正弦函数"), formula=sin(z)),
        Activation(checked=False, name="linear", title=Text(en="linear", zh="线性函数"), formula=z),
        softmax,
    ],
)


elementwise_activations: Mapping[str, Activation] = MappingProxyType(
    {name: entry for name, entry in activations.items() if isinstance(entry, Activation)}
)
"""Those of the catalogue that act on each neuron by itself."""


def resolve(given: str | AnyActivation) -> AnyActivation:
    """The activation called `given`, or `given` itself if it is one; raises `UnknownName` otherwise."""
    return activations.find(given)
