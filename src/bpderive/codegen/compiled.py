"""A compiled gradient: generated source, made into functions that check what they are given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bpderive.activations.elementwise import run
from bpderive.codegen.arrays import Array, Checker
from bpderive.codegen.counts import Operations, operations
from bpderive.codegen.targets import DTYPES, TARGETS, best_target
from bpderive.errors import DomainError, NetworkError, unknown_name
from bpderive.network import Network


class Gradient(NamedTuple):
    """The gradient of the mean cost: b[i] and w[i] have the shapes of biases[i] and weights[i], for layer i + 2."""

    b: list[Array]
    w: list[Array]


@dataclass(frozen=True, slots=True)
class CompiledGradient:
    """The gradient of the mean cost of `net`, computed by `source`.

    Call it with weights, biases, x and y: weights[i] has the shape (n_l, n_{l-1}) and biases[i] (n_l, 1) with
    l = i + 2; x (n_1, m) and y (n_L, m) have one column for each example. Raises `ShapeError` for anything else. The
    arrays given are not written to, and those returned are new, unless `views` says that the arrays of a thread are
    used again by its next call. Several threads may call it at the same time.
    """

    net: Network
    target: str
    source: str = field(repr=False)
    dtype: str = "float64"
    views: bool = False
    _functions: dict[str, Any] = field(init=False, repr=False, compare=False)
    _checker: Checker = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        runs = TARGETS[self.target].runs_here
        made = run(self.source, f"<gradient of {self.net.sizes}>") if runs else {}
        object.__setattr__(self, "_functions", made)
        object.__setattr__(self, "_checker", Checker(self.net, self.dtype))

    def __call__(self, weights: Any, biases: Any, x: Any, y: Any) -> Gradient:
        """(∂C/∂b, ∂C/∂w), C being the mean cost over the columns."""
        return Gradient(*self._run("gradient", *self._checker.all(weights, biases, x, y)))

    def value_and_gradient(self, weights: Any, biases: Any, x: Any, y: Any) -> tuple[float, Gradient]:
        """The mean cost over the columns, equation (26), and its gradient."""
        value, found = self._run("value_and_gradient", *self._checker.all(weights, biases, x, y))
        return float(value), Gradient(*found)

    def forward(self, weights: Any, biases: Any, x: Any) -> Array:
        """a^L, shape (n_L, m), for x of shape (n_1, m)."""
        output: Array = self._run("forward", *self._checker.for_forward(weights, biases, x))
        return output

    def operations(self) -> Operations:
        """How many multiplications and additions both passes take, as formulas in the layer sizes."""
        return operations(self.net)

    def _run(self, function: str, *arguments: Any) -> Any:
        try:
            return self._functions[function](*arguments)
        except (ArithmeticError, ValueError) as error:
            # Python's own numbers raise where NumPy gives inf or nan.
            raise DomainError(
                f"Computing with these numbers failed: {error}. An activation or cost of the network overflows in its "
                'formula; declare a stable form of it, or take the target "numpy", which gives inf or nan there.'
            ) from error
        except KeyError:
            if self._functions:
                raise
            raise DomainError(
                f'The target "{self.target}" is source for another language, which does not run here: write '
                '`.source` to a file, or take the target "numpy" or "python".'
            ) from None


def compile_gradient(
    net: Network, target: str = "numpy", dtype: Any = "float64", views: bool = False
) -> CompiledGradient:
    """The gradient of the mean cost of `net`, as code.

    target: "numpy", the matrix program, for any network; "python", plain numbers, for tiny ones; "auto", the faster of
    these two for one example at a time; "c" and "javascript", source for elsewhere. dtype: "float64" or "float32".
    With `views` the numpy program returns arrays that its next call in the same thread writes over.
    Raises `UnknownName` for any other target, `DomainError` for another dtype, `NetworkError` where the network is too
    large for the target.
    """
    if not isinstance(net, Network):
        raise NetworkError(
            f"A gradient is compiled for a Network, such as Network((2, 3, 2)); given was {net!r}."
        )
    if target == "auto":
        target = best_target(net)
    if target not in TARGETS:
        raise unknown_name("target", target, [*TARGETS, "auto"])
    name = getattr(dtype, "__name__", None) or str(dtype)
    if name not in DTYPES:
        raise DomainError(
            f"The dtype was given as {dtype!r}; a gradient is compiled for {' or '.join(DTYPES)}."
        )
    return CompiledGradient(net, target, TARGETS[target].source(net, name, views), name, views)
