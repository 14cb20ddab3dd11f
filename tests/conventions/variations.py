r"""The same formula as other people type it: `varied(latex, rng)`.

Every variation means the same: other brackets, fonts, spaces, fractions, derivatives, transposes, primes, products,
sums, signs of equality, environments, words around it, Unicode.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Variation = Callable[[str, random.Random], str]

_LAYER = r"\^\{\([^(){}]*\)\}"


def brackets(text: str, rng: random.Random) -> str:
    left, right = rng.choice(
        [(r"\left(", r"\right)"), (r"\big(", r"\big)"), (r"\Bigl( ", r"\Bigr) "), (r"{\left(", r"\right)}")]
    )
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"@@{len(kept) - 1}@@"

    text = re.sub(_LAYER + r"|np\.sum\([^()]*\)|[a-zA-Z}']\([^()]*\)", keep, text)
    text = text.replace("(", left).replace(")", right)
    for _ in range(3):
        text = re.sub(r"@@(\d+)@@", lambda found: kept[int(found[1])], text)
    return text


def fonts(text: str, rng: random.Random) -> str:
    font = rng.choice(
        [r"\mathbf{%s}", r"\boldsymbol{%s}", r"\mathrm{%s}", r"\bm{%s}", "{%s}", r"\mathbf %s", r"\vec{%s}"]
    )
    return re.sub(r"(?<![\\A-Za-z{])([WwbzZaAh])(?=[\^_])", lambda found: font.replace("%s", found[1]), text)


def spaces(text: str, rng: random.Random) -> str:
    space = rng.choice([r"\,", r"\;", r"\ ", "~", r" \! ", r" \quad ", "  "])
    return re.sub(r" (?=[\\({A-Za-z])", lambda _: rng.choice([" ", f"{space} "]), text)


def fractions(text: str, rng: random.Random) -> str:
    return text.replace(r"\frac", rng.choice([r"\dfrac", r"\tfrac", r"\cfrac", r"\frac "]))


_DERIVATIVE = re.compile(
    r"\\frac\{\\partial ((?:[^{}]|\{[^{}]*\})*)\}\{\\partial ((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"
)


def derivatives(text: str, rng: random.Random) -> str:
    form = rng.choice(
        [
            r"\frac{d %s}{d %s}",
            r"\frac{\mathrm{d} %s}{\mathrm{d} %s}",
            r"{\partial %s \over \partial %s}",
            r"\partial %s / \partial %s",
            r"\frac{\partial{%s}}{\partial{%s}}",
            r"\frac{\mathrm d %s}{\mathrm d %s}",
        ]
    )

    def other(found: re.Match[str]) -> str:
        above, below = found[1], found[2]
        if form.startswith(r"\frac{d") and not re.fullmatch(r"[A-Za-z]|\\mathcal\{L\}", above):
            return found[0]
        return form.replace("%s", above, 1).replace("%s", below, 1)

    return _DERIVATIVE.sub(other, text)


def nablas(text: str, rng: random.Random) -> str:
    def other(found: re.Match[str]) -> str:
        if not re.fullmatch(r"[CJEL]|\\mathcal\{L\}", found[1]):
            return found[0]
        return (
            rf"\nabla_{{{found[2]}}} {found[1]}"
            if rng.random() < 0.5
            else rf"\frac{{\partial}}{{\partial {found[2]}}} {found[1]}"
        )

    return _DERIVATIVE.sub(other, text)


def transposes(text: str, rng: random.Random) -> str:
    sign = rng.choice(
        [
            r"^\top",
            r"^{\top}",
            r"^\intercal",
            r"^{\mathsf{T}}",
            r"^{\text{T}}",
            r"^{\mathrm{T}}",
            r"^{T}",
            "^{ T }",
            r"^{\rm T}",
        ]
    )
    return re.sub(r"\^T(?![A-Za-z])|\^\{T\}", lambda _: sign, text)


def primes(text: str, rng: random.Random) -> str:
    return re.sub(r"(?<=[a-z])'(?=\()", lambda _: rng.choice([r"^{\prime}", r"^\prime", "'", r"^{'}"]), text)


def products(text: str, rng: random.Random) -> str:
    sign = rng.choice([r"\circ", "*", r"\ast", ".*", r"\odot", "⊙", r"\bullet", "⨀"])
    return re.sub(r"\\odot|\\circ|\\bullet|(?<= )\.?\*(?= )", lambda _: sign, text)


def sums(text: str, rng: random.Random) -> str:
    def other(found: re.Match[str]) -> str:
        k = found[1]
        return rng.choice(
            [
                rf"\sum_{k} ",
                rf"\sum\limits_{{{k}}}",
                rf"\sum_{{{k}=1}}^{{n}}",
                rf"\sum\limits_{{{k}=1}}^{{n_{{l+1}}}}",
                rf"\sum_{{{k} \in l+1}}",
            ]
        )

    return re.sub(r"\\sum_\{([a-z])\}", other, text)


def equals(text: str, rng: random.Random) -> str:
    sign = rng.choice(["&=", ":=", r"\triangleq", r"\coloneqq", "&= ", r"\\ &=", "＝"])
    return text.replace(" = ", f" {sign} ", 1)


def scripts(text: str, rng: random.Random) -> str:
    return re.sub(r"(\^\{[^{}]*\})(_\{[^{}]*\})", lambda found: found[2] + found[1], text)


def around(text: str, rng: random.Random) -> str:
    left, right = rng.choice(
        [
            ("$", "$"),
            ("$$", "$$"),
            (r"\(", r"\)"),
            (r"\[", r"\]"),
            (r"\begin{equation} ", r" \end{equation}"),
            (r"\begin{align*} ", r" \label{eq:1} \end{align*}"),
            ("$ ", ". $"),
            ("", r" \tag{3}"),
            (r"\displaystyle ", r" \nonumber"),
            (r"\boxed{", "}"),
            ("", " ."),
        ]
    )
    return f"{left}{text}{right}"


def words(text: str, rng: random.Random) -> str:
    left, right = rng.choice(
        [
            ("We have ", ""),
            ("所以有：", "。"),
            ("Then, by the chain rule, ", " which is easy to see."),
            ("", " (for every neuron)"),
            ("其中 ", ""),
            ("It follows that ", "."),
            ("", " （对任意一层）"),
        ]
    )
    return f"{left}{text}{right}"


_LETTERS = {
    r"\delta": "δ",
    r"\sigma": "σ",
    r"\partial ": "∂",
    r"\sum": "∑",
    r"\odot": "⊙",
    r"\nabla": "∇",
    r"\theta": "θ",
    r"\eta": "η",
    r"\beta": "β",
    r"\alpha": "α",
    r"\gamma": "γ",
    r"\varphi": "φ",
}


def unicode(text: str, rng: random.Random) -> str:
    for latex, letter in _LETTERS.items():
        if rng.random() < 0.7:
            text = re.sub(re.escape(latex) + r"(?![a-z])", letter, text)
    if rng.random() < 0.5:
        text = text.replace("^T", "ᵀ").replace("'", "′")
    if rng.random() < 0.3:
        text = text.replace("=", "＝").replace("+ ", "＋ ")
    return text


VARIATIONS: tuple[Variation, ...] = (
    brackets,
    fractions,
    derivatives,
    nablas,
    transposes,
    primes,
    products,
    sums,
    scripts,
    fonts,
    spaces,
    equals,
    around,
    words,
    unicode,
)


def varied(text: str, rng: random.Random) -> str:
    """The formula in another spelling."""
    for variation in VARIATIONS:
        if rng.random() < 0.35:
            text = variation(text, rng)
    return text
