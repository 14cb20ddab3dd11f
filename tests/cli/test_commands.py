"""Every subcommand in both languages, in every form; the exit codes; what is said about mistakes."""

from __future__ import annotations

import io
import itertools
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import bpderive as bp
from bpderive.cli import COMMANDS, main
from bpderive.cli.document import CHINESE as CHINESE_SIGNS
from bpderive.cli.document import FORMS
from bpderive.cli.words import columns, said
from bpderive.equations.paths import PathSums
from bpderive.letters.text import LANGUAGES, language, set_language
from bpderive.programs.verify.result import Verification

STEP = Path(tempfile.mkdtemp()) / "step.npz"
"""A step of a network (1, 1) with σ(0) = 1/2 throughout."""

np.savez(STEP, x=[[1.0]], y=[[0.5]], w2=[[2.0]], b2=[[-2.0]], z2=[[0.0]], a2=[[0.5]], delta2=[[0.0]])

USES: dict[str, list[str]] = {
    "equations": [],
    "derive": ["BP2"],
    "paths": ["--network", "2,3,2", "--weight", "2,1,1"],
    "verify": ["--network", "2,2,2"],
    "activation": ["silu"],
    "emit": ["--network", "2,3,2"],
    "check": ["d(C, b[l,j]) = delta[l,j]"],
    "compare": [str(STEP)],
    "book": ["bpderive.zip"],
}
"""One use of each subcommand; a new one has to be entered here."""

ENDS = [command for command in USES if command != "book"]
"""Those that end by themselves."""

WITH_FORMS = ["equations", "derive", "paths", "verify", "activation"]

CHINESE = re.compile(r"[一-鿿]")


def test_every_command_is_tried() -> None:
    assert list(USES) == list(COMMANDS)


@pytest.mark.parametrize("command", ENDS)
@pytest.mark.parametrize("name", LANGUAGES)
def test_it_runs_in_both_languages(command: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--lang", name, *USES[command]]) == 0
    printed = capsys.readouterr().out
    assert printed
    assert bool(CHINESE.search(printed)) is (name == "zh")
    assert language() == "en"


@pytest.mark.parametrize("command", ["", *USES])
@pytest.mark.parametrize("name", LANGUAGES)
def test_its_help_teaches_in_both_languages(
    command: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--lang", name, *([command] if command else []), "--help"])
    assert stopped.value.code == 0
    printed = capsys.readouterr().out
    assert f"bpderive {command}" in printed
    # In Chinese nothing is left of argparse's own English.
    english = ("usage:", "options:", "examples:", "show this", "positional", "default:")
    assert [word for word in english if word in printed] == (
        [] if name == "zh" else [w for w in english if w in printed]
    )
    assert bool(CHINESE.search(printed)) is (name == "zh")
    assert ("示例" if name == "zh" else "examples:") in printed


@pytest.mark.parametrize("command", WITH_FORMS)
@pytest.mark.parametrize("form", FORMS)
def test_every_form_has_the_mathematics_as_it_writes_it(
    command: str, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, *USES[command], "--format", form]) == 0
    printed = capsys.readouterr().out
    if form == "text":
        assert not re.search(r"\\[a-z]|\$", printed)
    if form == "latex":
        assert printed.count(r"\begin") == printed.count(r"\end") > 0
        assert len(re.findall(r"(?<!\\)\$", printed)) % 2 == 0
    if form == "markdown":
        assert "$" in printed


LATEX = [
    ["equations"],
    *(["equations", number] for number in ("26", "35", "46", "53")),
    *(["derive", number] for number in ("BP1", "BP2", "36", "53", "long")),
    ["derive", "BP1", "--network", "2,2", "--activation", "relu", "--cost", "huber"],
    ["derive", "BP2", "--network", "2,2,3", "--activation", "sigmoid,softmax", "--cost", "log_likelihood"],
    ["paths", "--network", "2,3,2", "--weight", "2,1,1"],
    ["verify", "--network", "2,2,2"],
    *(["activation", name] for name in ("selu", "gelu", "hard_sigmoid", "softmax", "z*sigmoid(3*z/2)")),
]

KNOWN = """
    partial frac text sigma quad item delta begin end to subsection sum left right ldots infty sqrt
    Sigma le tag tanh cdots pi odot Delta approx hline nabla ne ln alpha operatorname leq lVert rVert
    lambda cdot rm epsilon max ge arctan cos sin min wedge mathbb tfrac textless textgreater
    textbackslash lor land erf eta
"""
"""The commands of amsmath and amssymb that the book's formulas and our sentences need."""

OUTSIDE, INSIDE = r"[_^&]|\\(?:partial|sigma|frac|sum|delta|to|le|ge)\b", r"[^\x00-\x7f]"


@pytest.mark.parametrize(("given", "name"), list(zip(LATEX, itertools.cycle(LANGUAGES), strict=False)))
def test_the_latex_has_nothing_that_latex_does_not_know(
    given: list[str], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*given, "--format", "latex", "--lang", name]) == 0
    _compiles(capsys.readouterr().out)


def _compiles(latex: str) -> None:
    """Known commands only, braces and environments in pairs, mathematics in mathematics and nothing else there."""
    assert not re.sub(rf"[\x00-\x7f]|{CHINESE_SIGNS}", "", latex)
    assert set(re.findall(r"\\([A-Za-z]+)", latex.replace("\\\\", " "))) <= set(re.findall(r"\w+", KNOWN))
    open_: list[str] = []
    for kind, environment in re.findall(r"\\(begin|end)\{([a-z]+\*?)\}", latex):
        if kind == "begin":
            open_.append(environment)
        else:
            assert open_.pop() == environment
    assert not open_
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", re.sub(r"\\\\", "", latex)):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0
    formulas = r"\\\[.*?\\\]|\\begin\{align\*\}.*?\\end\{align\*\}|(?<!\\)\$.*?(?<!\\)\$"
    for formula in re.findall(formulas, latex, re.DOTALL):
        mathematics, sentences = _parted(formula)
        assert not re.search(INSIDE, mathematics)
        assert not re.search(OUTSIDE, re.sub(r"(?<!\\)\$.*?(?<!\\)\$|\\.(?:\{\})?", "", sentences))
    text = re.sub(
        r"\\[_^&](?:\{\})?|\\(?:begin|end)\{\w+\}", "", re.sub(formulas, "", latex, flags=re.DOTALL)
    )
    assert not re.search(OUTSIDE.replace("&", ""), text)


def _parted(formula: str) -> tuple[str, str]:
    """A formula without the sentences in it, and these."""
    mathematics, sentences = "", ""
    while (at := formula.find(r"\text{")) >= 0:
        end, depth = at + 6, 1
        while depth:
            depth += (formula[end] == "{") - (formula[end] == "}")
            end += 1
        mathematics += formula[:at]
        sentences += formula[at + 6 : end - 1]
        formula = formula[end:]
    return mathematics + formula, sentences


@pytest.mark.parametrize(
    "latex",
    [
        "σ",
        r"\nonsense",
        r"\begin{align*}",
        "{",
        "a_b",
        r"\[ \text{a_b} \]",
        r"$\text{σ}$",
        "$σ$",
        r"\sigma",
        "a^b",
    ],
)
def test_what_does_not_compile_is_seen(latex: str) -> None:
    with pytest.raises(AssertionError):
        _compiles(latex)


@pytest.mark.parametrize("name", LANGUAGES)
@pytest.mark.parametrize("command", ["derive", "paths", "activation", "verify"])
def test_a_narrow_terminal_has_no_longer_lines_than_it_can_show(
    command: str, name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "46")
    assert main([command, *USES[command], "--lang", name]) == 0
    # A formula without a space cannot be broken.
    long = [
        line for line in capsys.readouterr().out.splitlines() if columns(line) > 46 and " " in line.strip()
    ]
    assert long == []


def test_an_equation_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["equations", "bp4"]) == 0
    printed = capsys.readouterr().out
    assert "in components" in printed
    assert "in matrices" in printed
    assert str(bp.equations["BP4"].check().summary) in printed
    assert main(["equations", "--kind", "theorem"]) == 0
    listed = capsys.readouterr().out
    assert "(BP1)" in listed
    assert "(23)" not in listed


def test_a_derivation_on_a_network_says_what_its_functions_are(capsys: pytest.CaptureFixture[str]) -> None:
    given = ["derive", "BP1", "--network", "2,3,2", "--activation", "tanh,sigmoid", "--cost", "cross_entropy"]
    assert main(given) == 0
    printed = capsys.readouterr()
    assert "δ^3_1 = ∂C/∂a^3_1 σ'(z^3_1)" in printed.out
    assert "1 - tanh^2(z)" in printed.out
    assert "δ^L_j = a - y" in printed.out
    given = [
        "derive",
        "BP2",
        "--network",
        "2,2,2",
        "--activation",
        "sigmoid,softmax",
        "--cost",
        "log_likelihood",
    ]
    assert main(given) == 0
    assert "δ^L_j = a^L_j Σ_k y_k - y_j" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("number", "functions"),
    [
        ("BP1", ["--activation", "softmax", "--cost", "log_likelihood"]),
        ("BP1a", ["--activation", "softmax", "--cost", "log_likelihood"]),
        ("30", ["--cost", "cross_entropy"]),
        ("27", ["--cost", "cross_entropy"]),
    ],
)
def test_a_proof_is_not_shown_on_a_network_outside_of_its_hypotheses(
    number: str, functions: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for name, says in (("en", "What holds there instead:"), ("zh", "此时成立的是：")):
        assert main(["derive", number, "--network", "2,2", *functions, "--lang", name]) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert says in printed.err


def test_a_derivation_on_a_network_with_a_kink_says_where_it_does_not_hold(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["derive", "BP1", "--network", "2,2", "--activation", "relu"]) == 0
    assert "Provided that no z^l_j of a neuron with relu" in capsys.readouterr().out


def test_a_formula_of_ones_own_has_its_measured_error_and_its_graph(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    graph = tmp_path / "graph.svg"
    assert main(["activation", "z/(1+exp(-z))", "--plot", str(graph)]) == 0
    printed = capsys.readouterr().out
    assert "rewritten" in printed
    assert f"{bp.parse_activation('z/(1+exp(-z))').measured().ulp:.2g}" in printed
    assert ElementTree.fromstring(graph.read_text("utf-8")).tag.endswith("svg")
    assert main(["activation", "leaky_relu", "--set", "alpha=0.25"]) == 0
    assert "1/4" in capsys.readouterr().out


def test_the_program_is_emitted(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    source = bp.compile_gradient(bp.Network((2, 3, 2))).source
    assert main(["emit", "--network", "2,3,2"]) == 0
    assert capsys.readouterr().out == source
    assert main(["emit", "--network", "2,3,2", "--output", str(tmp_path / "gradient.h")]) == 0
    assert (tmp_path / "gradient.h").read_text("utf-8") == source


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "COMMAND is missing"),
        (["derrive"], "cannot be 'derrive'"),
        (["derive", "BP9"], "Did you mean 'BP"),
        (["paths", "--network", "2,a"], "'2,a' is not a list of layer sizes"),
        (["paths", "--network", "2,2"], "give one of: --weight --bias"),
        (["paths", "--network", "2,2", "--weight", "2,1,1", "--bias", "2,1"], "not both"),
        (["paths", "--network", "2,2", "--bias", "2"], "is not a place"),
        (["paths", "--network", "2,3,2", "--weight", "5,1,1"], "from 2 to 3"),
        (["paths", "--network", "9,9,9,9,9,9,9", "--bias", "2,1"], "paths"),
        (["verify", "--network", "2,3,2", "--activation", "sigmiod"], "Did you mean 'sigmoid'"),
        (["verify", "--network", "2,3,2", "--cost", "cross"], "Did you mean 'cross_entropy'"),
        (["verify", "--network", "2,3,2", "--seed", "-1"], "seed"),
        (["verify", "--network", "2,3,2", "--seed"], "--seed needs a value"),
        (["activation", "z+"], "not complete"),
        (["activation", "__import__('os')"], "is not"),
        (["activation", "elu", "--set", "alpha"], "name=number"),
        (["activation", "elu", "--set", "beta=2"], "no parameter"),
        (["activation", "sigmoid", "--plot", "/"], "/: "),
        (["emit", "--network", "2,2", "--output", "/no/such/folder/x"], "No such file"),
        (["equations", "--nonsense"], "not understood: --nonsense"),
    ],
)
def test_a_mistake_is_said_in_words_and_leaves_with_2(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = main(arguments)
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    printed = capsys.readouterr().err
    assert code == 2
    assert says in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize(
    "message",
    [
        "the following arguments are required: NAME",
        "unrecognized arguments: --x",
        "argument --format: invalid choice: 'pdf' (choose from 'text', 'latex')",
        "argument --seed: invalid int value: 'a'",
        "argument --seed: expected one argument",
        "argument --bias: not allowed with argument --weight",
        "one of the arguments --weight --bias is required",
        "ambiguous option: --s could match --set, --seed",
        "argument --help: ignored explicit argument 'x'",
    ],
)
def test_what_argparse_says_is_said_in_chinese_too(message: str) -> None:
    set_language("zh")
    try:
        assert CHINESE.search(said(message))
    finally:
        set_language("en")


@pytest.mark.parametrize(
    "text", ["z+", "2z", "sinn(z)", "z^z", "1/z", "exp(z", "a.b", "where(z, 1, 2)", "z+" * 300, ""]
)
def test_a_formula_that_is_not_read_is_refused_in_chinese_too(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--lang", "zh", "activation", text])
    assert stopped.value.code == 2
    printed = capsys.readouterr().err
    assert "^" in printed
    assert re.search(r"错误：.*[一-鿿]", printed)
    assert not re.search(r"The |At z|An? ", printed)


def test_a_failed_check_leaves_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refute(*_: object) -> None:
        raise bp.Refuted("no")

    monkeypatch.setattr(PathSums, "check", refute)
    assert main(["paths", *USES["paths"]]) == 1
    assert "error: no" in capsys.readouterr().err
    monkeypatch.setattr(Verification, "ok", property(lambda _: False))
    assert main(["verify", *USES["verify"]]) == 1


def test_ctrl_c_ends_it_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bpderive.cli.check.check", interrupt)
    assert main(["check", *USES["check"]]) == 130


def test_as_a_process_with_a_reader_that_leaves_and_an_encoding_without_sigma() -> None:
    command = [sys.executable, "-m", "bpderive", "equations"]
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    done = subprocess.run(command, capture_output=True, check=False, env=ascii_only)
    assert done.returncode == 0
    assert "σ" in done.stdout.decode("utf-8")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert (process.wait(), process.stderr.read()) == (141, b"")


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"bpderive {bp.__version__}\n"


def test_a_stream_without_an_encoding_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert main(["derive", "BP3"]) == 0


@pytest.mark.parametrize(
    "given",
    [
        ["paths", "--network", "2,3,2", "--weight", "2,9,1"],
        ["paths", "--network", "2,3,2", "--bias", "9,1"],
        ["paths", "--network", "9,9,9,9,9,9,9", "--weight", "2,1,1"],
        ["verify", "--network", "2,3,1", "--activation", "softmax"],
        ["verify", "--network", "2,3,1", "--activation", "sigmoid,softmax"],
        ["verify", "--network", "2,3,2", "--activation", "tanh,tanh", "--cost", "cross_entropy"],
        ["verify", "--network", "2,3,2", "--activation", "tanh", "--cost", "cross_entropy"],
        ["verify", "--network", "2,3,2", "--activation", "tanh,tanh,tanh"],
    ],
)
def test_what_the_library_refuses_is_said_in_the_language(
    given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    for name in ("en", "zh"):
        assert main(["--lang", name, *given]) == 2
        said.append(capsys.readouterr().err)
    english, chinese = said
    assert english.startswith("error: ")
    assert not CHINESE.search(english)
    assert chinese.startswith("错误：")
    assert len(CHINESE.findall(chinese)) > 8
