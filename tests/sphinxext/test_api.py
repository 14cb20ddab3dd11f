"""The page of the library: every public name is on it, with what its docstring says, in both languages."""

from __future__ import annotations

import re

import pytest
from babel.messages.pofile import read_po

import bpderive as bp
from bpderive.cli import COMMANDS
from bpderive.errors import UnknownName
from bpderive.sphinxext.api import call, find, members, says
from tests.sphinxext.conftest import DOCS

PAGE = (DOCS / "api.md").read_text("utf-8")
NAMES = [name for block in re.findall(r"```\{api\}\n(.*?)```", PAGE, re.DOTALL) for name in block.split()]


def test_every_public_name_is_on_the_page_once():
    named = [name.removesuffix("()") for name in NAMES]
    assert set(bp.__all__) <= set(named)
    assert len(set(named)) == len(named)
    assert {name for name in named if "." not in name} == set(bp.__all__)


def test_everything_said_is_translated():
    with (DOCS / "locale" / "zh_CN" / "LC_MESSAGES" / "api.po").open("rb") as file:
        translated = {message.id for message in read_po(file) if message.string and not message.fuzzy}
    items = [find(name.removesuffix("()")) for name in NAMES]
    said = {says(item) for item in items}
    said |= {
        says(member)
        for item in items
        if isinstance(item, type) and not issubclass(item, Exception)
        for _, member in members(item)
    }
    words = {english for english in said if re.search(r"[^\W\d_]{2}", english)}  # the others are formulas
    assert words - translated == set()


def test_the_page_shows_signatures_members_and_where_an_object_is_used(book):
    pages = {
        "index": "# Asking\n\nAsk `bp.verify`.\n",
        "other": "# Other\n\nNothing of it: `bp.verifying`.\n",
        "api": "# The library\n\n```{api}\nverify\nNetwork()\nGradient\nequations.paths.number_of_paths\n```\n",
    }
    made = book(pages)
    assert not made.failed
    page = made.page("api")
    assert [entry["id"] for entry in page.select(".bp-object")] == [
        "api-verify",
        "api-Network",
        "api-Gradient",
        "api-equations-paths-number_of_paths",
    ]
    verify, network, gradient, paths = page.select(".bp-object")
    assert verify.find("code").get_text() == "bp.verify(net, seed=0, compiled=None)"
    assert [link["href"] for link in verify.select(".bp-places a")] == ["index.html"]
    assert verify.select(".bp-places")[0].get_text() == "used in Asking"
    assert network.find("code").get_text().startswith("bp.Network(sizes, activation=")
    assert "activation_of(layer, j)" in [code.get_text() for code in network.select("li code")]
    assert gradient.find("code").get_text() == "bp.Gradient"
    assert paths.find("code").get_text().startswith("bpderive.equations.paths.number_of_paths(net, layer")


def test_the_first_paragraph_comes_in_the_language_of_the_build(book):
    english = says(find("gradient"))
    messages = {"index": {english: "在 `net` 上按已证明的方程做反向传播。"}}
    made = book({"index": "# Page\n\n```{api}\ngradient\n```\n"}, "zh_CN", messages)
    assert "按已证明的方程" in made.words()
    assert english not in made.words()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_command_is_in_the_table(book, language):
    made = book({"index": "# Page\n\n```{commands}\n```\n"}, language)
    rows = made.page().select("tbody tr")
    assert [row["id"] for row in rows] == [f"command-{name}" for name in COMMANDS]
    assert COMMANDS["derive"].in_language(language) in rows[1].get_text()


def test_a_name_that_does_not_exist_fails_the_build(book):
    made = book({"index": "# Page\n\n```{api}\nverifyy\n```\n"})
    assert made.failed
    assert "verify" in made.warnings


def test_what_has_no_docstring_is_refused():
    with pytest.raises(UnknownName):
        says(type("Silent", (), {"__doc__": None})())


def test_a_call_is_shown_without_types():
    assert call("bp.path_sum", bp.path_sum) == "bp.path_sum(net, layer, neuron, source=None, read=None)"
