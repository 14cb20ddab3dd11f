"""A small book as docs/build.py leaves it: `pages` has html/en and html/zh, with formulas, a drawing and a picture."""

from __future__ import annotations

from pathlib import Path

import pytest

DRAWING = (
    '<figure><svg class="bp-network" viewBox="0 0 30 20"><title>A net</title><path d="M0 0"/></svg></figure>'
)
FORMULA = (
    '<math display="block" style="display:block math;"><semantics><mrow><mo form="prefix">(</mo><mi>z</mi></mrow>'
    '<annotation encoding="application/x-tex">(z</annotation></semantics></math>'
)
HIDDEN = (
    '<details class="hide"><summary><p class="collapsed">Show</p><p class="expanded">Hide</p></summary>'
    "<pre>code</pre></details>"
)
FRAME = (
    '<!DOCTYPE html><html lang="en"><head>{next}</head><body><article class="bd-article"><section id="{name}">'
    '<h1>{title}</h1><p>See <a href="{other}#eq-29">(29)</a>. <input type="checkbox"><br></p>'
    '<section id="part"><h2>Part</h2><div class="math" id="eq-29"><div class="formula">{formula}</div>'
    '<span class="eqno">(29)</span></div>{drawing}{hidden}<img alt="A mark" src="_static/mark.svg"></section>'
    "</section></article></body></html>"
)


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    tmp_path = tmp_path / "html"
    for language, titles in {"en": ("The start", "The end"), "zh": ("开始", "结束")}.items():
        folder = tmp_path / language
        (folder / "_static" / "fonts").mkdir(parents=True)
        mark = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32"/></svg>'
        )
        (folder / "_static" / "mark.svg").write_text(mark, "utf-8")
        (folder / "_static" / "fonts" / "maths.woff2").write_bytes(b"wOF2")
        for name, title, other in (("index", titles[0], "end"), ("end", titles[1], "index")):
            following = '<link rel="next" title="x" href="end.html">' if name == "index" else ""
            html = FRAME.format(
                next=following,
                name=name,
                title=title,
                other=f"{other}.html",
                formula=FORMULA,
                drawing=DRAWING,
                hidden=HIDDEN,
            )
            (folder / f"{name}.html").write_text(html, "utf-8")
    return tmp_path
