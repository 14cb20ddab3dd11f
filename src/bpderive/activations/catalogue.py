"""The catalogue of activation functions: one declaration each.

To add one, write its declaration at the end of `activations`: a name, its title in both languages and its formula in z.
"""

from __future__ import annotations

from sympy import Max, Min, exp, log, tanh
from sympy.codegen.cfunctions import log1p

from bpderive.activations.activation import Activation
from bpderive.activations.analysis import a, z
from bpderive.activations.stable import decay, slope, where
from bpderive.catalogue import Catalogue
from bpderive.text import Text

activations: Catalogue[Activation] = Catalogue(
    "activation",
    [
        Activation(
            name="sigmoid",
            title=Text(en="sigmoid", zh="S 型（sigmoid）函数"),
            formula=1 / (1 + exp(-z)),
            stable=(
                (a, where(z >= 0, 1, decay()) / (1 + decay())),
                (slope, decay() / (1 + decay()) ** 2),
                (log(a), Min(z, 0) - log1p(decay())),
                (log(1 - a), -Max(z, 0) - log1p(decay())),
            ),
        ),
        Activation(
            name="tanh",
            title=Text(en="hyperbolic tangent", zh="双曲正切函数"),
            formula=tanh(z),
            stable=((slope, 4 * decay(2) / (1 + decay(2)) ** 2),),
        ),
        Activation(
            name="relu",
            title=Text(en="rectified linear unit (ReLU)", zh="修正线性单元（ReLU）"),
            formula=Max(z, 0),
            at_kinks=((0, 0),),
        ),
        Activation(name="linear", title=Text(en="linear", zh="线性函数"), formula=z),
    ],
)


def resolve(given: str | Activation) -> Activation:
    """The activation called `given`, or `given` itself if it is one; raises `UnknownName` otherwise."""
    return activations.find(given)
