from dataclasses import replace

import pytest

import bpderive as bp
from bpderive.workbook.conventions.writing import BOOK
from bpderive.workbook.language import parse
from bpderive.workbook.verdict.diagnosis import is_true
from bpderive.workbook.verdict.forms import Clock


def test_there_are_as_many_conventions_as_were_looked_up() -> None:
    assert len(bp.conventions) == 23
    assert next(iter(bp.conventions)) == "chapter"
    with pytest.raises(bp.UnknownName, match="chapter"):
        bp.conventions["chaptre"]


@pytest.mark.parametrize("convention", bp.conventions.values(), ids=lambda c: c.name)
def test_its_own_forward_pass_and_equations_hold_as_it_reads_them(convention: bp.Convention) -> None:
    assert convention.check().instances == len(convention.forward) + len(convention.equations)
    assert convention.title.en != convention.title.zh
    assert convention.source.startswith("http")


WRONG = [
    ("ufldl", {"offsets": {}}),
    ("ufldl", {"offsets": {"w": 1}}),
    ("course", {"rows": True}),
    ("course", {"examples": ("sum",)}),
    ("pytorch", {"to_from": False}),
    ("rows", {"to_from": True}),
    ("rows", {"rows": False}),
    ("rows-leaving", {"offsets": {"w": 1}}),
    ("scratch", {"offsets": {"w": 1, "b": 1}}),
    ("numerator", {"as_variable": True}),
    ("numerator", {"numerator": False}),
    ("denominator", {"numerator": True}),
    ("denominator", {"as_variable": False}),
    ("bishop", {"to_from": False}),
    ("net", {"to_from": True}),
    ("zhou", {"to_from": True}),
    ("mitchell", {"to_from": False}),
    ("layer-columns", {"rows": True}),
    ("layer-columns", {"to_from": False}),
    ("logistic", {"to_from": True}),
    ("logistic", {"one_output": False}),
    ("chain", {"one_each": False}),
    ("qiu", {"offsets": {"w": 1}}),
    ("goodfellow", {"rows": True}),
    ("li", {"to_from": False, "rows": True}),
    ("li", {"offsets": {"w": 1}}),
    ("theta", {"offsets": {}}),
    ("recurrent", {"numerator": False}),
]


@pytest.mark.parametrize(("name", "changed"), WRONG)
def test_a_wrong_declaration_is_refused(name: str, changed: dict[str, object]) -> None:
    with pytest.raises(bp.Refuted):
        replace(bp.conventions[name], **changed).check()


@pytest.mark.parametrize(
    ("name", "letter"),
    [("zhou", r"\theta"), ("zhou", "g"), ("zhou", r"\gamma"), ("zhou", "e"), ("mitchell", r"\delta")],
)
def test_a_letter_with_the_wrong_sign_is_refused(name: str, letter: str) -> None:
    convention = bp.conventions[name]
    letters = {**convention.letters, letter: replace(convention.letters[letter], sign=1)}
    with pytest.raises(bp.Refuted):
        replace(convention, letters=letters).check()


@pytest.mark.parametrize("number", BOOK)
@pytest.mark.parametrize("convention", bp.conventions.values(), ids=lambda c: c.name)
def test_what_it_writes_is_read_back_and_holds(convention: bp.Convention, number: str) -> None:
    for form in convention.forms(number):
        verdict = bp.check(convention.write(number, form), convention=convention.name)
        assert verdict.holds, verdict.text


@pytest.mark.parametrize("number", ["BP1", "BP2", "BP3", "BP4", "25"])
def test_the_equations_to_write_are_those_of_the_registry(number: str) -> None:
    equation = bp.equations[number]
    for form in equation.forms:
        verdict = bp.check(equation.latex(form), convention="chapter")
        assert verdict.holds
        assert is_true(parse(BOOK[number][form]), Clock(10, 20_000))
    stated = bp.check(bp.equations["BP2"].latex("matrix"), convention="chapter")
    assert stated.in_book == "delta[l] = (T(w[l+1]) @ delta[l+1])*dsigma(z[l])"


@pytest.mark.parametrize(
    ("name", "number", "form", "latex"),
    [
        ("chapter", "BP2", "matrix", r"\delta^{l} = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^{l})"),
        ("course", "BP4", "batch", r"dW^{[l]} = \frac{1}{m} dZ^{[l]} A^{[l-1]T}"),
        ("course", "update", None, r"W^{[l]} \leftarrow W^{[l]} - \eta dW^{[l]}"),
        ("bishop", "update", None, r"w_{jk} \leftarrow w_{jk} - \eta \frac{\partial E}{\partial w_{jk}}"),
        ("ufldl", "BP2", None, r"\delta^{(l)} = ((W^{(l)})^T \delta^{(l+1)}) \bullet f'(z^{(l)})"),
        ("rows", "BP4", "batch", r"\frac{\partial L}{\partial W^{(l)}} = (A^{(l-1)})^T \delta^{(l)}"),
        ("zhou", "BP2", None, r"e_{h} = (\sum_{j} w_{hj} g_{j}) f'(\alpha_{h} - \gamma_{h})"),
        ("li", "BP2", None, r"\delta^{(t)} = ((W^{(t+1)})^T \delta^{(t+1)}) \odot a'(z^{(t)})"),
        ("bishop", "BP4", None, r"\frac{\partial E}{\partial w_{jk}} = z_{k} \delta_{j}"),
    ],
)
def test_what_it_writes(name: str, number: str, form: str | None, latex: str) -> None:
    assert bp.conventions[name].write(number, form) == latex


def test_what_it_does_not_write() -> None:
    with pytest.raises(bp.UnknownName, match="BP9"):
        bp.conventions["course"].write("BP9")
    with pytest.raises(bp.UnknownName, match="batch"):
        bp.conventions["bishop"].write("BP2", "batch")
    with pytest.raises(bp.UnknownName):
        bp.conventions["recurrent"].write("BP2")
