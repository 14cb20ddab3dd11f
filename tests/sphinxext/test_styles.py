"""Style sheets of others without what no page uses: nothing that a page or a script names is lost."""

from __future__ import annotations

import pytest

from bpderive.sphinxext.styles import used, words

KNOWN = words(['class="card open"', "toggle(shown)"])


@pytest.mark.parametrize(
    ("style", "left"),
    [
        (".card{color:red}", ".card{color:red}"),
        (".other{color:red}", ""),
        (".card .other{color:red}", ""),
        (".shown>.card,.other:hover{color:red}", ".shown>.card{color:red}"),
        ("p,.other{color:red}", "p{color:red}"),
        (".card:not(.other){color:red}", ".card:not(.other){color:red}"),
        (":is(.other,.card) a{color:red}", ":is(.other,.card) a{color:red}"),
        ('[title=".other"]{color:red}', '[title=".other"]{color:red}'),
        ("@media print{.other{color:red}}", ""),
        ("@media print{.other{color:red}.card{color:red}}", "@media print{.card{color:red}}"),
        ("@media print{@supports (a:b){.card{c:d}}}", "@media print{@supports (a:b){.card{c:d}}}"),
        ("@font-face{src:url('a{b}.c')}", "@font-face{src:url('a{b}.c')}"),
        ("@keyframes turn{to{top:0}}.other{top:0}", "@keyframes turn{to{top:0}}"),
        ('@charset "utf-8";.card{top:0}', '@charset "utf-8";.card{top:0}'),
        ("/* .other { */ .card{content:'}'}", ".card{content:'}'}"),
        (":root{--a:url(data:image/png;base64,AA==)}", ":root{--a:url(data:image/png;base64,AA==)}"),
    ],
)
def test_a_rule_is_left_out_only_if_none_of_its_selectors_can_be_met(style: str, left: str) -> None:
    assert used(style, KNOWN) == left
