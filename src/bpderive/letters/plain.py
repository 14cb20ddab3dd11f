"""The book's letters in plain text, for a terminal: `plain(expression)` writes w^3_12, σ'(z^2_1), ∂C/∂a^3_1.

It follows the LaTeX printer in the order of factors and terms, and prints one line.
"""

from __future__ import annotations

import re
from typing import Any

from bpderive.letters.printer import latex

_WORDS = [
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
