"""`bpderive equations`: the index of the numbered equations; `bpderive equations BP2`: one of them in full."""

from __future__ import annotations

import argparse

from bpderive.cli.derive import lines
from bpderive.cli.document import Block, Facts, Formula, Heading, Paragraph, Table
from bpderive.cli.options import add_form, show, unknown
from bpderive.cli.words import Parser
from bpderive.equations import Equation, equations
from bpderive.letters.text import Text

EXAMPLES = (
    ("bpderive equations", Text(en="the index", zh="公式索引")),
    (
        "bpderive equations BP4",
        Text(
            en="its forms, its proof and what the machine checked",
            zh="各种形式、证明，以及机器验证了什么",
        ),
    ),
    (
        "bpderive equations --kind theorem --format latex",
        Text(
            en="the theorems, to paste into a text of your own",
            zh="只列出定理，输出 LaTeX，可放进自己的文稿",
        ),
    ),
)

KINDS = {
    "definition": Text(en="definition", zh="定义"),
    "theorem": Text(en="theorem", zh="定理"),
    "shorthand": Text(en="shorthand", zh="简写"),
    "example": Text(en="example", zh="例"),
    "approximation": Text(en="approximation", zh="近似"),
    "step": Text(en="step of a proof", zh="证明步骤"),
}
FORMS = {
    "component": Text(en="in components", zh="分量形式"),
    "matrix": Text(en="in matrices", zh="矩阵形式"),
}

_EQUATION = Text(en="equation", zh="方程")
_NUMBER = Text(en="number", zh="编号")
_TITLE = Text(en="title", zh="名称")
_STATEMENT = Text(en="statement", zh="内容")
_KIND = Text(en="kind", zh="类别")
_PART_OF = Text(en="part of the proof of", zh="所属证明")
_CHECKED = Text(en="checked", zh="验证结果")
_PROOF = Text(en="Proof", zh="证明")
_COUNT = Text(
    en="{count} equations; `bpderive equations BP4` shows one in full.",
    zh="共 {count} 个方程；用 `bpderive equations BP4` 可完整显示其中一个。",
)


def add(parser: Parser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "number",
        nargs="?",
        type=known_equation,
        metavar=Text(en="NUMBER", zh="编号"),
        help=Text(en="an equation, as the book numbers it: BP2, 31, 53", zh="书中的编号：BP2、31、53"),
    )
    parser.add_argument(
        "--kind",
        choices=tuple(KINDS),
        help=Text(en="only those of one kind: {kinds}", zh="只列出某一类：{kinds}").format(
            kinds=", ".join(KINDS)
        ),
        metavar=Text(en="KIND", zh="类别"),
    )
    add_form(parser)


def run(given: argparse.Namespace) -> int:
    """Print the index or one equation; checking it raises `Refuted` if it does not hold."""
    if given.number is not None:
        show(in_full(equations[given.number]), given)
        return 0
    chosen = [eq for eq in equations.values() if given.kind in (None, eq.kind)]
    rows = tuple((f"({eq.number})", str(eq.title), f"${eq.latex()}$") for eq in chosen)
    head = (str(_NUMBER), str(_TITLE), str(_STATEMENT))
    show([Table(head, rows), Paragraph(str(_COUNT.format(count=len(rows))))], given)
    return 0


def in_full(equation: Equation) -> list[Block]:
    """Everything about an equation: its forms, its proof, and the certificate of its check."""
    blocks: list[Block] = [Heading(f"({equation.number}) {equation.title}")]
    for form in equation.forms:
        if len(equation.forms) > 1:
            blocks.append(Paragraph(f"{FORMS[form]}{_COLON}"))
        blocks.append(Formula(equation.latex(form), equation.number))
    facts = [(str(_KIND), str(KINDS[equation.kind]))]
    if equation.part_of is not None:
        facts.append((str(_PART_OF), f"({equation.part_of})"))
    facts.append((str(_CHECKED), str(equation.check().summary)))
    blocks.append(Facts(tuple(facts)))
    if equation.proof is not None:
        blocks += [Heading(str(_PROOF)), *lines(equation.proof)]
    return blocks


_COLON = Text(en=":", zh="：")


def known_equation(number: str) -> str:
    """An equation's number, however it is written: bp2 and (BP2) are BP2."""
    wanted = number.strip("()")
    found = {name.casefold(): name for name in equations}.get(wanted.casefold())
    if found is None:
        raise unknown(_EQUATION, number, equations)
    return found
