r"""What people type, and that it means nothing but itself."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bpderive as bp
from bpderive.workbook.conventions.reading import MOST_READINGS
from bpderive.workbook.conventions.writing import NotWritten, Writer
from bpderive.workbook.language import parse
from tests.conventions import code
from tests.conventions.fuzzer import run
from tests.conventions.variations import VARIATIONS, varied

BP2 = r"\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)"

SPELLINGS = [
    BP2,
    r"\(\delta^l = \left((w^{l+1})^T \delta^{l+1}\right) \odot \sigma'(z^l)\)",
    r"\begin{equation} \delta^l = \big((w^{l+1})^\top \delta^{l+1}\big) \odot \sigma'(z^l) \end{equation}",
    r"\begin{aligned} \delta^l &= \Bigl( (w^{l+1})^{\intercal} \delta^{l+1} \Bigr) \\ &\odot \sigma'(z^l)\end{aligned}",
    r"\boxed{\delta^l = ((w^{l+1})^{\text{T}} \delta^{l+1}) \odot \sigma'(z^l)}",
    r"\bm{\delta}^l = (({\bm w}^{l+1})^{\mathsf T} \bm{\delta}^{l+1}) \circ \sigma'(\vec z^l)",
    r"\delta^l = (w^{l+1\,T} \delta^{l+1}) \odot \sigma^{\prime}(z^l)",
    r"\delta^l = ((w^{l+1})' \delta^{l+1}) .* \sigma'(z^l)",
    r"\delta^{l} := {w^{l+1}}^T \delta^{l+1} * \sigma'(z^{l}) \label{eq:bp2}",
    r"\delta^l \triangleq \sigma'(z^l) \odot (w^{l+1})^T \delta^{l+1} \nonumber",
    r"\delta^l \coloneqq \dot\sigma(z^l) \odot ((w^{l+1})^T \delta^{l+1}) \text{(29)}",
    "δ^l = ((w^{l+1})ᵀ δ^{l+1}) ⊙ σ′(z^l)",
    "δˡ = ((wˡ⁺¹)ᵀ δˡ⁺¹) ⊙ σ′(zˡ)",
    "由链式法则可得：δ^l ＝（（w^{l+1}）^T δ^{l+1}）⊙ σ′（z^l）。",
    r"Then we have $\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)$, which is the second equation.",
    r"\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l) \in \mathbb{R}^{n_l}",
    r"\delta^\ell = ((w^{\ell+1})^T \delta^{\ell+1}) \odot \sigma'(z^\ell)",
    r"\delta^l = \operatorname{diag}(\sigma'(z^l)) (w^{l+1})^T \delta^{l+1}",
    r"\delta^l = \text{diag}(\sigma'(z^l)) (w^{l+1})^T \delta^{l+1}",
    r"\delta^l = \mathrm{diag}\left(\sigma'(z^l)\right) (w^{l+1})^T \delta^{l+1}",
    r"\delta^l_j = \sum_{k=1}^{n_{l+1}} w^{l+1}_{kj} \delta^{l+1}_k \sigma'(z^l_j)",
    r"\delta_j^l = \sum\limits_{k \in l+1} w_{kj}^{l+1} \cdot \delta_k^{l+1} \cdot \sigma'(z_j^l)",
    r"\delta^l_j = \Big\{ \sum_k w^{l+1}_{kj} \delta^{l+1}_k \Big\} \sigma'(z^l_j)",
    r"\delta^l_j = \frac{\partial C}{\partial z^l_j} = \sum_k w^{l+1}_{kj} \delta^{l+1}_k \sigma'(z^l_j)",
    r"\delta^l_j = \partial_{z^l_j} C",
    r"\delta^l_j = \dfrac{\mathrm{d} C}{\mathrm{d} z^l_j}",
    r"\delta^l_j = {\partial C \over \partial z^l_j}",
    r"\nabla_{w^l} C = \delta^l (a^{l-1})^T",
    r"\nabla_{W^l} C = \delta^l (a^{l-1})^T",
    r"\frac{\partial z^l_j}{\partial b^l_k} = \mathbb{1}[j=k]",
    r"\frac{\partial z^l_j}{\partial z^l_k} = 0 \quad (j \neq k)",
    r"\frac{\partial z^l_j}{\partial z^l_k} = 0 \text{ for } j \ne k",
    r"C = \frac{1}{2} ||y - a^L||^2 with cost = quadratic",
    r"C = \tfrac12 \left\| y - a^L \right\|_2^2 for the quadratic cost",
    r"\sigma'(z^l_j) = \sigma(z^l_j)(1-\sigma(z^l_j)) for the sigmoid",
    r"\sigma'(z^l_j) = 1 - \tanh^2(z^l_j)",
    "d(C, w[l]) = outer(delta[l], a[l-1])",
    "δ[l,j] = ∂C/∂z[l,j]",
    "dC/dw[l,j,k] = a[l-1,k] * δ[l,j]",
    "delta[l] = (w[l+1].T @ delta[l+1]) * σ′(z[l])",
    "∂C/∂b[l][j] = delta[l][j]",
]


@pytest.mark.parametrize("text", SPELLINGS)
def test_a_true_equation_is_held_however_it_is_typed(text: str) -> None:
    verdict = bp.check(text)
    assert verdict.holds, verdict.text


CODE = [
    "dW2 = np.dot(dZ2, A1.T) / m",
    "dW2 = 1/m * np.dot(dZ2, A1.T)",
    "dW2 = (1./m) * dZ2.dot(A1.T)",
    "db2 = np.sum(dZ2, axis=1, keepdims=True) / m",
    "dZ1 = W2.T @ dZ2 * (1 - np.power(A1, 2))  with sigma = tanh",
    "Z1 = W1 @ X + b1",
    "Z2 = np.dot(W2, A1) + b2",
    "delta2 = (W3.T @ delta3) * sigmoid_prime(z2)",
    "dW3 = np.outer(delta3, a2)",
    "dW2 = a1.T @ delta3",
    "db2 = np.sum(delta3, axis=0)",
    "dZ1 = np.multiply(np.dot(W2.T, dZ2), relu_derivative(Z1))",
    "dZ1 = np.dot(W2.T, dZ2) * derivative_ReLU(Z1)",
    "dZ1 = np.dot(W2.T, dZ2) * (Z1 > 0)",
    "dZ1 = np.dot(W2.T, dZ2) * (A1 > 0).astype(float)",
    "dZ1 = np.dot(W2.T, dZ2) * (1 - A1**2)  # tanh",
    "dZ1 = (np.dot(W2.T, dZ2) * A1 * (1 - A1))  # sigmoid",
    "dZ2 = A2 - Y  # softmax, cross-entropy",
    "dz = p - y (softmax + cross-entropy)",
    "delta = (a - y) * a * (1 - a)  # mse, sigmoid",
    "dW = (1/m) * np.dot(dZ, A_prev.T)",
    "dW = np.dot(dZ, A_prev.T) / A_prev.shape[1]",
    "dA_prev = np.dot(W.T, dZ)",
    "db = np.mean(dZ, axis=1, keepdims=True)",
    "dW = np.einsum('ij,kj->ik', dZ, A_prev) / m",
    'dW1 = torch.einsum("bi,bj->ij", delta1, x)',
    "dw = 1/m * np.dot(X, (A - Y).T)  # sigmoid, cross-entropy",
    "db = 1/m * np.sum(A - Y)  # sigmoid, cross-entropy",
    "W2 -= learning_rate * dW2",
    "dW2 = np.dot(dZ2, np.transpose(A1)) / m",
]


@pytest.mark.parametrize("text", CODE)
def test_a_true_line_of_numpy_is_held(text: str) -> None:
    verdict = bp.check(text)
    assert verdict.holds, verdict.text


MORE = [
    (r"W := W - \alpha \frac{\partial J}{\partial W}", None),
    (r"w^l \rightarrow w^l - \frac{\eta}{m} \sum_x \delta^{x,l} (a^{x,l-1})^T", None),
    ("W1 = W1 - alpha * dW1", None),
    ("W1 -= lr * dW1", None),
    (r"\frac{\partial a_j}{\partial a_i} = \delta_{ji}", "bishop"),
    ("𝛿ˡ = ((𝑊ˡ⁺¹)ᵀ 𝛿ˡ⁺¹) ⊙ σ′(𝑧ˡ)", "chapter"),
    ("dX = dout @ W.T", "layer"),
    (r"\frac{\partial L}{\partial W} = X^T \frac{\partial L}{\partial Y}", "layer"),
    (r"dZ^{[2]} = A^{[2]} - Y with the cross-entropy cost and sigmoid", "course"),
    (
        r"\delta_j \equiv \frac{\partial E_n}{\partial a_j} = \sum_k \frac{\partial E_n}{\partial a_k} \frac{\partial a_k}{\partial a_j}",  # noqa: E501
        "bishop",
    ),
    (r"g_j = \hat{y}_j^k (1-\hat{y}_j^k) (y_j^k-\hat{y}_j^k)，均方误差，Sigmoid", "zhou"),
    (r"\Delta \gamma_h = -\eta e_h", "zhou"),
    (r"\Delta w_{ij} = -\eta \delta_j o_i", "net"),
    (r"\delta^\ell = (W^{\ell+1})^T \delta^{\ell+1} \circ f'(u^\ell)", None),
    (r"dz^{[1](i)} = W^{[2]T} dz^{[2](i)} * g^{[1]\prime}(z^{[1](i)})", "course"),
    (r"\nabla_{W^{(k)}} J = \nabla_{a^{(k)}} J \, h^{(k-1)\top}", "goodfellow"),
    ("∂L/∂W2 = a1^T δ2", None),
    ("∂W^(l) = A^(l-1)^T @ δ^(l)", "rows"),
    ("∂b^(l) = sum(δ^(l), axis=0)", None),
    ("w = w - lr * ∂L/∂w", None),
    ("∂L/∂w = 1/m X^T(ŷ - y) with the cross-entropy and the sigmoid", "layer"),
    (r"\frac{\partial L}{\partial W} = \frac{\partial L}{\partial Y} \cdot X^T", "layer-columns"),
    (r"\delta^l ⊗ a^{l-1} = \frac{\partial C}{\partial w^l}", None),
    (r"\frac{\partial Cost}{\partial bias_i^{(l)}} = \delta_i^{(l)}", None),
    (r"\delta_i^{(l)} = \sum_j \delta_j^{(l+1)} w_{ji}^{(l+1)} \sigma'(logit_i^{(l)})", None),
    (r"W^l = W^l - \alpha \sum\limits_{i=1}^m \delta^{i,l}(a^{i, l-1})^T", None),
    (r"\frac{\partial J(W,b,x,y)}{\partial W^L} = (a^L-y) \odot \sigma^{'}(z^L)(a^{L-1})^T 均方误差", None),
    (r"\frac{\partial L}{\partial z_k} = y_k - t_k （softmax，交叉熵）", None),
    (r"\frac{\partial L}{\partial z_i} = p_i - y_i, softmax with cross-entropy", None),
    (r"\frac{\partial L}{\partial W^{(1)}} = \delta^{(1)} {a^{(0)}}^T", None),
    (r"\frac{\partial a_i}{\partial z_j} = a_i(\delta_{ij} - a_j), softmax", "chapter"),
    (
        r"\frac{\partial C}{\partial w_j} = \frac{\partial C}{\partial a} \frac{\partial a}{\partial z} x_j",
        "one-neuron",
    ),
    (r"z = \sum_i w_i x_i + b", "one-neuron"),
    (r"\frac{\partial J}{\partial w_1} = (a - y) x_1, sigmoid, cross-entropy", "one-neuron"),
    (
        (
            r"\frac{\partial C_0}{\partial w^{(L)}} = \frac{\partial z^{(L)}}{\partial w^{(L)}} "
            r"\frac{\partial a^{(L)}}{\partial z^{(L)}} \frac{\partial C_0}{\partial a^{(L)}}"
        ),
        "chain",
    ),
    (
        (
            r"\frac{\partial L}{\partial W^{(1)}} = \frac{\partial L}{\partial a^{(2)}} \cdot "
            r"\frac{\partial a^{(2)}}{\partial z^{(2)}} \cdot \frac{\partial z^{(2)}}{\partial a^{(1)}} \cdot "
            r"\frac{\partial a^{(1)}}{\partial z^{(1)}} \cdot \frac{\partial z^{(1)}}{\partial W^{(1)}}"
        ),
        "chain",
    ),
    (r"\delta_k = (t_k - o_k) o_k (1 - o_k), sigmoid, squared error", "mitchell"),
    (r"\Delta w_{ji} = \eta \delta_j x_i", "mitchell"),
    (
        r"\frac{\partial E}{\partial w_{ij}} = \frac{\partial E}{\partial\mathrm{net_j}} o_i",
        "net",
    ),
    (r"El error de la capa oculta es \delta^{l} = (W^{l+1})^T \delta^{l+1} \odot f'(z^{l})", None),
]


@pytest.mark.parametrize(("text", "convention"), MORE)
def test_what_else_people_write(text: str, convention: str | None) -> None:
    verdict = bp.check(text)
    assert verdict.holds, verdict.text
    assert convention in (None, verdict.convention)


WRONG = [
    "W1 = W1 + alpha * dW1",
    "W1 += lr * dW1",
    "w := w + α ∂L/∂w",
    "dA_prev = np.dot(W, dZ)",
    "db2 = 1/m * np.sum(dZ2)",
    "dW = np.einsum('ij,kj->ki', dZ, A_prev)",
    "dZ1 = np.dot(W2.T, dZ2) * (Z2 > 0)",
    "dZ1 = np.dot(W2.T, dZ2) * (1 - A1**2)  # sigmoid",
    "dw = 1/m * np.dot(X.T, A - Y)  # sigmoid, cross-entropy",
    "∂L/∂W2 = a2^T δ2",
    r"\frac{\partial L}{\partial z_k} = t_k - y_k (softmax, cross-entropy)",
    r"\frac{\partial L}{\partial z_i} = y_i - p_i, softmax with cross-entropy",
    r"\frac{\partial a_i}{\partial z_j} = a_i(1 - a_j), softmax",
    r"\frac{\partial C}{\partial w_j} = (a - y) x_i, sigmoid, cross-entropy",
    (
        r"\frac{\partial C_0}{\partial w^{(L)}} = \frac{\partial z^{(L)}}{\partial w^{(L)}} "
        r"\frac{\partial z^{(L)}}{\partial a^{(L)}} \frac{\partial C_0}{\partial a^{(L)}}"
    ),
    r"\frac{\partial J}{\partial W^L} = (a^L-y) \odot \sigma'(z^{L-1})(a^{L-1})^T 均方误差",
    r"\frac{\partial L}{\partial w} = \frac{\partial L}{\partial a} \frac{\partial z}{\partial a} x",
    r"\frac{\partial a_j}{\partial a_i} = 2 \delta_{ji}",
    r"\Delta w_{ij} = \eta \delta_j o_i",
    "dX = W.T @ dout",
    r"dZ^{[2]} = Y - A^{[2]} (cross-entropy, sigmoid)",
]


@pytest.mark.parametrize("text", WRONG)
def test_what_else_people_write_wrongly(text: str) -> None:
    verdict = bp.check(text)
    assert verdict.holds is False, verdict.text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("db2 = 1/m * np.sum(dZ2)", "without an axis adds up everything"),
        ("delta = (a - y) * sigmoid_prime(z)", "it is true for the cost quadratic"),
        ("dZ1 = np.dot(W2.T, dZ2) * (1 - A1**2)", "it is true for the activation tanh"),
        (r"\delta_h = o_h (1 - o_h) \sum_{k} w_{kh} \delta_k", "it is true for the activation sigmoid"),
        (r"\frac{\partial z}{\partial a} = w", "an earlier quantity is differentiated by a later one"),
        (r"\delta^1 = ((W^2)^T \delta^2) \odot f'(z^1)", "the input is counted as layer 0"),
        (r"\frac{\partial C}{\partial w_j} = \frac{\partial C}{\partial z} x_i", r"x_j"),
        (r"\frac{\partial C}{\partial b} = (a-y) x", "x = 1"),
        (r"\Delta v_{ih} = \eta e_h", "x_1 = 2"),
    ],
)
def test_what_is_said_of_it(text: str, says: str) -> None:
    assert says in bp.check(text).text.en


@pytest.mark.parametrize(
    "text",
    [
        "delta = np.dot(self.weights[-l+1].transpose(), delta) * sigmoid_prime(z)",
        "nabla_w[-1] = np.dot(delta, activations[-2].transpose())",
        "model.layers[0].W -= lr * dW1",
        "fc1.weight.grad = delta1.T @ x",
        "loss.backward()",
    ],
)
def test_a_piece_of_a_program_is_sent_to_compare(text: str) -> None:
    with pytest.raises(bp.ParseError, match=r"piece of a program.*bp\.compare") as caught:
        bp.check(text)
    said = caught.value.args[0]
    assert isinstance(said, bp.Text)
    assert "bp.compare" in said.zh


def test_the_convention_is_said_with_its_reason_and_the_others() -> None:
    verdict = bp.check(r"\delta_i^{(l)} = \sum_j W_{ji}^{(l)} \delta_j^{(l+1)} f'(z_i^{(l)})")
    assert verdict.convention == "ufldl"
    said = verdict.text
    assert "W^(l) leads from layer l to the next (ufldl)" in said.en
    assert "in this book: delta[l, i] = " in said.en
    assert "本书写法：delta[l, i] = " in said.zh
    assert verdict.read is not None
    assert 1 < verdict.read.tried <= MOST_READINGS


def test_a_formula_is_not_held_in_a_convention_whose_letters_contradict_it() -> None:
    with pytest.raises(bp.ParseError, match=r"has no letter|another way"):
        bp.check(r"\delta^{(l)} = (W^{(l)})^T \delta^{(l+1)} \odot f'(z^{(l)})", convention="zhou")
    with pytest.raises(bp.ParseError, match="writes layers in another way"):
        bp.check(r"\delta^{l} = (W^{l+1})^T \delta^{l+1} \odot f'(z^{l})", convention="qiu")
    with pytest.raises(bp.UnknownName, match="course"):
        bp.check("dW2 = dZ2 @ A1.T", convention="cours")


@pytest.mark.parametrize(
    ("text", "repair"),
    [
        (
            r"\delta^{(l)} = \Theta^{(l)} \delta^{(l+1)} .* g'(z^{(l)})",
            r"\delta^{(l)} = ((\Theta^{(l)})^T \delta^{(l+1)}) .* g'(z^{(l)})",
        ),
        (r"a^{(l+1)} = g(\Theta^{(l+1)} a^{(l)})", None),
    ],
)
def test_a_false_formula_is_refuted_in_the_letters_that_no_other_convention_has(
    text: str, repair: str | None
) -> None:
    verdict = bp.check(text)
    assert verdict.holds is False
    assert verdict.convention == "theta"
    assert verdict.read is not None
    assert repair in (None, verdict.read.repair)
    assert "Θ" in verdict.text.en


@pytest.mark.parametrize(
    ("text", "repair"),
    [
        (
            r"W := W + \alpha \frac{\partial J}{\partial W}",
            r"W = W - \eta \frac{\partial J}{\partial W}",
        ),
        ("W2 += lr * dW2", r"W_2 = W_2 - \eta dW_2"),
        (r"w^l = w^l - \eta \delta^l a^{l-1}", r"w^{l} = w^{l} - \eta \delta^{l} (a^{l-1})^T"),
        (
            r"W^{(l)} \leftarrow W^{(l)} + \eta \delta^{(l)} (a^{(l-1)})^T",
            r"W^{(l)} = W^{(l)} - \eta \delta^{(l)} (a^{(l-1)})^T",
        ),
        (r"\Delta w_{ij} = \eta \delta_j o_i", r"\Delta w_{ij} = -\eta \delta_{j} o_{i}"),
        (r"\Delta \gamma_h = \eta e_h", r"\Delta \gamma_{h} = -\eta e_{h}"),
    ],
)
def test_an_update_is_mended_in_the_letters_of_the_reader(text: str, repair: str) -> None:
    verdict = bp.check(text)
    assert verdict.holds is False
    assert verdict.read is not None
    assert verdict.read.repair == repair
    assert bp.check(repair, convention=verdict.convention).holds


@pytest.mark.parametrize(
    "text",
    [
        "z[L,j] = sum(i, w[L,j,i])*a[L-1,k] + b[L,j]",
        "z[L,j] = sum(k, w[L,j,k]*a[L-1,k]) + sum(k, b[L,j])",
        "d(C, w[L,j,k]) = a[L-1,j]*delta[L,k]",
        "d(C, w[L,k,j]) = a[L-1,k]*delta[L,j]",
        "z[L,j] = w[L,j,k]*a[L-1,k] + b[L,j]",
        "delta[L-1,j] = d(C, z[L,j])",
    ],
)
def test_one_neuron_without_indices_is_not_written_for_what_it_does_not_say(text: str) -> None:
    writer = Writer(bp.conventions["one-neuron"])
    assert writer.latex(parse("z[L,j] = sum(k, w[L,j,k]*a[L-1,k]) + b[L,j]")) == "z = w x + b"
    with pytest.raises(NotWritten):
        writer.latex(parse(text))


def test_a_letter_that_is_a_function_in_one_convention_is_applied_there() -> None:
    text = r"\delta^{(t-1)} = \frac{\partial a}{\partial z^{(t-1)}} \odot ({W^{(t)}}^T \cdot \delta^{(t)})"
    verdict = bp.check(text)
    assert verdict.holds, verdict.text
    assert verdict.convention == "li"
    wrong = bp.check(text.replace("z^{(t-1)}}", "z^{(t)}}"), convention="li")
    assert wrong.holds is False
    assert bp.check(r"h^{(t)} = a(z^{(t)})").convention == "li"


def test_a_verdict_is_read_line_by_line() -> None:
    lines = str(bp.check("dw^{[l]} = dz^{[l]} a^{[l-1]}").text).split("\n")
    assert lines[0] == "dw^{[l]} = dz^{[l]} a^{[l-1]}"
    assert lines[1].startswith("ill-formed: it makes no sense")
    assert lines[2].startswith("read as: The online course")
    assert lines[3].startswith("in this book: grad(C, w[l])")
    assert "dw^[l] = dz^[l] a^{[l-1]T}" in lines[4]
    refuted = str(bp.check(r"\delta^{l} = (w^{l+1})^T \delta^{l+1}").text).split("\n")
    assert refuted[-1].strip() == "left side 16, right side 8"


WRONG_CODE = [
    "dW2 = A1.T @ dZ2 / m",
    "db2 = np.sum(dZ2, axis=0, keepdims=True) / m",
    "db2 = dZ2 / m",
    "dZ1 = W2 @ dZ2 * (1 - np.power(A1, 2))  with sigma = tanh",
    "dZ1 = W2.T @ dZ2",
    "Z1 = W1.T @ X + b1",
    "dW2 = dZ2 @ A2.T / m",
]


@pytest.mark.parametrize("text", WRONG_CODE)
def test_a_wrong_line_of_numpy_is_not_held_in_the_course(text: str) -> None:
    verdict = bp.check(text, convention="course")
    assert verdict.holds is False, verdict.text


def test_every_variation_leaves_the_equation_what_it_is() -> None:
    rng = random.Random(1)
    for variation in VARIATIONS:
        for _ in range(3):
            text = variation(bp.conventions["ufldl"].write("BP2"), rng)
            assert bp.check(text, convention="ufldl").holds, text


@pytest.mark.parametrize("seed", range(4))
def test_no_true_equation_is_refuted_and_no_false_one_held(seed: int) -> None:
    seen, faults = run(60, seed=1000 + seed)
    assert not faults, "\n".join(faults)
    assert seen["true"] > 10
    assert seen["false"] > 10


@pytest.mark.parametrize("seed", range(2))
def test_no_right_line_of_code_is_refuted_and_no_wrong_one_held(seed: int) -> None:
    seen, faults = code.run(60, seed=2000 + seed)
    assert not faults, "\n".join(faults)
    assert min(seen["true"], seen["false"], *(seen[name] for name in ("course", "rows", "pytorch"))) > 5


def test_a_letter_with_every_index_is_refused() -> None:
    with pytest.raises(bp.ParseError):
        bp.check(r"w_{abcdefghijklmnopqrstuvwxyz} = x_{j} + z")


@given(st.text(alphabet="wbzaWdelta\\{}()[]^_'=+-*/.,;:@|&$ 0123lLjkTδσ∂ᵀ⊙²₁，（）因\n", max_size=60))
def test_any_text_is_read_or_refused_by_our_own_error(text: str) -> None:
    try:
        verdict = bp.check(text)
    except bp.ParseError:
        return
    assert verdict.status in ("holds", "refuted", "ill-formed", "undecided")


@given(st.randoms(use_true_random=False), st.integers(0, 60), st.text(alphabet="\\{}()^_=aW1 ", max_size=3))
def test_a_damaged_formula_is_read_or_refused_by_our_own_error(rng: random.Random, at: int, put: str) -> None:
    text = varied(BP2, rng)
    try:
        bp.check(text[:at] + put + text[at + 1 :], convention="chapter")
    except bp.ParseError:
        return
