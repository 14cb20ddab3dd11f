r"""The book's letters in plain text, for a terminal: `plain(expression)` writes w^3_12, σ'(z^2_1), ∂C/∂a^3_1.

It follows the LaTeX printer in the order of factors and terms, and prints one line. Fractions, roots, powers of e and
cases are written with brackets: `plain(r"\frac{z}{1 + e^{-z}}")` is `z/(1 + e^(-z))`. To write one more command, give
its sign in `SIGNS`; a command that is not known is printed by its name: \tanh as tanh.
"""

from __future__ import annotations

import re
from typing import Any

from bpderive.letters.printer import latex

SIGNS = dict(
    re.findall(
        r"(\w+)=(\S)",
        "alpha=α beta=β gamma=γ Gamma=Γ delta=δ Delta=Δ epsilon=ε eta=η theta=θ Theta=Θ lambda=λ mu=μ pi=π sigma=σ "
        "Sigma=Σ phi=φ varphi=φ partial=∂ nabla=∇ sum=Σ infty=∞ odot=⊙ bullet=∘ circ=∘ ast=∘ cdot=· times=× pm=± "
        "approx=≈ ne=≠ le=≤ leq=≤ ge=≥ geq=≥ ll=≪ gg=≫ to=→ leftarrow=← mapsto=↦ in=∈ cap=∩ cup=∪ wedge=∧ vee=∨ "
        "lVert=‖ rVert=‖ ldots=… cdots=… dots=… prime=' top=T",
    )
)
"""The commands that stand for one sign."""

_SPACES = {",": "", "!": "", ";": " ", ":": " ", " ": " ", "quad": "  ", "\\": ", "}
_SILENT = frozenset({"displaystyle", "rm"})
_WORDS = frozenset({"text", "operatorname", "mathrm", "mathsf", "mathit", "mathbf", "mathbb", "mathcal"})
_LETTERS = {"mathbb R": "ℝ", "mathbb Z": "ℤ", "mathcal L": "ℒ"}

_TOKEN = re.compile(r"\\(?:[A-Za-z]+|.)|\s+|[^\\\s]", re.DOTALL)
_AFTER, _CASES = "\x00", "\x01"
"""What stands behind a fraction until it is known whether a factor follows, and around cases until the rest is."""


def plain(expression: Any) -> str:
    """`expression`, or LaTeX, as one line of text."""
    given = expression if isinstance(expression, str) else latex(expression)
    text = _Reader(given.replace("$", "")).line()
    # Cases get brackets where they are a part of something.
    text = re.sub(rf"((?:^|=)\s*){_CASES}([^{_CASES}]*){_CASES}\s*$", r"\1\2", text)
    text = re.sub(rf"{_CASES}([^{_CASES}]*){_CASES}", r"[\1]", text)
    # A fraction and a factor behind it: 1/2 · z, for 1/2 z could be read as 1/(2z).
    text = re.sub(rf"{_AFTER}\s+(?=[\w(√|])(?!Σ)", " · ", text).replace(_AFTER, "")
    text = " ".join(text.split())
    return re.sub(r"(?<=[(\[]) | (?=[)\],;])", "", text)


class _Reader:
    """Reads LaTeX from left to right."""

    def __init__(self, given: str) -> None:
        self.tokens = _TOKEN.findall(given)[::-1]

    def line(self, end: str = "") -> str:
        """What stands before the token `end`, as text."""
        text = ""
        while self.tokens and (token := self.tokens.pop()) != end:
            if token in ("^", "_"):
                text = self._script(text, token)
            elif token == r"\right":
                text = text.rstrip() + self._argument().replace(".", "")
            else:
                text += self._token(token)
        return text

    def _token(self, token: str) -> str:
        name = token[1:]
        if token == "{":
            return self.line("}")
        if not name:
            return "" if token == "&" else token
        if token.isspace():
            return " "
        if name in ("frac", "tfrac", "dfrac"):
            return _fraction(self._argument(), self._argument())
        if name == "sqrt":
            return f"√{_bracketed(self._argument())}"
        if name == "begin":
            return self._environment(self._argument())
        if name == "hat":
            return self._argument().replace("y", "ŷ")
        if name == "left":
            shown = self._argument().replace(".", "")
            self._skip_space()
            return shown
        if name in _WORDS:
            words = self._argument()
            return _LETTERS.get(f"{name} {words}", words)
        if name in ("partial", "Delta", *_SILENT):
            self._skip_space()
        return "" if name in _SILENT else (_SPACES | SIGNS).get(name, name)

    def _skip_space(self) -> None:
        while self.tokens and self.tokens[-1].isspace():
            self.tokens.pop()

    def _argument(self) -> str:
        """A group in braces, or one sign."""
        self._skip_space()
        return self._token(self.tokens.pop()) if self.tokens else ""

    def _script(self, text: str, sign: str) -> str:
        """`text` with an index or a power behind it, a power of e in brackets, an index in braces if it needs them."""
        inside = self._argument()
        if sign == "^" and inside in ("T", "'"):
            return text + inside.replace("T", "ᵀ")
        if sign == "^" and inside == "+":  # ∂⁺, the direct part of a derivative
            self._skip_space()
            return f"{text}⁺"
        if sign == "^" and re.search(r"(?<![A-Za-z])e$", text):
            return f"{text}^({inside})" if re.search("[_^]", inside) else f"{text}^{_bracketed(inside)}"
        if sign == "^" and re.search(r"(?<!\d)10$", text) and re.fullmatch(r"-?\d+", inside):
            return f"{text[:-1]}e{inside}"
        return text + sign + (f"{{{inside}}}" if re.search("[{}+,^_-]", inside) else inside)

    def _environment(self, name: str) -> str:
        """Cases with their conditions, a matrix in brackets, anything else as it stands."""
        inside: list[str] = []
        depth = 1
        while self.tokens:
            token = self.tokens.pop()
            depth += (token == r"\begin") - (token == r"\end")
            if not depth:
                break
            inside.append(token)
        self._argument()
        if name != "cases":
            text = _Reader("".join(inside).replace("&", " ")).line()
            return f"[{text}]" if name.endswith("matrix") else text
        shown = []
        for row in "".join(inside).split(r"\\"):
            value, _, condition = (_Reader(part).line().strip() for part in row.partition("&"))
            shown.append(f"{condition}: {value}" if condition else value)
        return f"{_CASES}{'; '.join(shown)}{_CASES}"


def _fraction(above: str, below: str) -> str:
    if "∂" in above and "∂" in below:
        return f"{above}/{below}"
    if above == "d" and re.fullmatch(r"d ?[A-Za-z]", below):
        return f"d/d{below[-1]}"
    return f"{_bracketed(above, products=True)}/{_bracketed(below)}{_AFTER}"


def _bracketed(inside: str, *, products: bool = False) -> str:
    """In brackets, unless it is a single number, letter, power or call; or a product, where these may stay bare."""
    inside = inside.strip()
    outer, shorter = "", inside
    while outer != shorter:
        outer, shorter = shorter, re.sub(r"\{[^{}]*\}|\([^()]*\)|\[[^\[\]]*\]", "", shorter)
    bare = not re.search(r"(?<!^)[+-]|/" if products else r"[\s/+-]", outer)
    return inside if bare else f"({inside})"
