"""A network whose layers are connected in any way without a circle, by declaration.

>>> net = Graph((2, 3, 3, 2), connections={4: (3, 1)}, shortcuts={3: 2}, activation="tanh")
>>> net.reads[4], net.parameters["w4_1"]
((3, 1), (2, 2))
>>> Graph.recurrence(3, inputs=2, hidden=4, outputs=1)
<Graph of 9 layers, parameters U (4, 2), b (4, 1), V (1, 4), c (1, 1), W (4, 4)>
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from sys import float_info
from typing import Any

from bpderive.errors import NetworkError, shown
from bpderive.functions.activations import Activation, AnyActivation, VectorActivation
from bpderive.functions.activations import resolve as find_activation
from bpderive.functions.choices import check_domain, check_numbers, checked_sizes
from bpderive.functions.costs import Cost
from bpderive.functions.costs import resolve as find_cost
from bpderive.letters.text import Text
from bpderive.programs.graphs import words
from bpderive.programs.graphs.sharing import Shared

_TAKEN = re.compile(r"np|math|backprop|cost.*|nabla_.*|delta\d+|[awbzyxGT]\d+(_\d+)?")
"""What a program calls something else."""

Layers = int | Iterable[int]
Sharing = str | Shared


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Graph:
    """A network of `sizes`, layers 1 to L in the order in which they are computed.

    connections: {l: r} or {l: (r, s)}, the layers that layer l reads; a layer that is not named reads the one before
    it, and one that reads none, such as layer 1 or {3: ()}, is an input. shortcuts: {l: r}, a^l = σ(z^l) + a^r.
    shared: {(l, r): …} for w^{l,r} and {l: …} for b^l, a name or a `Shared`; without it each is a parameter of its
    own, called w4_3 and b4. activation: one for all, one for each layer that is computed, or {l: …} with a "default".
    cost_reads: the layers whose outputs the cost reads, each with desired outputs of its own; the cost is the sum.
    decay: λ of λ/2 Σ w², over the weights and not the biases.

    Raises `NetworkError` for a circle, an unknown layer, sizes that do not fit, a shortcut between unequal widths, and
    a layer that nothing reads.
    """

    sizes: tuple[int, ...]
    reads: dict[int, tuple[int, ...]]
    shortcuts: dict[int, tuple[int, ...]]
    shared: dict[Any, Shared]
    activation: dict[int, AnyActivation]
    cost: Cost
    cost_reads: tuple[int, ...]
    decay: float

    def __init__(
        self,
        sizes: Iterable[int],
        activation: Any = "sigmoid",
        cost: str | Cost = "quadratic",
        *,
        connections: Mapping[int, Layers] | None = None,
        shortcuts: Mapping[int, Layers] | None = None,
        shared: Mapping[Any, Sharing] | None = None,
        cost_reads: Layers | None = None,
        decay: float = 0.0,
    ) -> None:
        checked = checked_sizes(sizes)
        depth = len(checked)
        for name, mapping in (("connections", connections), ("shortcuts", shortcuts), ("shared", shared)):
            if mapping is not None and not isinstance(mapping, Mapping):
                raise NetworkError(words.MAPPING.format(name=name, given=shown(mapping)))
        if type(decay) not in (int, float) or not 0 <= decay <= float_info.max:
            raise NetworkError(words.DECAY.format(given=shown(decay)))
        given = {layer: _listed(read) for layer, read in (connections or {}).items()}
        reads = {layer: given.get(layer, (layer - 1,) if layer > 1 else ()) for layer in range(1, depth + 1)}
        ways = {layer: _listed(read) for layer, read in (shortcuts or {}).items()}
        _check_layers("connections", given, checked)
        _check_layers("shortcuts", ways, checked)
        _check_order(reads, ways)
        for layer, others in ways.items():
            if not reads[layer]:
                raise NetworkError(words.INPUT_SHORTCUT.format(layer=layer))
            for read in others:
                wide, narrow = checked[layer - 1], checked[read - 1]
                if wide != narrow:
                    raise NetworkError(words.WIDTHS.format(layer=layer, read=read, wide=wide, narrow=narrow))
        ends = (depth,) if cost_reads is None else _listed(cost_reads)
        _check_layers("cost_reads", {depth: ends}, checked)
        computed = [layer for layer in reads if reads[layer]]
        for layer in ends:
            if layer not in computed:
                told = words.COST_OF_INPUT.format(layer=layer, layers=", ".join(map(str, computed)))
                raise NetworkError(told)
        read_by_any = {*ends, *(r for each in (*reads.values(), *ways.values()) for r in each)}
        for layer in range(1, depth + 1):
            if layer not in read_by_any:
                raise NetworkError(words.NOT_READ.format(layer=layer))
        charged = find_cost(cost)
        check_numbers(charged)
        chosen = _chosen(computed, activation)
        for layer in ends:
            check_domain(chosen[layer], charged)
        for name, value in (
            ("sizes", checked),
            ("reads", reads),
            ("shortcuts", ways),
            ("shared", _sharing(checked, reads, shared or {})),
            ("activation", chosen),
            ("cost", charged),
            ("cost_reads", tuple(sorted(ends))),
            ("decay", float(decay)),
        ):
            object.__setattr__(self, name, value)
        self._check_parameters()

    @property
    def depth(self) -> int:
        """L."""
        return len(self.sizes)

    @property
    def inputs(self) -> tuple[int, ...]:
        """The layers that read none."""
        return tuple(layer for layer, read in self.reads.items() if not read)

    @property
    def computed(self) -> tuple[int, ...]:
        """The layers that are computed, in order."""
        return tuple(layer for layer, read in self.reads.items() if read)

    def width(self, layer: int) -> int:
        """n_l."""
        return self.sizes[layer - 1]

    def layer_activation(self, layer: int) -> AnyActivation:
        """Return the activation of all neurons of a layer that is computed."""
        return self.activation[layer]

    def activation_of(self, layer: int, j: int) -> Activation:
        """That of one neuron."""
        found = self.activation[layer]
        assert isinstance(found, Activation)
        return found

    @property
    def parameters(self) -> dict[str, tuple[int, ...]]:
        """The shape of each parameter, by its name, in the order of use."""
        found: dict[str, tuple[int, ...]] = {}
        for key in self.places:
            use = self.shared[key]
            found.setdefault(use.name, use.parameters_for(self.shape_of(key)))
        return found

    @property
    def places(self) -> tuple[Any, ...]:
        """(l, r) for each matrix of weights, and after those of a layer l for its biases."""
        return tuple(
            key for layer in self.computed for key in (*((layer, read) for read in self.reads[layer]), layer)
        )

    def shape_of(self, key: Any) -> tuple[int, int]:
        """Return the shape of w^{l,r} or of b^l."""
        layer, read = key if isinstance(key, tuple) else (key, None)
        return self.sizes[layer - 1], 1 if read is None else self.sizes[read - 1]

    def readers(self, layer: int) -> tuple[int, ...]:
        """Return the layers that read `layer` by weights."""
        return tuple(other for other, read in self.reads.items() if layer in read)

    def shortcuts_from(self, layer: int) -> tuple[int, ...]:
        """Return the layers that add the activations of `layer`."""
        return tuple(other for other, read in self.shortcuts.items() if layer in read)

    @classmethod
    def recurrence(
        cls,
        steps: int,
        inputs: int,
        hidden: int,
        outputs: int,
        activation: str | Activation = "tanh",
        output: str | AnyActivation = "linear",
        cost: str | Cost = "quadratic",
    ) -> Graph:
        """Return a recurrent network over `steps` steps, unrolled, with a cost at each: parameters U, W, b, V, c.

        Step t has three layers, x_t, h_t = σ(U x_t + W h_{t−1} + b) and the output σ(V h_t + c); h_0 is 0.
        """
        sizes: list[int] = []
        connections: dict[int, Layers] = {}
        shared: dict[Any, Sharing] = {}
        functions: dict[int, Any] = {}
        for step in range(steps):
            x = 3 * step + 1
            sizes += [inputs, hidden, outputs]
            connections[x] = ()
            connections[x + 1] = (x, *((x - 2,) if step else ()))
            shared |= {(x + 1, x): "U", x + 1: "b", (x + 2, x + 1): "V", x + 2: "c"}
            if step:
                shared[x + 1, x - 2] = "W"
            functions |= {x + 1: activation, x + 2: output}
        ends = range(3, len(sizes) + 1, 3)
        return cls(sizes, functions, cost, connections=connections, shared=shared, cost_reads=ends)

    def _check_parameters(self) -> None:
        shapes: dict[str, tuple[int, ...]] = {}
        for key in self.places:
            use, wanted = self.shared[key], self.shape_of(key)
            if use.shape is not None and tuple(use.shape) != wanted:
                layer, read = key if isinstance(key, tuple) else (key, key)
                told = words.SHAPES.format(
                    name=use.name, given=tuple(use.shape), wanted=wanted, layer=layer, read=read
                )
                raise NetworkError(told)
            shape = use.parameters_for(wanted)
            known = shapes.setdefault(use.name, shape)
            if known != shape:
                raise NetworkError(words.TWO_SHAPES.format(name=use.name, first=known, second=shape))

    def __hash__(self) -> int:
        return hash((self.sizes, self.cost_reads))  # what else there is stands in dictionaries

    def __repr__(self) -> str:
        listed = ", ".join(f"{name} {shape}" for name, shape in self.parameters.items())
        return f"<Graph of {self.depth} layers, parameters {listed}>"


def _listed(given: Layers) -> tuple[int, ...]:
    if isinstance(given, int):
        return (given,)
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise NetworkError(words.LAYERS.format(given=shown(given)))
    return tuple(given)


def _check_layers(where: str, given: Mapping[int, tuple[int, ...]], sizes: tuple[int, ...]) -> None:
    for layer in (*given, *(read for each in given.values() for read in each)):
        if type(layer) is not int or not 1 <= layer <= len(sizes):
            told = words.NO_LAYER.format(where=where, given=shown(layer), sizes=sizes, depth=len(sizes))
            raise NetworkError(told)


def _check_order(reads: Mapping[int, tuple[int, ...]], ways: Mapping[int, tuple[int, ...]]) -> None:
    """Raise `NetworkError` for a circle, and for an order of the numbers in which a layer would read a later one."""
    before = {layer: (*read, *ways.get(layer, ())) for layer, read in reads.items()}
    state: dict[int, str] = {}

    def visit(layer: int, way: tuple[int, ...]) -> None:
        if state.get(layer) == "done":
            return
        if layer in way:
            circle = " → ".join(map(str, [*way[way.index(layer) :], layer][::-1]))
            raise NetworkError(words.CIRCLE.format(circle=circle))
        for read in before[layer]:
            visit(read, (*way, layer))
        state[layer] = "done"

    for layer in before:
        visit(layer, ())
    for layer, others in before.items():
        for read in others:
            if read >= layer:
                raise NetworkError(words.ORDER.format(layer=layer, read=read))


def _chosen(computed: list[int], given: Any) -> dict[int, AnyActivation]:
    if isinstance(given, str | Activation | VectorActivation):
        return dict.fromkeys(computed, find_activation(given))
    if isinstance(given, Mapping):
        default = given.get("default", "sigmoid")
        return {layer: find_activation(given.get(layer, default)) for layer in computed}
    if not isinstance(given, list | tuple):
        raise NetworkError(words.NO_ACTIVATION.format(given=shown(given)))
    listed = list(given)
    if len(listed) != len(computed):
        layers = ", ".join(map(str, computed))
        told = words.ACTIVATIONS.format(count=len(listed), wanted=len(computed), layers=layers)
        raise NetworkError(told)
    return {layer: find_activation(name) for layer, name in zip(computed, listed, strict=True)}


def _sharing(
    sizes: tuple[int, ...], reads: Mapping[int, tuple[int, ...]], given: Mapping[Any, Sharing]
) -> dict[Any, Shared]:
    """How each matrix of weights and each vector of biases comes from its parameters."""
    made: dict[Any, Shared] = {}
    for layer, others in reads.items():
        for read in others:
            made[layer, read] = Shared(f"w{layer}_{read}")
        if others:
            made[layer] = Shared(f"b{layer}")
    for key, use in given.items():
        if key not in made:
            layer, read = key if isinstance(key, tuple) and len(key) == 2 else (key, key)
            told = Text(en="nothing", zh="无")
            if known := reads.get(layer):
                listed = ", ".join(map(str, known))
                told = Text(en=listed, zh=listed)
            raise NetworkError(
                words.NO_CONNECTION.format(given=shown(key), layer=layer, read=read, reads=told)
            )
        if not isinstance(use, str | Shared):
            raise NetworkError(words.NO_SHARED.format(given=shown(use)))
        made[key] = Shared(use) if isinstance(use, str) else use
        if not made[key].name.isidentifier() or _TAKEN.fullmatch(made[key].name):
            raise NetworkError(words.NAME.format(given=made[key].name))
    return made
