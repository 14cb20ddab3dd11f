"""What the machine on the page answers is what the library says in Python, and it needs no module that is left out."""

from __future__ import annotations

import json
import marshal
import re
import subprocess
import sys
import traceback
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

import bpderive as bp
from bpderive.lab import answer
from bpderive.lab.exercises import chains
from bpderive.lab.words import in_each
from bpderive.letters.text import language
from lab.pack import bundled, compiled, left_out, without_lines, zipped

DOCS = Path(__file__).parents[1] / "docs"
LAB = Path(__file__).parents[1] / "lab"
TRUE, FALSE = "d(C, b[l,j]) = delta[l,j]", "delta[l,j] = d(C, a[l,j])"
ILL_FORMED, REFUSED = "delta[l] = (w[l+1] @ delta[l+1]) * dsigma(z[l])", "__import__('os').system('true')"

WITHOUT = """
import fnmatch, json, sys
left_out = [form.replace("/", ".") for form in json.loads(sys.argv[1])]
class Missing:
    def find_spec(self, name, path=None, target=None):
        if any(fnmatch.fnmatchcase(name, form) or fnmatch.fnmatchcase(name, form + ".*") for form in left_out):
            raise ModuleNotFoundError(f"{name} is left out", name=name)
sys.meta_path.insert(0, Missing())
from bpderive.lab import answer
for question in json.loads(sys.argv[2]):
    print(answer(json.dumps(question)))
"""


def ask(**question: Any) -> Any:
    return json.loads(answer(json.dumps(question)))


@pytest.mark.parametrize("claim", [TRUE, FALSE, ILL_FORMED])
def test_a_verdict_is_that_of_check_word_for_word(claim: str) -> None:
    found, verdict = ask(ask="check", claim=claim), bp.check(claim)
    assert found["status"] == verdict.status
    assert found["said"] == in_each(lambda: str(verdict))
    assert found["mended"] == verdict.mended
    assert found["said"]["en"] != found["said"]["zh"]
    assert language() == "en"


@pytest.mark.parametrize("asked", ["check", "read"])
def test_what_is_no_claim_is_refused_in_the_words_of_the_library(asked: str) -> None:
    found = ask(ask=asked, claim=REFUSED)
    with pytest.raises(bp.ParseError) as error:
        bp.check(REFUSED)
    assert found["status"] == "refused"
    assert found["said"]["en"] == str(error.value)


def test_a_claim_is_read_as_the_book_writes_it() -> None:
    assert ask(ask="read", claim=TRUE)["latex"] == r"\frac{\partial C}{\partial b^{l}_{j}} = \delta^{l}_{j}"


def test_no_answer_needs_what_is_left_out() -> None:
    questions = [{"ask": "check", "claim": claim} for claim in (TRUE, FALSE, ILL_FORMED, REFUSED)]
    listed = json.loads((LAB / "left-out.json").read_text("utf-8"))
    forms = listed["sympy"] + listed["bpderive"]  # the standard library is another in each version of Python
    command = [sys.executable, "-c", WITHOUT, json.dumps([*forms, "numpy"]), json.dumps(questions)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    given = [json.loads(line)["status"] for line in done.stdout.splitlines()]
    assert given == ["holds", "refuted", "ill-formed", "refused"]


@pytest.fixture
def modules(tmp_path: Path) -> dict[str, bytes]:
    """Those of a package `one`, compiled, without its tests."""
    words = '"""Words."""\nx = {"a", "b"}\n\ndef three():\n    return 3\n'
    for name in ("one/__init__.py", "one/two.py", "one/tests/three.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(words, "utf-8")
    made = compiled(tmp_path, ["one"], ["*/tests"])
    assert made == compiled(tmp_path, ["one"], ["*/tests"])
    return made


def test_modules_are_compiled_without_those_left_out_without_docstrings_and_lines(
    modules: dict[str, bytes],
) -> None:
    assert list(modules) == ["one/__init__.py", "one/two.py"]
    code = marshal.loads(modules["one/two.py"])
    function = next(one for one in code.co_consts if isinstance(one, CodeType))
    assert {line for one in (code, function) for _, _, line in one.co_lines()} == {None}
    assert b"Words" not in modules["one/two.py"]


def test_an_error_without_lines_can_be_told() -> None:
    code = without_lines(compile("def f():\n    return [1 / x for x in (1, 0)]\nf()", "a file", "exec"))
    with pytest.raises(ZeroDivisionError) as raised:
        exec(code)
    assert "a file" in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize("form", ["ZIP file", "bundle"])
def test_modules_are_imported_from_what_was_packed(
    modules: dict[str, bytes], tmp_path: Path, form: str
) -> None:
    made = tmp_path / "made"
    made.write_bytes(zipped(modules) if form == "ZIP file" else bundled(modules))
    ready = "sys.path.insert(0, PACKED[0])" if form == "ZIP file" else (LAB / "packed.py").read_text("utf-8")
    asked = (
        "import one.two; from one import two; print(two.three(), two.x == one.x, one.__path__ is not None)"
    )
    missing = "import importlib.util; print(importlib.util.find_spec('one.tests'))"
    program = f"import sys\nPACKED = [{str(made)!r}]\nexec(sys.argv[1], globals())\n{asked}\n{missing}"
    done = subprocess.run(
        [sys.executable, "-c", program, ready], capture_output=True, text=True, check=False, cwd="/"
    )
    assert (done.stdout, done.stderr) == ("3 True True\nNone\n", "")


def test_a_form_leaves_out_a_module_or_a_folder_and_nothing_else() -> None:
    assert left_out("sympy/stats/rv.py", ["sympy/stats"])
    assert left_out("pdb.py", ["pdb"])
    assert left_out("a/b/tests/c.py", ["*/tests"])
    assert not left_out("sympy/statistics.py", ["sympy/stats"])


def test_an_activation_is_what_the_library_derives() -> None:
    formula = "where(z < 0, z/10, z)"
    found, activation = ask(ask="activation", formula=formula), bp.parse_activation(formula)
    assert found["status"] == "derived"
    assert found["svg"].startswith("<svg")
    assert len(found["pieces"]) == 2
    assert all(step["reason"]["zh"] for piece in found["pieces"] for step in piece["steps"])
    known = {name["en"]: value["en"] for name, value in found["facts"]}
    assert known["monotone"].startswith("yes") is bool(activation.monotone)
    assert [number for number, _ in found["equations"]] == ["BP1", "BP2", "BP3", "BP4"]
    assert all(r"\sigma'" not in text for _, shown in found["equations"] for text in shown.values())
    (_, first), *_ = found["equations"]
    assert ("otherwise" in first["en"], "otherwise" in first["zh"], "其他" in first["zh"]) == (
        True,
        False,
        True,
    )


@pytest.mark.parametrize("formula", ["__import__('os')", "z.real", "tanh(", "1/z", "y + z"])
def test_what_is_no_activation_is_refused(formula: str) -> None:
    assert ask(ask="activation", formula=formula)["status"] == "refused"


@pytest.mark.parametrize(
    ("activation", "cost"), [("tanh", "quadratic"), ("sigmoid", "cross_entropy"), ("leaky_relu", "quadratic")]
)
def test_the_numbers_of_a_network_are_those_of_the_reference(activation: str, cost: str) -> None:
    np = pytest.importorskip("numpy")
    sizes, weight = (2, 3, 2, 2), (2, 3, 1)
    question = {"ask": "network", "sizes": sizes, "activation": activation, "cost": cost, "weight": weight}
    found = json.loads(
        answer(json.dumps(question | {"numbers": [[["w", 3, 1, 2], 0.4], [["x", 1, 1, 0], -0.7]]}))
    )
    values = {tuple(place): value for place, value in found["values"]}
    assert (values["w", 3, 1, 2], values["x", 1, 1, 0]) == (0.4, -0.7)

    def column(letter: str, layer: int) -> Any:
        return np.array([[values[letter, layer, j, 0]] for j in range(1, sizes[layer - 1] + 1)])

    layers = range(2, len(sizes) + 1)
    weights = [
        np.array(
            [[values["w", l, j, k] for k in range(1, sizes[l - 2] + 1)] for j in range(1, sizes[l - 1] + 1)]
        )
        for l in layers
    ]
    biases = [column("b", l) for l in layers]
    names = {"activation": activation, "cost": cost}
    wanted = bp.reference.backprop(weights, biases, column("x", 1), column("y", len(sizes)), **names)
    for l in layers:
        assert np.allclose(column("delta", l), wanted.b[l - 2], rtol=1e-12)
    assert found["bp4"] == pytest.approx(wanted.w[0][2, 0], rel=1e-12)
    assert found["sum"] == pytest.approx(found["bp4"], rel=1e-12)
    sums = bp.path_sum(bp.Network(sizes, activation, cost), *weight)
    assert [path["neurons"] for path in found["paths"]] == [
        [list(n) for n in path.neurons] for path in sums.paths
    ]


def test_a_network_that_is_too_large_is_refused() -> None:
    question = {
        "ask": "network",
        "sizes": [6, 2],
        "activation": "tanh",
        "cost": "quadratic",
        "weight": [2, 1, 1],
    }
    assert json.loads(answer(json.dumps(question)))["status"] == "refused"


ACTIVATION_AS_CAUSE = ["d(C, a[l,k]) = ? for l < L"]
NEXT = "sum(j, w[l+1,j,k] * delta[l+1,j])"


@pytest.mark.parametrize(
    ("written", "status", "line"),
    [
        (NEXT, "holds", None),
        (f"= {NEXT}", "holds", None),
        (f"d(C, a[l,k]) = {NEXT} for l < L", "holds", None),
        (r"= \sum_j w^{l+1}_{jk} \delta^{l+1}_j", "holds", None),
        (
            f"sum(j, d(C, z[l+1,j]) * d(z[l+1,j], a[l,k]))\n= sum(j, d(C, z[l+1,j]) * w[l+1,j,k])\n\n= {NEXT}",
            "holds",
            None,
        ),
        (f"d(C, a[l,k]) = sum(j, d(C, z[l+1,j]) * w[l+1,j,k]) = {NEXT}\n{NEXT} = {NEXT}", "holds", None),
        ("delta[l+1,k]", "ill-formed", 1),
        (f"sum(j, d(C, z[l+1,j]) * w[l+1,j,k])\n= 2 * {NEXT}\n= {NEXT}", "refuted", 2),
        (f"{NEXT}\n= {NEXT}\n= sum(j, w[l+1,j,k] * delta[l+1,j]^2)", "refuted", 3),
        ("d(C, a[l,k])", "unfinished", None),
        ("2 * d(C, a[l,k]) - d(C, a[l,k])", "unfinished", None),
        ("sum(j, w[l+1,j,k] * d(C, z[l+1,j]))", "unfinished", None),
        (f"{NEXT} for l = 2", "refused", None),
        (f"{NEXT} with sigma = linear", "refused", None),
        ("delta[l,k] = delta[l,k]", "refused", None),
        ("__import__('os').system('true')", "refused", None),
    ],
)
def test_the_first_line_of_an_answer_that_does_not_follow_is_named(
    written: str, status: str, line: int | None
) -> None:
    found = ask(ask="exercise", of=ACTIVATION_AS_CAUSE, using=["w", "delta"], answer=written)
    assert (found["status"], found.get("line")) == (status, line)
    if line is not None:
        assert f"Line {line} " in found["said"]["en"]
        assert f"第 {line} 行" in found["shown"]["zh"]


def test_a_hint_is_what_the_diagnosis_says_without_the_answer() -> None:
    written = "d(C, a[l,k]) = sum(j, w[l+1,k,j] * delta[l+1,j])"
    found = ask(ask="exercise", of=ACTIVATION_AS_CAUSE, using=[], answer=written)
    verdict = bp.check(f"{written} for l < L")
    assert verdict.mended is not None
    assert found["hints"][0]["en"] == verdict.diagnoses[0].what.en
    assert verdict.mended not in json.dumps(found)


def test_several_equations_can_be_asked_for_and_each_must_be_found() -> None:
    of = ["delta[L] = ? with sigma = linear", "delta[l] = ? with sigma = linear"]
    lines = ["delta[l] = T(w[l+1]) @ delta[l+1]", "delta[L] = grad(C, a[L])"]
    statuses = [
        ask(ask="exercise", of=of, using=["w", "delta", "d(C, a)"], answer="\n".join(some))["status"]
        for some in (lines[:1], lines, ["delta[l] = w[l+1] @ delta[l+1]", lines[1]], ["grad(C, a[L])"])
    ]
    assert statuses == ["unfinished", "holds", "ill-formed", "refused"]


@pytest.mark.parametrize("line", ["delta[l] = 1", "? = ?", "delta[l] = 1 + ?", "? = delta[l]", "delta[l] ?"])
def test_what_is_no_exercise_is_refused(line: str) -> None:
    with pytest.raises(bp.ParseError):
        chains([line])


ANSWERS = {
    "check-your-own": [NEXT, "a[l-1,k] * d(C, b[l,j])", "quadratic"],
    "four-equations": [
        """d(C, a[l,j]) = sum(k, w[l+1,k,j] * dsigma(z[l+1,k]) * d(C, a[l+1,k]))
           d(C, b[l,j]) = dsigma(z[l,j]) * d(C, a[l,j])
           d(C, w[l,j,k]) = a[l-1,k] * dsigma(z[l,j]) * d(C, a[l,j])"""
    ],
    "sum-over-paths": [
        "sum(m, d(C, a[L,m]) * dsigma(z[L,m]) * w[L,m,j]) * dsigma(z[L-1,j]) * a[L-2,k]",
        "sum(q, d(C, a[l+1,q]) * dsigma(z[l+1,q]) * w[l+1,q,j])",
    ],
    "two-assumptions": ["(a[L,j] - y[j]) * dsigma(z[L,j])\n= (a[L,j] - y[j]) * a[L,j] * (1 - a[L,j])"],
    "vanishing-gradients": [
        "diag(dsigma(z[l])) @ T(w[l+1]) @ delta[l+1]",
        "diag(dsigma(z[L-2])) @ T(w[L-1]) @ diag(dsigma(z[L-1])) @ T(w[L]) @ diag(dsigma(z[L])) @ grad(C, a[L])",
        "delta[L] = grad(C, a[L])\ndelta[l] = T(w[l+1]) @ delta[l+1]",
    ],
    "warm-up": ["sum(k, w[l,j,k] * sigma(z[l-1,k])) + b[l,j]"],
}
EXERCISE = re.compile(r"```\{lab\} exercise\n((?:^:.*\n)*)((?:^[^`].*\n)+)```", re.MULTILINE)


@pytest.mark.parametrize(
    "page", sorted(path.stem for path in DOCS.glob("*.md") if EXERCISE.search(path.read_text("utf-8")))
)
def test_every_exercise_of_the_book_can_be_solved_and_what_stands_in_it_at_first_is_wrong(page: str) -> None:
    found = EXERCISE.findall((DOCS / f"{page}.md").read_text("utf-8"))
    assert len(found) == len(ANSWERS[page])
    for (head, of), right in zip(found, ANSWERS[page], strict=True):
        options = dict(re.findall(r"^:(\w+): (.*)$", head, re.MULTILINE))
        using = [name.strip() for name in options.get("in", "").split(";") if name.strip()]
        asked = {"ask": "exercise", "of": of.splitlines(), "using": using}
        assert ask(**asked, answer=right)["status"] == "holds"
        if "attempt" in options:
            assert ask(**asked, answer=options["attempt"])["status"] in ("refuted", "ill-formed")
