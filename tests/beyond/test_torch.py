"""The programs of graphs against PyTorch's own layers and automatic differentiation, in float64, to 1e-11.

PyTorch is in no lock file, so these run where it is installed: `nox -s engines` installs it. `pytest -rP` prints the
largest relative error of each family.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bpderive as bp
from bpderive.programs.graphs.trial import draw

torch = pytest.importorskip("torch", reason="not installed here; nox -s engines has it")

BOUND = 1e-11
FUNCTIONS = {"tanh": "tanh", "sigmoid": "sigmoid", "linear": None, "softplus": "softplus"}


def tensors(arrays: Any) -> Any:
    return {key: torch.tensor(array, requires_grad=True) for key, array in arrays.items()}


def apart(found: Any, parameters: Any) -> float:
    """The error of the whole gradient, relative to its norm."""
    ours = np.concatenate([np.ravel(found[key]) for key in parameters])
    theirs = np.concatenate([parameters[key].grad.numpy().ravel() for key in parameters])
    return float(np.linalg.norm(ours - theirs) / np.linalg.norm(theirs))


def quadratic(output: Any, target: Any) -> Any:
    return ((output - target) ** 2).sum() / (2 * output.shape[1])


def random_graph(rng: np.random.Generator) -> bp.Graph:
    """Layers that read any earlier ones, with shortcuts, several inputs and costs, and tied weights here and there."""
    depth = int(rng.integers(3, 8))
    sizes = [int(n) for n in rng.integers(1, 5, size=depth)]
    connections: dict[int, tuple[int, ...]] = {1: ()}
    for layer in range(2, depth + 1):
        earlier = np.arange(1, layer)
        count = int(rng.integers(1, min(3, len(earlier)) + 1))
        connections[layer] = tuple(sorted(int(r) for r in rng.choice(earlier, count, replace=False)))
    if depth > 4 and rng.random() < 0.3:
        connections[2] = ()
    shortcuts = {
        layer: read
        for layer in range(2, depth + 1)
        for read in range(1, layer)
        if connections[layer] and sizes[layer - 1] == sizes[read - 1] and rng.random() < 0.5
    }
    used = {r for read in connections.values() for r in read} | set(shortcuts.values())
    ends = [layer for layer in range(2, depth + 1) if connections[layer] and layer not in used]
    ends += [layer for layer in range(2, depth + 1) if connections[layer] and rng.random() < 0.2]
    for layer in (1, 2):
        if not connections.get(layer) and layer not in used:
            connections[depth] = tuple(sorted({*connections[depth], layer}))
    names = {layer: str(rng.choice(list(FUNCTIONS))) for layer in range(2, depth + 1) if connections[layer]}
    shared: dict[Any, Any] = {}
    shapes: dict[Any, Any] = {}
    for layer, read in ((l, r) for l, each in connections.items() for r in each):
        shape = sizes[layer - 1], sizes[read - 1]
        if shape in shapes and rng.random() < 0.5:
            shared[layer, read] = shapes[shape]
        elif shape[::-1] in shapes and rng.random() < 0.5:
            shared[layer, read] = bp.Shared.transposed(shapes[shape[::-1]])
        else:
            shapes[shape] = shared[layer, read] = f"W{len(shared)}"
    return bp.Graph(
        sizes, names, connections=connections, shortcuts=shortcuts, shared=shared, cost_reads=sorted({*ends})
    )


def by_torch(net: bp.Graph, parameters: Any, x: Any, y: Any) -> Any:
    """The cost of a graph, written again from what the graph says, in PyTorch."""
    active = dict(zip(net.inputs, map(torch.tensor, x), strict=True))
    for layer in net.computed:
        bias = parameters[net.shared[layer].name]
        total = bias
        for read in net.reads[layer]:
            use = net.shared[layer, read]
            weights = parameters[use.name].T if use.turned else parameters[use.name]
            total = total + torch.matmul(weights, active[read])
        name = FUNCTIONS[net.activation[layer].name]
        value = (
            total
            if name is None
            else (torch.nn.functional.softplus(total) if name == "softplus" else getattr(torch, name)(total))
        )
        for read in net.shortcuts.get(layer, ()):
            value = value + active[read]
        active[layer] = value
    targets = dict(zip(net.cost_reads, map(torch.tensor, y), strict=True))
    return sum(quadratic(active[layer], targets[layer]) for layer in net.cost_reads)


def test_a_hundred_random_acyclic_networks() -> None:
    worst, shortcuts, shared = 0.0, 0, 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        net = random_graph(rng)
        parameters, x, y = draw(net, rng)
        value, found = bp.compile_gradient(net).value_and_gradient(parameters, x, y)
        theirs = tensors(parameters)
        cost = by_torch(net, theirs, x, y)
        cost.backward()
        assert float(value) == pytest.approx(float(cost.detach()), rel=1e-12)
        worst = max(worst, apart(found, theirs))
        shortcuts += len(net.shortcuts)
        shared += len(net.places) > len(net.parameters)
    print(f"100 random acyclic networks: {worst:.1e}; {shortcuts} shortcuts, {shared} with shared weights")
    assert worst <= BOUND
    assert shortcuts > 50
    assert shared > 20


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (1, 1), (2, 0), (2, 1), (3, 2)])
def test_convolution_in_one_dimension(stride: int, padding: int) -> None:
    layer = torch.nn.Conv1d(2, 3, 4, stride=stride, padding=padding, dtype=torch.float64)
    convolves(layer, (9,), (4,), (2, 3), stride, padding)


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (1, 1), (2, 1)])
def test_convolution_in_two_dimensions(stride: int, padding: int) -> None:
    layer = torch.nn.Conv2d(2, 3, (3, 2), stride=stride, padding=padding, dtype=torch.float64)
    convolves(layer, (6, 5), (3, 2), (2, 3), stride, padding)


def convolves(layer: Any, inputs: Any, kernel: Any, channels: Any, stride: int, padding: int) -> None:
    use = bp.Shared.convolution("K", inputs, kernel, channels, stride, padding)
    assert use.shape is not None
    n_out, n_in = use.shape
    net = bp.Graph(
        (n_in, n_out, 2),
        ("tanh", "linear"),
        shared={(2, 1): use, 2: bp.Shared.by_channel("c", channels[1], n_out // channels[1])},
    )
    rng = np.random.default_rng(stride + 10 * padding)
    parameters, [x], [y] = draw(net, rng, m=4)
    found = bp.compile_gradient(net)(parameters, x, y)
    theirs = tensors(parameters)
    images = torch.tensor(x.T.reshape(4, channels[0], *inputs))
    function = getattr(torch.nn.functional, f"conv{len(inputs)}d")
    hidden = torch.tanh(
        function(images, theirs["K"], theirs["c"], stride=layer.stride, padding=layer.padding)
    )
    output = theirs["w3_2"] @ hidden.reshape(4, -1).T + theirs["b3"]
    quadratic(output, torch.tensor(y)).backward()
    error = apart(found, theirs)
    print(f"Conv{len(inputs)}d, stride {stride}, padding {padding}: {error:.1e}")
    assert error <= BOUND


def test_a_recurrent_network_over_twelve_steps_with_a_cost_at_each() -> None:
    net = bp.Graph.recurrence(12, inputs=3, hidden=5, outputs=2)
    rng = np.random.default_rng(0)
    parameters, x, y = draw(net, rng, m=4)
    found = bp.compile_gradient(net)(parameters, x, y)
    theirs = tensors(parameters)
    module = torch.nn.RNN(3, 5, dtype=torch.float64)
    own = {"weight_ih_l0": "U", "weight_hh_l0": "W", "bias_ih_l0": "b"}
    with torch.no_grad():
        for name, ours in own.items():
            getattr(module, name).copy_(theirs[ours].reshape(getattr(module, name).shape))
        module.bias_hh_l0.zero_()
    states, _ = module(torch.tensor(np.stack([each.T for each in x])))
    outputs = [theirs["V"] @ state.T + theirs["c"] for state in states]
    sum(quadratic(o, torch.tensor(t)) for o, t in zip(outputs, y, strict=True)).backward()
    for name, ours in own.items():
        theirs[ours].grad = getattr(module, name).grad.reshape(theirs[ours].shape)
    error = apart(found, theirs)
    print(f"RNN over 12 steps: {error:.1e}")
    assert error <= BOUND


def test_residual_blocks() -> None:
    """Blocks of two layers, x + W₂ tanh(W₁ x + b₁) + b₂, ten of them."""
    blocks, width = 10, 4
    depth = 2 * blocks + 1
    net = bp.Graph(
        (width,) * depth,
        {"default": "tanh"} | dict.fromkeys(range(3, depth + 1, 2), "linear"),
        shortcuts={layer: layer - 2 for layer in range(3, depth + 1, 2)},
    )
    parameters, [x], [y] = draw(net, np.random.default_rng(0), m=5)
    found = bp.compile_gradient(net)(parameters, x, y)
    theirs = tensors(parameters)
    stream = torch.tensor(x)
    for layer in range(2, depth, 2):
        inner = torch.tanh(theirs[f"w{layer}_{layer - 1}"] @ stream + theirs[f"b{layer}"])
        stream = stream + theirs[f"w{layer + 1}_{layer}"] @ inner + theirs[f"b{layer + 1}"]
    quadratic(stream, torch.tensor(y)).backward()
    error = apart(found, theirs)
    print(f"residual blocks: {error:.1e}")
    assert error <= BOUND


def test_dropout_with_given_masks_and_weight_decay() -> None:
    keep, mask = 0.5, np.array([1, 0, 1, 1, 0])
    net = bp.Graph(
        (3, 5, 2),
        ("tanh", "linear"),
        shared={(3, 2): bp.Shared.masked("W", mask / keep, 2)},
        decay=0.03,
    )
    parameters, [x], [y] = draw(net, np.random.default_rng(0), m=6)
    value, found = bp.compile_gradient(net).value_and_gradient(parameters, x, y)
    theirs = tensors(parameters)
    hidden = torch.tanh(theirs["w2_1"] @ torch.tensor(x) + theirs["b2"])
    dropped = hidden * torch.tensor(mask / keep)[:, None]
    cost = quadratic(theirs["W"] @ dropped + theirs["b3"], torch.tensor(y))
    cost = cost + 0.03 / 2 * ((theirs["W"] ** 2).sum() + (theirs["w2_1"] ** 2).sum())
    cost.backward()
    assert float(value) == pytest.approx(float(cost.detach()), rel=1e-13)
    error = apart(found, theirs)
    print(f"dropout and L2: {error:.1e}")
    assert error <= BOUND


def test_softmax_in_a_hidden_layer() -> None:
    net = bp.Graph((3, 4, 4, 2), {"default": "tanh", 3: "softmax"}, shortcuts={3: 2})
    parameters, [x], [y] = draw(net, np.random.default_rng(0), m=6)
    found = bp.compile_gradient(net)(parameters, x, y)
    theirs = tensors(parameters)
    hidden = torch.tanh(theirs["w2_1"] @ torch.tensor(x) + theirs["b2"])
    mixed = torch.softmax(theirs["w3_2"] @ hidden + theirs["b3"], dim=0) + hidden
    quadratic(torch.tanh(theirs["w4_3"] @ mixed + theirs["b4"]), torch.tensor(y)).backward()
    error = apart(found, theirs)
    print(f"softmax in a hidden layer: {error:.1e}")
    assert error <= BOUND


def test_a_graph_runs_on_tensors() -> None:
    net = bp.Graph.recurrence(3, 2, 4, 1)
    parameters, x, y = draw(net, np.random.default_rng(0))
    compiled: Any = bp.compile_gradient(net)
    expected = compiled(parameters, x, y)
    found = compiled(
        {key: torch.tensor(v) for key, v in parameters.items()},
        list(map(torch.tensor, x)),
        list(map(torch.tensor, y)),
    )
    for key, array in found.items():
        assert isinstance(array, torch.Tensor)
        np.testing.assert_allclose(array.numpy(), expected[key], rtol=1e-12, atol=1e-15)
