"""Weights that are linear functions of parameters: the same weights in two places, a convolution, a mask.

A `Shared` says how the weights w^{l,r}, or the biases b^l, come from the parameters of one name: entry (j, k) is
Σ_p T_jkp θ_p. (S1) needs no more than T.

    >>> kernel = Shared.convolution("K", (5,), (3,))
    >>> kernel.shape, kernel.parameters
    ((3, 5), (1, 1, 3))
    >>> kernel.weights(np.array([1.0, 2.0, 3.0]))
    array([[1., 2., 3., 0., 0.],
           [0., 1., 2., 3., 0.],
           [0., 0., 1., 2., 3.]])
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from bpderive.errors import NetworkError
from bpderive.later import Array, np
from bpderive.letters.text import Text
from bpderive.programs.graphs.words import CONVOLUTION


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """Weights or biases that come from the parameters `name`, in one of four ways.

    Plainly (the parameters are the weights), `turned` (their transpose), times the numbers `factor`, or by `table`, of
    the shape (n_l, n_r, number of parameters). `parameters` is the shape of the parameters, None where it is that of
    the weights.
    """

    name: str
    turned: bool = False
    factor: Array | None = None
    table: Array | None = None
    parameters: tuple[int, ...] | None = None

    def _key(self) -> tuple[Any, ...]:
        numbers = [
            None if array is None else (array.shape, array.tobytes()) for array in (self.factor, self.table)
        ]
        return (self.name, self.turned, self.parameters, *numbers)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Shared) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The shape of the weights, where the way determines it."""
        given = self.factor if self.table is None else self.table[..., 0]
        return None if given is None else given.shape

    def parameters_for(self, shape: tuple[int, int]) -> tuple[int, ...]:
        """Return the shape of the parameters of weights of `shape`."""
        return self.parameters or (shape[::-1] if self.turned else shape)

    def weights(self, theta: Any) -> Array:
        """Return the weights, for parameters in their shape."""
        theta = np.asarray(theta)
        if self.table is not None:
            made: Array = self.table @ theta.reshape(-1)
            return made
        if self.factor is not None:
            masked: Array = self.factor * theta
            return masked
        plain: Array = theta.T if self.turned else theta
        return plain

    @classmethod
    def transposed(cls, name: str) -> Shared:
        """Return the transpose of the weights called `name`, as in the second half of an autoencoder."""
        return cls(name, turned=True)

    @classmethod
    def masked(cls, name: str, mask: Any, rows: int) -> Shared:
        """Weights from a layer whose neuron k is multiplied by mask[k]: w_jk = θ_jk mask_k, `rows` being n_l."""
        row = np.asarray(mask, float)
        return cls(name, factor=np.tile(row, (rows, 1)))

    @classmethod
    def linear(cls, name: str, table: Any) -> Shared:
        """Return the weights w_jk = Σ_p table[j, k, p] θ_p."""
        numbers = np.asarray(table, float)
        return cls(name, table=numbers, parameters=(numbers.shape[-1],))

    @classmethod
    def convolution(
        cls,
        name: str,
        inputs: Sequence[int],
        kernel: Sequence[int],
        channels: tuple[int, int] = (1, 1),
        stride: int = 1,
        padding: int = 0,
    ) -> Shared:
        """Return a convolution, in one dimension or more, of a layer of `inputs` places with a `kernel`.

        `channels` are those of the input and of the output; the neurons of a layer are numbered channel by channel, the
        places of a channel row by row. The parameters have the shape (channels out, channels in, *kernel). Raises
        `NetworkError` for sizes that leave no output.
        """
        inputs, kernel = tuple(inputs), tuple(kernel)
        places = convolved(inputs, kernel, stride, padding)
        n_in, n_out = channels
        shape = (n_out, n_in, *kernel)
        table = np.zeros((n_out * prod(places), n_in * prod(inputs), prod(shape)))
        for at, offset in itertools.product(np.ndindex(*places), np.ndindex(*kernel)):
            read = tuple(stride * p + o - padding for p, o in zip(at, offset, strict=True))
            if any(not 0 <= p < size for p, size in zip(read, inputs, strict=True)):
                continue
            here, there = np.ravel_multi_index(at, places), np.ravel_multi_index(read, inputs)
            for to, of in itertools.product(range(n_out), range(n_in)):
                parameter = np.ravel_multi_index((to, of, *offset), shape)
                table[to * prod(places) + here, of * prod(inputs) + there, parameter] = 1.0
        return cls(name, table=table, parameters=shape)

    @classmethod
    def by_channel(cls, name: str, channels: int, places: int) -> Shared:
        """Biases that all places of a channel have in common."""
        table = np.repeat(np.eye(channels), places, axis=0)[:, None, :]
        return cls(name, table=table, parameters=(channels,))

    def __repr__(self) -> str:
        ways = [
            ", transposed" * self.turned,
            ", masked" * (self.factor is not None),
            f", {self.parameters} parameters" if self.parameters else "",
        ]
        return f"<shared {self.name}{''.join(ways)}>"


def convolved(inputs: tuple[int, ...], kernel: tuple[int, ...], stride: int, padding: int) -> tuple[int, ...]:
    """The places of a layer that a convolution leads to; raises `NetworkError` where there are none."""
    if len(inputs) != len(kernel) or not inputs or stride < 1 or padding < 0:
        given = Text(en=f"{inputs} places with a kernel {kernel}", zh=f"输入 {inputs} 与卷积核 {kernel}")
        wanted = Text(
            en="both need as many numbers, the stride is at least 1 and the padding at least 0",
            zh="两者的维数必须相同，步幅至少为 1，填充至少为 0",
        )
        raise NetworkError(CONVOLUTION.format(given=given, wanted=wanted))
    places = tuple((size + 2 * padding - k) // stride + 1 for size, k in zip(inputs, kernel, strict=True))
    if any(place < 1 for place in places) or any(k < 1 for k in kernel):
        given = Text(en=f"{inputs} places with a kernel {kernel}", zh=f"输入 {inputs} 与卷积核 {kernel}")
        wanted = Text(
            en="the kernel does not fit into the layer with its padding",
            zh="连同填充在内，卷积核仍放不进这一层",
        )
        raise NetworkError(CONVOLUTION.format(given=given, wanted=wanted))
    return places
