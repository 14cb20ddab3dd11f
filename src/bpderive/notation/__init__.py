"""The book's letters (`objects`), the way in which they are written (`latex`) and the `table` that explains them."""

from bpderive.notation.objects import (
    EPSILON,
    Applied,
    BackwardProduct,
    C,
    Change,
    CostGradient,
    DiagonalSigmaPrime,
    Elementwise,
    L,
    LayerArray,
    NormSquared,
    OfExample,
    ParameterGradient,
    Partial,
    PathProduct,
    PathSum,
    Quotient,
    Sigma,
    SigmaPrime,
    Width,
    X,
    a,
    b,
    delta,
    i,
    j,
    k,
    l,
    layer_array,
    m,
    n,
    p,
    q,
    quantity,
    stage,
    w,
    y,
    z,
)
from bpderive.notation.plain import plain
from bpderive.notation.printer import joined_indices, latex
from bpderive.notation.table import Letter, table

__all__ = [
    "joined_indices",
    "latex",
]
