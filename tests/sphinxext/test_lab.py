"""A field is a box on the page with its words in both languages, and a way for browsers that cannot use it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bpderive.sphinxext import theme
from bpderive.sphinxext.lab import KINDS
from lab.make import HERE, node
from tests.sphinxext.conftest import Book

OF = ["d(C, a[l,k]) = ? for l < L", "delta[l] = ?"]
FIELDS = "# Fields\n\n" + "".join(
    f"```{{lab}} {kind}\n:in: w; d(C, a)\n:attempt: delta[l] = 1\n{OF[0]}\n{OF[1]}\n```\n\n" for kind in KINDS
)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_kind_has_its_words_in_both_languages(book: Callable[..., Book], language: str) -> None:
    made = book({"index": FIELDS}, language)
    assert not made.failed
    assert made.warnings == ""
    boxes = made.page().select(".bp-lab")
    assert [box["data-lab"] for box in boxes] == list(KINDS)
    for box in boxes:
        given = json.loads(str(box["data-given"]))
        if box["data-lab"] == "exercise":
            assert (given["of"], given["using"]) == (OF, ["w", "d(C, a)"])
            assert given["attempt"] == "delta[l] = 1"
            assert box.get_text() == ""  # a reader whose browser cannot do it has the exercise as it is
        else:
            assert given["examples"] == OF
            assert "bpderive book" in box.get_text()
        assert all(set(text) == {"en", "zh"} and all(text.values()) for text in given["words"].values())
    head = (made.folder / "index.html").read_text("utf-8")
    assert "lab.css" in head
    assert "lab.js" in head


def test_a_kind_that_there_is_not_is_an_error(book: Callable[..., Book]) -> None:
    made = book({"index": "# Fields\n\n```{lab} chess\n```\n"}, "en")
    assert "chess" in made.warnings
    assert "check" in made.warnings


def test_an_exercise_that_asks_for_nothing_is_an_error(book: Callable[..., Book]) -> None:
    made = book({"index": "# Fields\n\n```{lab} exercise\ndelta[l] = 1\n```\n"}, "en")
    assert "delta[l] = 1" in made.warnings


def test_scripts_that_a_host_may_forbid_are_left_out() -> None:
    page = '<script>a()</script><script src="b.js"></script><script data-x="1">\nc()\n</script>d'
    assert theme.without_inline_scripts(page) == '<script src="b.js"></script>d'
    script = 'P = new Function(\n  "n",\n  `return (${p})`,\n);\nQ = 1'
    assert theme.without_rule_for_plurals(script) == "P = () => 0;\nQ = 1"


def test_what_fails_in_the_machines_making_is_told_in_a_line(tmp_path: Path, node_modules: Path) -> None:
    """Not with the source of Pyodide, whose first line has 130,000 letters."""
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "module.py").write_text("def (:\n", "utf-8")
    folders = {"pyodide": str(node_modules / "pyodide"), "src": str(tmp_path), "out": str(tmp_path)}
    orders = tmp_path / "orders.json"
    for package, says in (
        ({"target": "/out/made", "source": "/nowhere"}, "FileNotFoundError"),
        ({"target": "/out/made", "source": "/src", "top": ["bad"]}, "SyntaxError"),
    ):
        orders.write_text(json.dumps({"folders": folders, "packages": [package]}), "utf-8")
        with pytest.raises(RuntimeError, match=f"^{says}") as error:
            node(str(HERE / "pack.mjs"), str(orders))
        assert "\n" not in str(error.value)
        assert len(str(error.value)) <= 200
