"""The book's letters in plain text, for a terminal: `plain(expression)` writes w^3_12, σ'(z^2_1), ∂C/∂a^3_1.

It follows the LaTeX printer in the order of factors and terms, and prints one line. Fractions, roots, powers of e and
cases are written with brackets: `plain(r"\\frac{z}{1 + e^{-z}}")` is `z/(1 + e^(-z))`.
"""

from __future__ import annotations

import re
from typing import Any

from bpderive.letters.printer import latex

_WORDS: list[tuple[str, str]] = [
    (r"\\frac\{(\d+)\}\{(\d+)\}", r"\1/\2"),
    (
        r"\\frac\{\\partial ([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}\{\\partial ([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}",
        r"∂\1/∂\2",
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
    (r"\\sum_\{((?:[^{}]|\{[^{}]*\})*)\}", r"Σ_\1"),
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
    (r"\\top", "T"),
    (r"\\prime|\^\{?\\prime\}?", "'"),
    (r"\^\{T\}", "ᵀ"),
    (r"\{([^{}]*[+-][^{}]*)\}", r"{\1}"),
    (r"(?<=[_^])\{([^{}+,-]*)\}", r"\1"),
]


_COMMANDS = {
    r"\infty": "∞",
    r"\pi": "π",
    r"\alpha": "α",
    r"\beta": "β",
    r"\gamma": "γ",
    r"\theta": "θ",
    r"\Theta": "Θ",
    r"\phi": "φ",
    r"\varphi": "φ",
    r"\lambda": "λ",
    r"\mu": "μ",
    r"\eta": "η",
    r"\le": "≤",
    r"\leq": "≤",
    r"\ge": "≥",
    r"\geq": "≥",
    r"\to": "→",
    r"\ll": "≪",
    r"\gg": "≫",
    r"\mapsto": "↦",
    r"\in": "∈",
    r"\cap": "∩",
    r"\cup": "∪",
    r"\wedge": "∧",
    r"\vee": "∨",
    r"\pm": "±",
    r"\times": "×",
    r"\sum": "Σ",
    r"\Gamma": "Γ",
    r"\left": "",
    r"\right": "",
    r"\displaystyle": "",
    r"\quad": "  ",
    r"\;": " ",
    r"\!": "",
    r"\:": " ",
    r"\{": "{",
    r"\}": "}",
}
"""Commands that stand for one sign; a command that is not known is printed by its name: \tanh as tanh."""

_COMMAND = re.compile(r"\\\\|\\(?:[A-Za-z]+|[;:!{}|])")
_CASES = re.compile(r"\\begin\{cases\}(.*?)\\end\{cases\}", re.DOTALL)
_KEPT = re.compile(
    r"\\(?:sigma|Sigma|delta|Delta|epsilon|nabla|partial|odot|approx|cdot|ne|begin|end|l?cdots|ldots|[lr]Vert"
    r"|mathbb|rm|frac|sum|\\|,)"
)
"""What `_WORDS` knows how to write, with its own rules for what stands around it."""

_AFTER = "\x00"
"""Stands behind a fraction, until it is known whether a factor follows."""

_LETTERS = {r"\mathbb{R}": "ℝ", r"\mathbb{Z}": "ℤ", r"\mathcal{L}": "ℒ", r"\hat{y}": "ŷ"}
"""Letters that are a command and what stands in its braces."""


def plain(expression: Any) -> str:
    """`expression`, or LaTeX, as one line of text."""
    latex_ = expression if isinstance(expression, str) else latex(expression)
    for letter, sign in _LETTERS.items():
        latex_ = latex_.replace(letter, sign)
    latex_ = latex_.replace(r"\frac{1}{2 n}", "1/(2n)")
    text = _CASES.sub(_bracketed_cases, latex_.replace(r"\partial^{+} ", r"\partial ⁺"))
    text = re.sub(r"\\(?:operatorname|text|mathrm|mathsf|mathit)\{([^{}]*)\}", r"\1", text)
    text = re.sub(r"10\^\{(-?\d+)\}", r"1e\1", text)
    text = re.sub(r"\\(?:tfrac|dfrac)", r"\\frac", text)
    text = re.sub(r"\\frac\{d\}\{d ?([A-Za-z])\}", r"d/d\1", text)
    for command, arguments, write in (
        (r"\frac", 2, _fraction),
        (r"\sqrt", 1, lambda inside: f"√{_bracketed(inside)}"),
    ):
        text = _replaced(text, command, arguments, write)
    # A power of e or of a bracket may be long: it gets brackets, where the book's indices keep their braces.
    text = re.sub(r"(?<![A-Za-z\\])([e)\d])\^", r"\1^", text)
    text = _replaced(text, "e^", 1, _exponential, before=r"(?<![A-Za-z\\])")
    text = _in_letters(_COMMAND.sub(_sign, text))
    # A fraction and a factor behind it: 1/2 · z, for 1/2 z could be read as 1/(2z).
    text = re.sub(rf"{_AFTER} (?=[\w(√|])(?!Σ)", " · ", text).replace(_AFTER, "")
    text = re.sub(r"(?<=[A-Za-z\d])\{(\([^{}]*\))\}", r"\1", text)  # log{(1 - a)}
    text = re.sub(r"\|\{([^{}]*)\}\|", r"|\1|", text)
    return re.sub(r"(?<=[(\[]) | (?=[)\],;])", "", text)


def _in_letters(text: str) -> str:
    """The letters of the book as text, once nothing else is left."""
    for pattern, word in _WORDS:
        text = re.sub(pattern, word, text)
    return re.sub(r"\s+", " ", text.replace("$", "")).strip()


def _sign(found: re.Match[str]) -> str:
    command = found[0]
    return command if _KEPT.fullmatch(command) else _COMMANDS.get(command, command[1:])


def _exponential(exponent: str) -> str:
    return f"e^({exponent})" if re.search(r"[_^]", exponent) else f"e^{_bracketed(exponent)}"


def _fraction(above: str, below: str) -> str:
    if r"\partial" in above and r"\partial" in below:  # a derivative
        return f"{above}/{below}"
    return f"{_bracketed(above, products=True)}/{_bracketed(below)}{_AFTER}"


def _bracketed(inside: str, *, products: bool = False) -> str:
    """In brackets, unless it is a single number, letter, power or call; or a product, where these may stay bare."""
    inside = inside.strip()
    outer = _without_groups(inside)
    bare = not re.search(r"[\s/+-]" if not products else r"(?<!^)[+-]|/", outer)
    return inside if bare else f"({inside})"


def _without_groups(text: str) -> str:
    """The text without what stands in brackets or braces."""
    while True:
        shorter = re.sub(r"\{[^{}]*\}|\([^()]*\)|\[[^\[\]]*\]", "", text)
        if shorter == text:
            return text
        text = shorter


def _bracketed_cases(found: re.Match[str]) -> str:
    """The cases, in brackets where they are a part of something."""
    before, after = found.string[: found.start()].strip(), found.string[found.end() :].strip()
    shown = _cases(found[1])
    return shown if (not before or before.endswith("=")) and not after else f"[{shown}]"


def _cases(rows: str) -> str:
    shown = []
    for row in re.split(r"\\\\", rows):
        value, _, condition = row.partition("&")
        condition = re.sub(r"\\text\{([^{}]*)\}|^\s*for\b", r"\1", condition).strip()
        shown.append(f"{condition}: {value.strip()}" if condition else value.strip())
    return "; ".join(shown)


def _replaced(text: str, command: str, arguments: int, write: object, before: str = "") -> str:
    r"""Every `command{…}{…}` written anew, the innermost first."""
    pattern = re.compile(before + re.escape(command) + r"(?=\{)")
    at = 0
    while found := pattern.search(text, at):
        inner = []
        end = found.end()
        for _ in range(arguments):
            if end >= len(text) or text[end] != "{":
                break
            close = _closing(text, end)
            inner.append(_replaced(text[end + 1 : close], command, arguments, write, before))
            end = close + 1
        if len(inner) < arguments:
            at = found.end()
            continue
        written = write(*inner)  # type: ignore[operator]  # one of the functions above, with as many arguments
        text = text[: found.start()] + written + text[end:]
        at = found.start() + len(written)
    return text


def _closing(text: str, opening: int) -> int:
    """Where the brace that opens at `opening` closes."""
    depth = 0
    for place in range(opening, len(text)):
        escaped = place > 0 and text[place - 1] == "\\"
        depth += (text[place] == "{" and not escaped) - (text[place] == "}" and not escaped)
        if depth == 0:
            return place
    return len(text) - 1
