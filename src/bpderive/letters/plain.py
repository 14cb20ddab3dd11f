"""The book's letters in plain text, for a terminal: `plain(expression)` writes w^3_12, σ'(z^2_1), ∂C/∂a^3_1.

It follows the LaTeX printer in the order of factors and terms, and prints one line.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bpderive.letters.printer import latex

_GREEK = {"alpha": "α", "beta": "β", "gamma": "γ", "eta": "η", "varphi": "φ", "phi": "φ"}

_WORDS: list[tuple[str, str | Callable[[re.Match[str]], str]]] = [
    (r"\\frac\{(\d+)\}\{(\d+)\}", r"\1/\2"),
    (
        r"\\frac\{\\partial ([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}\{\\partial ([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}",
        r"∂\1/∂\2",
    ),
    (
        r"\\frac\{\\partial\^\{\+\} ([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}\{\\partial ([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}",
        r"∂⁺\1/∂\2",
    ),
    (r"\\frac\{1\}\{2 n\}", "1/(2n)"),
    (r"\\frac\{(.*)\}\{\\epsilon\}", r"(\1)/ε"),
    (r"\\begin\{bmatrix\}(.*?)\\end\{bmatrix\}", r"[\1]"),
    (r"\\\\", ", "),
    (r"\\,", ""),
    (r" & ", " "),
    (r"\\left\(\s*", "("),
    (r"\s*\\right\)", ")"),
    (r"\{\\ldots\}|\\l?cdots|\\ldots", "…"),
    (r"\\sum_\{([^{}]*)\}", r"Σ_\1"),
    (r"\\theta", "θ"),
    (r"\\sigma", "σ"),
    (r"\\Sigma", "Σ"),
    (r"\\delta", "δ"),
    (r"\\Delta ", "Δ"),
    (r"\\epsilon", "ε"),
    (r"\\nabla_a", "∇_a"),
    (r"\\partial ", "∂"),
    (r"\\odot", "⊙"),
    (r"\\approx", "≈"),
    (r"\\cdot", "·"),
    (r"\\[lr]Vert", "‖"),
    (r"\\to ", "→ "),
    (r"\\ne ", "≠ "),
    (r"\\mathbb\{1\}", "1"),
    (r"\\rm ", ""),
    (r"\\hat\{y\}|\\hat y", "ŷ"),
    (r"\\mathbf\{1\}", "1"),
    (r"\\mathcal\{L\}", "ℒ"),
    (r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"\1/\2"),
    (r"\\(?:text|operatorname|mathrm)\{([^{}]*)\}", r"\1"),
    (r"\\(?:bullet|circ|ast)(?![a-z])", "∘"),
    (r"\\Theta", "Θ"),
    (r"\\theta", "θ"),
    (r"\\(alpha|beta|gamma|eta|varphi|phi)(?![a-z])", lambda found: _GREEK[found[1]]),
    (r"\\top", "T"),
    (r"\\prime|\^\{?\\prime\}?", "'"),
    (r"\^\{T\}", "ᵀ"),
    (r"\{([^{}]*[+-][^{}]*)\}", r"{\1}"),
    (r"(?<=[_^])\{([^{}+,-]*)\}", r"\1"),
]


def plain(expression: Any) -> str:
    """`expression`, or LaTeX of the book, as one line of text."""
    text = expression if isinstance(expression, str) else latex(expression)
    for pattern, word in _WORDS:
        text = re.sub(pattern, word, text)
    return re.sub(r"\s+", " ", text.replace("$", "")).strip()
