"""Formulas as people publish them, with what has to come out: transcribed from lecture notes, exercises and answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Published:
    """A formula with what stands beside it, and what has to come out."""

    text: str
    status: str
    convention: str | None = None
    in_book: str | None = None
    mended: str | None = None
    repair: str | None = None
    says: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


PUBLISHED: tuple[Published, ...] = (
    Published(
        r"\delta^l_i = \sum_k w^{l+1}_{ki} \delta^{l+1}_k f'(z^l_i)",
        "holds",
        in_book="delta[l, i] = sum(k, w[l+1, k, i]*delta[l+1, k]*dsigma(z[l, i]))",
    ),
    Published(
        r"\delta_j^l = \sum_k \frac{\partial C}{\partial b_k^l} \frac{\partial b_k^l}{\partial z_j^l}",
        "refuted",
        mended="delta[l, j] = sum(k, d(C, b[l, k])*d(z[l, j], b[l, k]))",
        repair=r"\delta^{l}_{j} = \sum_{k} \frac{\partial C}{\partial b^{l}_{k}} "
        r"\frac{\partial z^{l}_{j}}{\partial b^{l}_{k}}",
    ),
    Published(
        r"\delta^{l} = (w^{l+1})^T \delta^{l+1}",
        "refuted",
        repair=r"\delta^{l} = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^{l})",
        says=("it is true for the activation linear",),
    ),
    Published(
        "\\frac{\\partial J}{\\partial w}=(y-a)\\sigma'(z)x for the quadratic cost",
        "refuted",
        "one-neuron",
        repair=r"\frac{\partial J}{\partial w} = -(y - a) \sigma'(z) x",
        says=("opposite sign",),
    ),
    Published(
        "\\frac{\\partial J}{\\partial w}=(a-y)\\sigma'(z)x for the quadratic cost",
        "holds",
        "one-neuron",
        in_book="d(C, w[L, j, k]) = (a[L, j] - y[j])*dsigma(z[L, j])*a[L-1, k] with cost = quadratic",
    ),
    Published(
        r"\delta_i^{(l)} = (\sum_{j=1}^{s_{l+1}} W_{ji}^{(l)} \delta_j^{(l+1)} ) f^{\prime}(z_i^{(l)})",
        "holds",
        "ufldl",
    ),
    Published(
        r"\frac{\partial}{\partial W_{ij}^{(l)}} J(W,b;x,y) = a_j^{(l)} \delta_i^{(l+1)}", "holds", "ufldl"
    ),
    Published(
        r"\frac {\partial h_{t+1}}{\partial h_t}=diag(\sigma'(Wh_t))W",
        "holds",
        "recurrent",
        in_book="jac(a[l+1], a[l]) = diag(dsigma(z[l+1])) @ w[l+1]",
        says=("numerator layout",),
    ),
    Published(
        r"\frac{\partial{L}}{\partial{b_2}} = \delta_3",
        "holds",
        says=("it is true for one example", "the sum over the examples is missing"),
        also=("rows-leaving", "scratch", "ufldl"),
    ),
    Published(r"\delta_2 = (1 - \tanh^2z_1) \circ \delta_3W_2^T", "holds", "scratch"),
    Published(
        "\\delta_2 = (1 - \\tanh^2z_2) \\circ \\delta_3W_2^T\nz_1 = xW_1 + b_1\na_1 = \\tanh(z_1)",
        "ill-formed",
        "scratch",
        repair=r"\delta_2 = \tanh'(z_1) \circ (\delta_3 W_2^T)",
        says=("do not go together",),
    ),
    Published(
        r"\delta^{(2)} = \delta^{(3)} (W^{(2)})^{T} f^\prime(z^{(2)})",
        "ill-formed",
        "rows-leaving",
        repair=r"\delta^{(2)} = (\delta^{(3)} (W^{(2)})^T) \odot f'(z^{(2)})",
    ),
    Published(
        r"\frac{\partial J}{\partial W^{(2)}} = (a^{(2)})^T\delta^{(3)}",
        "holds",
        "rows-leaving",
        says=("for the sum over the examples",),
    ),
    Published(r"dz^{[1]} = W^{[2]T}dz^{[2]}*{g^{[1]}}'(z^{[1]})", "holds", "course"),
    Published(
        r"dW^{[2]} = {\frac{1}{m}}dZ^{[2]}{A^{[1]}}^{T}",
        "holds",
        "course",
        says=("for the mean over the examples",),
    ),
    Published(r"db^{[2]} = \frac{1}{m} np.sum(dZ^{[2]}, axis=1, keepdims=True)", "holds", "course"),
    Published("dW2 = dZ2 @ A1.T / m", "holds", "course", in_book="grad(C, w[3]) = grad(C, z[3]) @ T(a[2])"),
    Published(
        r"dw^{[l]}=dz^{[l]}\cdot a^{[l-1]}", "ill-formed", "course", repair="dw^{[l]} = dz^{[l]} a^{[l-1]T}"
    ),
    Published(
        "\\delta^{(l)} = (W^{(l)})^T \\delta^{(l+1)} \\odot \\sigma'(z^{(l)})\nz^{(l)} = W^{(l)} a^{(l-1)}+b^{(l)}",
        "ill-formed",
        "chapter",
        repair=r"\delta^{(l)} = ((W^{(l+1)})^T \delta^{(l+1)}) \odot \sigma'(z^{(l)})",
        says=("W^(l) leads from layer l to the next",),
    ),
    Published(r"\delta^{(l)} = (W^{(l)})^T \delta^{(l+1)} \odot \sigma'(z^{(l)})", "holds", "ufldl"),
    Published(
        "\\frac{\\partial L}{\\partial W^l} = \\frac{1}{m}(a^{l-1})^T \\delta^l\n"
        "\\delta^l=(W^{l+1})^T\\delta^{l+1}\\odot f'",
        "ill-formed",
        says=("Rows, X @ W + b", "do not go together"),
    ),
    Published(r"\delta^{l} = \delta^{l+1} W^{l+1} \odot f'(Z^l)", "holds", "pytorch"),
    Published(
        r"\delta = \frac{\partial \text{loss}}{\partial \text{weight}}",
        "refuted",
        says=("the derivative of the cost with respect to z",),
    ),
    Published(
        r"\frac{\partial y_k}{\partial a_j} = h'(a_j)\sum\limits_l w_{lj}\frac{\partial y_k}{\partial a_l}",
        "holds",
        "bishop",
        says=("a is the weighted input",),
    ),
    Published(
        r"\frac{\partial E}{\partial Z_1} = \frac{\partial E}{\partial Z_2} = O_1 - 1 "
        "(softmax, cross-entropy, target (1, 0))",
        "refuted",
        in_book="d(C, z[L, 1]) = d(C, z[L, 2]) = a[L, 1] - 1",
    ),
)
