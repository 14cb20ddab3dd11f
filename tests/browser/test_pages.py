"""Every page, in every way of reading, wide and narrow, light and dark: whole, legible, accessible, and by itself."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import GENERATED, HTML, PAGES, SIZES, WAYS

AXE = HTML.parents[1] / "node_modules" / "axe-core" / "axe.min.js"

# Formulas are left out: their letters have the colour of the text around them, and there are thousands. As long as axe
# looks, a box of the same size with the same words stands for each, since it goes through all that is on a page.
VIOLATIONS = """async (only) => {
  const held = [...document.querySelectorAll("math")].map((formula) => {
    const { width, height } = formula.getBoundingClientRect(), box = formula.cloneNode(false);
    const display = getComputedStyle(formula).display.includes("block") ? "block" : "inline-block";
    box.textContent = formula.textContent;
    box.style.cssText = `display: ${display}; width: ${width}px; height: ${height}px; overflow: hidden`;
    return { formula, box };
  });
  for (const { formula, box } of held) formula.replaceWith(box);
  const rules = only ? { type: "rule", values: only } : ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
  const where = { include: [["html"]], exclude: [["math"]] };
  const found = await axe.run(where, { runOnly: rules, resultTypes: ["violations"], elementRef: false });
  for (const { formula, box } of held) box.replaceWith(formula);
  return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target} ${node.html}`));
}"""

# Everything folded is opened, so that it is looked at too.
UNFOLD = "document.querySelectorAll('details:not([open])').forEach((e) => { e.open = true; e.dataset.folded = ''; })"
FOLD = "document.querySelectorAll('details[data-folded]').forEach((e) => { e.open = false; })"
NEXT_FRAME = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"

# The theme lets programs that are wider than their box be scrolled by keyboard a while after the window has changed.
STOPS = """() => [...document.querySelectorAll("pre")]
  .every((box) => box.scrollWidth <= box.clientWidth || box.tabIndex === 0)"""

# Formulas that are wider than their box, and cannot be scrolled by keyboard.
OUT_OF_REACH = """() => [...document.querySelectorAll(".formula")]
  .filter((box) => box.scrollWidth > box.clientWidth + 1 && box.tabIndex !== 0).map((box) => box.parentElement.id)"""

FORMULAS = """() => [...document.querySelectorAll("article div.math")].map((block) => {
  const formula = block.querySelector("math"), number = block.parentElement.querySelector(".eqno"), of = (e) => {
    const box = e.getBoundingClientRect();
    return { width: box.width, height: box.height, right: box.right, text: e.textContent.trim() };
  };
  return { id: block.id, formula: formula && of(formula), number: number && of(number) };
})"""

# What stands in the text, and is laid over something else that does, or cut where it cannot be scrolled.
LAYOUT = """() => {
  const blocks = "p, h1, h2, h3, h4, li, dt, dd, pre, figcaption, summary, svg, .formula, .eqno, td, th";
  const shown = [...document.querySelectorAll("article")].flatMap((article) => [...article.querySelectorAll(blocks)])
    .filter((e) => e.checkVisibility() && !e.querySelector(blocks) && !e.closest("button"));
  const boxes = shown.map((element) => ({ element, box: element.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 1 && box.height > 1)
    .sort((a, b) => a.box.top - b.box.top);
  const name = (e) => `<${e.localName} class="${e.getAttribute("class") ?? ""}"> ${e.textContent.trim().slice(0, 40)}`;
  const overlapping = [];
  boxes.forEach(({ element, box }, i) => {
    for (let k = i + 1; k < boxes.length && boxes[k].box.top < box.bottom - 3; k++) {
      const other = boxes[k].box, across = Math.min(box.right, other.right) - Math.max(box.left, other.left);
      const down = Math.min(box.bottom, other.bottom) - other.top;
      if (across > 3 && down > 3) overlapping.push(`${name(element)} over ${name(boxes[k].element)}`);
    }
  });
  const cut = [...document.querySelectorAll("article *, .bd-sidebar *, .bd-header-article *")].filter((e) => {
    if (e.closest("svg, math") || !e.checkVisibility() || e.closest(".visually-hidden, .sr-only")) return false;
    const { overflowX, overflowY } = getComputedStyle(e), hidden = ["hidden", "clip"];
    return (hidden.includes(overflowX) && e.scrollWidth > e.clientWidth + 2)
      || (hidden.includes(overflowY) && e.scrollHeight > e.clientHeight + 4 && e.clientHeight > 0
          && !e.matches(".formula, .cell_output p"));
  }).map(name);
  return { overlapping, cut };
}"""

PICTURES = """() => [...document.querySelectorAll("article img, article svg[role=img]")].map(
  (e) => e.alt ?? e.getAttribute("aria-label")
    ?? [...e.querySelectorAll(":scope > title, :scope > desc")].map((w) => w.textContent).join(" "))"""


def violations(page, only=None):
    return page.evaluate(VIOLATIONS, only)


# Both languages stand on a page of `both`: it is looked at wide and narrow, and each of its halves as a page of its own
# in one of these ways. What is around the text is the same on all pages. The generated pages are of three kinds, and
# all of them are looked at where most stands on a page and least room is: both languages on a phone.
KINDS = ("activations/gelu.html", "activations/softmax.html", "costs/cross_entropy.html")
LOOKED_AT = [
    *(("both", name, tuple(SIZES)) for name in (*PAGES, *KINDS)),
    *(("both", name, ("phone",)) for name in GENERATED if name not in KINDS),
    *(("en", name, ("desktop",)) for name in (*PAGES, *KINDS)),
    *(("zh", name, ("phone",)) for name in (*PAGES, *KINDS)),
    ("en", "index.html", ("phone",)),
    ("zh", "index.html", ("desktop",)),
]


def colours(page, scheme):
    """Let the reader have chosen light or dark colours."""
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme)


@pytest.mark.parametrize(("way", "name", "sizes"), LOOKED_AT)
def test_a_page_is_whole(tab, way, name, sizes):
    """One visit: light where there is much room, and dark where there is little."""
    made = tab(f"{way}/{name}")
    page = made.page
    # A colour half way would be measured.
    page.add_style_tag(content="* { transition: none !important; animation: none !important }")
    page.evaluate(AXE.read_text("utf-8"))
    for size in sizes:
        colours(page, "light" if size == "desktop" else "dark")
        if size == "phone":
            page.evaluate(FOLD)
            width, height = SIZES[size]
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate(NEXT_FRAME)
            page.wait_for_function(STOPS)
            assert page.evaluate(OUT_OF_REACH) == []
        page.evaluate(UNFOLD)
        whole(page, way)
        assert violations(page) == []
    if name == "index.html":
        colours(page, "light" if "phone" in sizes else "dark")
        assert violations(page, ["color-contrast"]) == []
    assert made.elsewhere == made.missing == made.said == []


def whole(page, way):
    """Nothing is wider than the window, laid over something else or cut; formulas and pictures can be read."""
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for formula in page.evaluate(FORMULAS):
        assert formula["formula"]["width"] > 5
        assert formula["formula"]["height"] > 5
        if formula["id"].startswith("eq-"):
            assert re.fullmatch(r"\(\w+\)", formula["number"]["text"])
            assert 0 < formula["number"]["right"] <= width
    assert page.evaluate(LAYOUT) == {"overlapping": [], "cut": []}
    for words in page.evaluate(PICTURES):
        assert words
        assert bool(re.search("[\u4e00-\u9fff]", words)) == (way != "en")


def test_what_is_wrong_would_be_found(visit):
    page = visit("en/index.html").page
    page.evaluate("""() => {
      const article = document.querySelector("article");
      article.insertAdjacentHTML("afterbegin", '<p style="color: #eee">pale</p><img src="data:,">'
        + '<p style="margin-bottom: -2rem">over</p><p>under</p>'
        + '<p style="width: 2rem; overflow: hidden; white-space: nowrap">a long line that is cut</p>');
    }""")
    layout = page.evaluate(LAYOUT)
    assert any("over" in pair and "under" in pair for pair in layout["overlapping"])
    assert any("a long line" in piece for piece in layout["cut"])
    assert "" in page.evaluate(PICTURES)
    page.evaluate(AXE.read_text("utf-8"))
    before = page.content()
    found = violations(page)
    assert page.content() == before
    assert any(one.startswith("color-contrast") for one in found)
    assert any(one.startswith("image-alt") for one in found)


def test_a_formula_that_cannot_be_scrolled_by_keyboard_would_be_found(visit):
    page = visit("en/four-equations.html", size="phone").page
    assert page.evaluate(OUT_OF_REACH) == []
    page.evaluate("document.querySelectorAll('.formula').forEach((box) => box.removeAttribute('tabindex'))")
    assert page.evaluate(OUT_OF_REACH)


ITALIC = """() => {
  const paragraph = document.createElement("p");
  paragraph.innerHTML = "<span>all the partial derivatives</span><br><i>all the partial derivatives</i>";
  document.querySelector("article section").append(paragraph);
  return [...paragraph.querySelectorAll("span, i")].map((words) => words.getBoundingClientRect().width);
}"""


@pytest.mark.parametrize("way", WAYS)
def test_words_in_italics_have_the_size_of_the_others_while_their_font_is_not_there(chromium, address, way):
    context = chromium.new_context(locale="en-US")
    page = context.new_page()
    page.route(re.compile("italic"), lambda route: route.abort())
    page.goto(f"{address}{way}/four-equations.html")
    page.evaluate(ITALIC)  # so that the fonts are asked for
    page.evaluate("document.fonts.ready.then(() => true)")
    upright, slanted = page.evaluate(ITALIC)
    context.close()
    assert slanted == pytest.approx(upright, rel=0.001)


APOSTROPHE = """() => {
  const paragraph = document.querySelector("article p[lang=en], article p"), words = document.createElement("span");
  paragraph.append(words);
  const [wide, narrow, size] = ["the plan’s", "the plans", "nn"].map((text) => {
    words.textContent = text;
    return words.getBoundingClientRect().width;
  });
  words.remove();
  return (wide - narrow) / size;
}"""


@pytest.mark.parametrize("way", ["en", "both"])
def test_an_apostrophe_is_narrow_while_the_fonts_of_the_text_are_not_there(chromium, address, way):
    context = chromium.new_context(locale="en-US")
    page = context.new_page()
    page.route(re.compile("stix-two-text"), lambda route: route.abort())
    page.goto(f"{address}{way}/in-what-sense-fast.html")
    narrow = page.evaluate(APOSTROPHE)
    context.close()
    assert 0 < narrow < 0.4
