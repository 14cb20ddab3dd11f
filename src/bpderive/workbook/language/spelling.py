"""The same formula in one spelling: `spelled(text)` cuts what somebody typed into statements of plain LaTeX or code.

Unicode becomes LaTeX, fonts and spaces go, environments and lines are parted, words are put aside. What the words say
about the cost and the activation is kept in `Spelled.cost` and `Spelled.sigma`.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bpderive.errors import ParseError
from bpderive.letters.text import Text

LONGEST = 2000
"""How many characters are read at most."""

_ALIKE = {
    r"\sum ": "Σ∑",
    r"\partial ": "∂",
    r"\nabla ": "∇",
    r"\ell ": "ℓ",
    r"\Loss ": "ℒ",
    r"\odot ": "⊙⨀•",
    r"\circ ": "∘",
    r"\ast ": "∗",
    r"\times ": "×",
    r"\otimes ": "⊗",
    r"\cdot ": "·⋅",
    r"\ne ": "≠",
    r"\le ": "≤",
    r"\ge ": "≥",
    r"\top ": "⊤",
    r"\in ": "∈",
    r"\dots ": "…",
    r"\|": "‖∥",
    r"\one ": "𝟏𝟙",
    r"\frac12 ": "½",
    "-": "−–—",
    "=": "≡≜←→",
    "'": "′’",
    ". ": "。",
    ", ": "、",
    "[": "【",
    "]": "】",
    " ": "“”《》",
    "": "\u200b\u2061",
}
_SIGNS = {c: sign for sign, alike in _ALIKE.items() for c in alike}
_SCRIPTS = {"<super>": "^", "<sub>": "_"}
_FONTS = re.compile(
    r"\\(?:mathbf|boldsymbol|mathrm|mathit|mathsf|mathtt|mathnormal|textbf|textit|textrm|text|mbox|operatorname\*?|bm|vec"
    r"|pmb|underline|overline|bar|tilde|rm|bf|it|sf|displaystyle|textstyle|scriptstyle|mathop|mathbin|mathrel"
    r"|left|right|middle|[Bb]igg?[lrm]?|limits|nolimits|nonumber|notag|hfill|strut|underset\{[^{}]*\})(?![A-Za-z])\.?"
)
_SPACES = re.compile(
    r"\\[,;:!> ]|\\(?:qquad|quad|enspace|enskip|thinspace|hspace\{[^{}]*\}|phantom\{[^{}]*\})|~"
)
_GONE = re.compile(
    r"\\(?:label|tag\*?|ref|eqref|cite)\{[^{}]*\}|\\in\s*\\mathbb\s*\{?\s*R\s*\}?(?:\s*\^\s*(?:\{(?:[^{}]|\{[^{}]*\})*\}|\w))?"
)
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\{[A-Za-z]+\*?\}(?:\{[lcr|]*\})?")
_HAN = "\u3400-\u9fff"

WORDS = frozenset(
    "np numpy torch sum Sum axis keepdims keepdim dim True False dot matmul multiply outer power square mean T"  # noqa: SIM905
    " tanh sigmoid relu ReLU softmax diag exp log sigma delta eq jac grad net out dout"
    " loss Loss cost Cost weight weights bias biases logit logits lr".split()
)
"""Runs of letters that are no words of a sentence."""

_NAMED = re.compile(r"\{\s*(" + "|".join(sorted(WORDS, key=len, reverse=True)) + r")\s*\}")
_SHORT = frozenset(
    "is of we so in to by as if or at it an be on el la es de se en un lo si al".split()  # noqa: SIM905
)
_WORD = re.compile(
    r"(?<![\\A-Za-z_^.])[A-Za-z]{2,}(?:[-'’][A-Za-z]+)*(?![A-Za-z0-9_(\[^.']|\s*[_^(])|(?<![\\A-Za-z_^.])[A-Za-z]{4,}(?=[\s.,;:)]|$)"
)

_CODE = re.compile(
    r"@|\b(?:np|jnp|numpy)\.|\btorch\.|\.T\b|\*\*|\.dot\(|\b(?:[A-Za-z]|d[A-Za-z]|delta)\d\b|\bdelta\b|\bdout\b"
    r"|\b(?:delta|grad|sigmoid|tanh|relu|y)_(?:\d|hat|pred|prime|deriv|[A-Za-z]\d)|\bd(?:W|Z|A|b)\b"
)
_NUMBERED = re.compile(
    r"(?<![\\A-Za-z^_])(?<!_\{)((?:d|\\partial )?(?:[WwbBzZaAhHxX]|\\(?:delta|theta|Theta)(?![A-Za-z]) ?))(\d)(?![\d.])"
)
"""A letter with its number typed right after it, as in ∂L/∂W1."""

_PLAIN: tuple[tuple[str | re.Pattern[str], str], ...] = (
    (r"\\(?:mathcal|mathscr|cal)\s*\{?\s*L\s*\}?", r"\\Loss "),
    (r"\\(?:mathcal|mathscr|cal)\s*\{?\s*([A-Z])\s*\}?", r"\1 "),
    (r"\\(?:mathbb|mathbf|boldsymbol|bm)\s*\{?\s*1\s*\}?", r"\\one "),
    (r"\\(?:mathrm|text|operatorname|rm)\s*\{\s*d\s*\}|\\mathrm\s+d(?![A-Za-z])|\{\\rm\s+d\}", "d"),
    (_GONE, " "),
    (r"\\\(|\\\)|\\\[|\\\]|\$+", " "),
    (r"\\\\(?:\[[^\]]*\])?", "\n"),
    (_ENVIRONMENT, "\n"),
    (r"\\(?:text|mbox|mathrm|rm)\s*\{\s*\(\d+[a-z]?\)\s*\}", " "),
    (_FONTS, " "),
    (_SPACES, " "),
    (_NUMBERED, r"\1_\2"),
    (_NAMED, r" \1 "),
    ("&", " "),
    (r"\|\|", r"\\| "),
    (r":=|\\(?:triangleq|coloneqq|equiv|doteq|leftarrow|rightarrow|gets|mapsto)(?![A-Za-z])|==", "="),
    (r"\\colon(?![A-Za-z])", ":"),
    (r"\\(?:dfrac|tfrac|cfrac)(?![A-Za-z])", r"\\frac"),
)
"""What is written in many ways, and how it is read: one after the other."""

_EINSUM = re.compile(r"einsum\(\s*['\"]([a-z]{2}),\s*([a-z]{2})\s*->\s*([a-z]{2})['\"]\s*,")
_EXAMPLES = re.compile(r"\blen\([A-Za-z_]\w*\)|\b[A-Za-z_]\w*\.shape\[[01]\]|\b[A-Za-z_]\w*\.size\([01]\)")
"""How many examples there are, in code."""

_CAST = re.compile(r"\.(?:astype|type|to)\([\w.]*\)|\.(?:float|double|copy|detach)\(\)")
_BARE = re.compile(r"(\\sigma|f|g)\s*'\s*=\s*\1\s*\(\s*1\s*-\s*\1\s*\)")

_TARGET = re.compile(
    r"(?:target|label|one-hot|目标|标签)\s*(?:is|为|=)?\s*[(\[]\s*([01](?:\s*,\s*[01])+)\s*[)\]]"
)
_COSTS = (
    (("cross-entropy", "cross entropy", "crossentropy", "交叉熵"), "cross_entropy"),
    (("quadratic", "squared error", "mse", "二次代价", "平方误差", "均方误差", "平方损失"), "quadratic"),
)
_SIGMAS = (
    (r"sigmoid|logistic|逻辑函数", "sigmoid"),
    (r"(?<![\\a-z.])tanh(?![a-z_'^( ]|$)|双曲正切", "tanh"),
    (r"(?<![\\a-z.])relu(?![a-z_'^(])", "relu"),
    (r"linear (?:activation|neuron|unit)|identity activation|线性神经元|线性激活", "linear"),
)


@dataclass(frozen=True, slots=True)
class Spelled:
    """The statements in one spelling, the claim first; what stood around them; the functions that words named."""

    statements: tuple[str, ...]
    conditions: tuple[str, ...]
    cost: str | None
    sigma: str | None
    softmax: bool
    targets: tuple[int, ...]


def spelled(text: str) -> Spelled:
    """Cut what was typed into statements; raises `ParseError` where there is none."""
    if len(text) > LONGEST:
        raise ParseError(
            Text(
                en=f"The claim has {len(text)} characters; at most {LONGEST} are read.",
                zh=f"这个命题有 {len(text)} 个字符；最多读取 {LONGEST} 个。",
            )
        )
    cost, sigma, softmax = _named(text)
    targets = _targets(text)
    if is_code(text):
        text = _EINSUM.sub(r"einsum_\1_\2_\3(", _CAST.sub("", _EXAMPLES.sub("m", text)))
        lines = (_assigned(line.partition("#")[0].strip()) for line in text.splitlines())
        return Spelled(tuple(line for line in lines if "=" in line), (), cost, sigma, softmax, targets)
    statements, conditions = _parted(_plain(text))
    return Spelled(statements, conditions, cost, sigma, softmax, targets)


def _assigned(line: str) -> str:
    """W = W - (…) for W -= …."""
    return re.sub(r"^([\w.]+)\s*([-+])=(.*)$", r"\1 = \1 \2 (\3)", line)


def is_code(text: str) -> bool:
    """Return whether the text is lines of a program."""
    text = _EINSUM.sub("einsum(", text)
    return text.isascii() and not re.search(r"[\\^{']", text) and bool(_CODE.search(text))


def _named(text: str) -> tuple[str | None, str | None, bool]:
    """The cost and the activation that words name."""
    low = text.lower()
    cost = next((name for words, name in _COSTS if any(word in low for word in words)), None)
    remark = re.search(r"#.*\b(sigmoid|tanh|relu)\b", low)
    sigma = (
        remark[1] if remark else next((name for pattern, name in _SIGMAS if re.search(pattern, low)), None)
    )
    return cost, sigma, "softmax" in low


def _targets(text: str) -> tuple[int, ...]:
    """The target that words give, as in "target (1, 0)"."""
    found = _TARGET.search(text)
    return tuple(int(digit) for digit in found[1].split(",")) if found else ()


def _in_ascii(text: str) -> str:
    """The text with LaTeX for Greek letters, signs, accents, and whatever is raised or lowered."""
    pieces: list[str] = []
    for script, run in itertools.groupby(unicodedata.normalize("NFC", text), _script):
        plain = "".join(map(_letter, run))
        pieces.append(f"{script}{{{plain}}}" if script else plain)
    return "".join(pieces)


def _script(letter: str) -> str:
    """^ or _ for a letter that is raised or lowered."""
    return _SCRIPTS.get(unicodedata.decomposition(letter).partition(" ")[0], "")


def _letter(letter: str) -> str:
    """A letter, a sign or an ideograph as it is typed in LaTeX."""
    if letter in _SIGNS:
        return _SIGNS[letter]
    plain = unicodedata.normalize("NFKC", letter)
    if plain != letter:
        return _in_ascii(plain)
    parted = unicodedata.normalize("NFD", letter)
    if parted[1:] == "\u0302":
        return rf"\hat{{{parted[0]}}}"
    greek = re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (\w+)", unicodedata.name(letter, ""))
    if greek is None:
        return letter
    name = greek[2].replace("LAMDA", "LAMBDA")
    return f"\\{name.lower() if greek[1] == 'SMALL' else name.title()} "


def _plain(text: str) -> str:
    """The text in plain LaTeX: ASCII letters, no fonts, no spaces of LaTeX, one statement a line."""
    text = _unboxed(_in_ascii(text))
    for pattern, plain in _PLAIN:
        text = re.sub(pattern, plain, text)
    return text


def _unboxed(text: str) -> str:
    """The text without boxes around what stands in them."""
    while (start := text.find(r"\boxed")) >= 0:
        opening = text.find("{", start)
        depth, end = 0, opening
        for end in range(opening, len(text)):
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            if not depth:
                break
        if opening < 0 or depth:
            return text.replace(r"\boxed", " ")
        text = f"{text[:start]} {text[opening + 1 : end]} {text[end + 1 :]}"
    return text


def _parted(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The statements and the conditions in a text, words put aside."""
    text = _BARE.sub(lambda found: rf"{found[1]}'(z) = {found[1]}(z)(1-{found[1]}(z))", text)
    text = _without_asides(text)
    text = re.sub(r"\(([^()]*(?:\\n?eq?|\\neq|\\leq?|\\geq?|!=|<|>)(?![A-Za-z])[^()]*)\)", r"\n\1\n", text)
    text = re.sub(f"[{_HAN}]+", "\n", text)
    text = _WORD.sub(_word, text)
    pieces = [piece for line in text.split("\n") for piece in _at_commas(line)]
    statements: list[str] = []
    conditions: list[str] = []
    for piece in (p.strip(" .,:!?{}" if p.count("{") != p.count("}") else " .,:!?") for p in pieces):
        if not piece:
            continue
        inner = re.fullmatch(r"\((.*)\)", piece)
        if re.search(r"\\(?:ne|neq|le|leq|ge|geq)(?![A-Za-z])|!=|<|>", piece):
            conditions.append((inner[1] if inner else piece).strip())
        elif piece.startswith("=") and statements:
            statements[-1] += " " + piece
        elif "=" in _outside(piece):
            if statements and piece.endswith("="):
                piece += " "
            statements.append(piece)
        elif statements and statements[-1].rstrip().endswith(("=", "+", "-")):
            statements[-1] += " " + piece
        elif (statements and piece[0] in "+-") or re.match(r"\\(?:cdot|odot|times|circ)", piece):
            if statements:
                statements[-1] += " " + piece
        elif not statements and pieces and re.search(r"[A-Za-z\\]", piece) and "=" in text:
            statements.append(piece)  # the left side on a line of its own
    whole = tuple(s for s in statements if "=" in s)
    return whole, tuple(conditions)


def _word(found: re.Match[str]) -> str:
    word = found[0]
    if word in WORDS:
        return word
    if len(word) == 2:
        return "\n" if word.lower() in _SHORT else word
    if len(word) == 3 and not (word.islower() or word.istitle()):
        return word
    return "\n"


def _without_asides(text: str) -> str:
    """The text without parentheses that hold words, such as (softmax, cross-entropy) or (for all j)."""
    text = _TARGET.sub(" target ", text)
    for _ in range(8):
        for found in re.finditer(r"\(([^()]*)\)", text):
            words = [
                w
                for w in re.findall(r"(?<![\\A-Za-z])[A-Za-z]{3,}", found[1])
                if w not in WORDS or w == "softmax"
            ]
            if words or re.search(f"[{_HAN}]", found[1]):
                text = text[: found.start()] + "\n" + text[found.end() :]
                break
        else:
            break
    return text


def _levels(text: str) -> Iterator[tuple[str, int]]:
    """Each character, and how many brackets are open where it stands; brackets stand inside of themselves."""
    depth = 0
    for c in text:
        depth += c in "([{"
        yield c, depth
        depth -= c in ")]}"


def _outside(piece: str) -> str:
    """What stands outside of all brackets."""
    return "".join(c for c, depth in _levels(piece) if depth <= 0)


def _at_commas(line: str) -> list[str]:
    """The line cut at commas outside of brackets."""
    return "".join("\n" if c in ",;" and depth <= 0 else c for c, depth in _levels(line)).split("\n")
