"""Every page, in every way of reading, wide and narrow, light and dark: whole, legible, accessible, and by itself."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from tests.browser.conftest import GENERATED, HTML, PAGES, SIZES, WAYS, look

AXE = HTML.parents[1] / "node_modules" / "axe-core" / "axe.min.js"

# Formulas are left out: their letters have the colour of the text around them, and there are thousands. As long as axe
# looks, a box of the same size with the same words stands for each, since it goes through all that is on a page.
# The contrast takes most of its time, so of all words of one colour and size on one ground it measures the first.
VIOLATIONS = """async (only) => {
  const held = [...document.querySelectorAll("math")].map((formula) => {
    const { width, height } = formula.getBoundingClientRect(), box = document.createElement("span");
    const display = getComputedStyle(formula).display.includes("block") ? "block" : "inline-block";
    box.textContent = formula.textContent;
    box.style.cssText = `display: ${display}; width: ${width}px; height: ${height}px; overflow: hidden`;
    return { formula, box };
  });
  for (const { formula, box } of held) formula.replaceWith(box);
  const grounds = new Map(), samples = new Map();
  for (const e of document.querySelectorAll("html, body, body *")) {
    const style = getComputedStyle(e), at = style.position === "static" ? "" : style.position;
    const own = [style.backgroundColor, style.backgroundImage, style.opacity, at].join();
    const around = grounds.get(e.parentElement) ?? "";
    const ground = own === "rgba(0, 0, 0, 0),none,1," ? around : `${around} ${own}`;
    grounds.set(e, ground);
    if (![...e.childNodes].some((part) => part.nodeType === Node.TEXT_NODE && part.data.trim())) continue;
    const kind = [ground, style.color, style.fontSize, style.fontWeight, style.textShadow].join();
    if (!samples.has(kind) && e.checkVisibility()) samples.set(kind, e);
  }
  for (const e of samples.values()) e.dataset.sample = "";
  axe.configure({ rules: [{ id: "color-contrast", selector: "[data-sample]" }] });
  const rules = only ? { type: "rule", values: only } : ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
  const found = await axe.run({ runOnly: rules, resultTypes: ["violations"], elementRef: false, preload: false });
  for (const e of samples.values()) delete e.dataset.sample;
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

# How wide the page is; its formulas with their numbers; what stands in the text and is laid over something else that
# does, or cut where it cannot be scrolled; the words of the pictures; and the levels of the headings.
MEASURE = """() => {
  const formulas = [...document.querySelectorAll("article div.math")].map((block) => {
    const formula = block.querySelector("math"), number = block.parentElement.querySelector(".eqno"), of = (e) => {
      const box = e.getBoundingClientRect();
      return { width: box.width, height: box.height, right: box.right, text: e.textContent.trim() };
    };
    return { id: block.id, formula: formula && of(formula), number: number && of(number) };
  });
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
  const pictures = [...document.querySelectorAll("article img, article svg[role=img]")].map(
    (e) => e.alt ?? e.getAttribute("aria-label")
      ?? [...e.querySelectorAll(":scope > title, :scope > desc")].map((w) => w.textContent).join(" "));
  const headings = [...document.querySelectorAll("article :is(h1, h2, h3, h4, h5, h6)")];
  const levels = headings.map((e) => Number(e.localName[1]));
  return { width: document.documentElement.scrollWidth, formulas, overlapping, cut, pictures, levels };
}"""


def violations(page, only=None):
    """What axe has against the page as it is now, by all rules for A and AA, or by those that are named."""
    page.evaluate(f"globalThis.axe || (() => {{ {AXE.read_text('utf-8')} }})()")
    return page.evaluate(VIOLATIONS, only)


# The text of a page is looked at by axe in English, light and wide, and in both languages, dark and narrow. What is
# around the text is the same on all pages, and the generated pages are of three kinds: each of these pages is looked
# at in every way, and the others that are generated where most stands on a page and least room is.
KINDS = ("index.html", "activations/gelu.html", "activations/softmax.html", "costs/cross_entropy.html")
SCHEME = {"desktop": "light", "phone": "dark"}
BY_AXE = (("en", "desktop"), ("both", "phone"))


def looks(name):
    """In which windows a page is looked at, for each way of reading."""
    if name == "index.html":
        return dict.fromkeys(WAYS, tuple(SIZES))
    if name in GENERATED and name not in KINDS:
        return {"both": ("phone",)}
    return {"en": ("desktop",), "zh": ("phone",), "both": ("desktop", "phone")}


def colours(page, scheme):
    """Let the reader have chosen light or dark colours."""
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme)


@pytest.mark.parametrize("name", [*PAGES, *GENERATED])
def test_a_page_is_whole(visit, name):
    """One visit for each way of reading: light where there is much room, and dark where there is little."""
    found = []
    for way, sizes in looks(name).items():
        made = visit(f"{way}/{name}", sizes[0], SCHEME[sizes[0]])
        # A colour half way would be measured.
        made.page.add_style_tag(content="* { transition: none !important; animation: none !important }")
        for size in sizes:
            found += [f"{way}, {size}: {fault}" for fault in faults(made.page, name, way, size)]
        found += [f"{way}: {noted}" for noted in made.elsewhere + made.missing + made.said]
    assert found == []


def faults(page, name, way, size):
    """What is wrong with the page that is open, in a window of this size."""
    width, height = SIZES[size]
    if page.viewport_size != {"width": width, "height": height}:
        page.evaluate(FOLD)
        look(page, size, SCHEME[size])
    colours(page, SCHEME[size])
    page.evaluate(NEXT_FRAME)
    page.wait_for_function(STOPS)
    yield from (f"out of reach: {formula}" for formula in page.evaluate(OUT_OF_REACH))
    page.evaluate(UNFOLD)
    yield from torn(page, way)
    if name in KINDS or (way, size) in BY_AXE:
        yield from violations(page)
    if name == "index.html":
        colours(page, "dark" if SCHEME[size] == "light" else "light")
        yield from violations(page, ["color-contrast"])


def torn(page, way):
    """What is wider than the window, laid over something else or cut, cannot be read, or leaves a heading out."""
    width = page.viewport_size["width"]
    measured = page.evaluate(MEASURE)
    if measured["width"] > width:
        yield f"wider than the window: {measured['width']}"
    for block in measured["formulas"]:
        formula, number = block["formula"], block["number"]
        if not (formula and formula["width"] > 5 and formula["height"] > 5):
            yield f"no formula to be seen: {block}"
        if block["id"].startswith("eq-") and not (
            number and re.fullmatch(r"\(\w+\)", number["text"]) and 0 < number["right"] <= width
        ):
            yield f"no number to be seen: {block}"
    yield from (f"overlapping: {pair}" for pair in measured["overlapping"])
    yield from (f"cut: {piece}" for piece in measured["cut"])
    for words in measured["pictures"]:
        if not words or bool(re.search("[\u4e00-\u9fff]", words)) != (way != "en"):
            yield f"a picture without words in the language: {words!r}"
    for above, below in pairwise([0, *measured["levels"]]):
        if below > above + 1:
            yield f"a heading of level {below} after one of level {above}"


WRONG = {
    '<p style="color: #eee">pale</p>': "color-contrast: .*pale",
    '<p style="background: #333">of the colour of others, on a ground of its own</p>': "color-contrast: .*of its own",
    '<img src="data:,">': "image-alt: ",
    '<img src="data:,x">': "a picture without words",
    '<p style="margin: 0 0 -2rem">one line</p><p style="margin: 0">another</p>': "overlapping: .*one line",
    '<p style="width: 2rem; overflow: hidden; white-space: nowrap">a long line that is cut</p>': "cut: .*a long line",
    '<p style="width: 1500px">wide</p>': "wider than the window: ",
    '<div class="math" id="eq-0">no formula</div>': "no formula to be seen: .*eq-0",
    '<div><div class="math" id="eq-1"><math><mi>x</mi></math></div></div>': "no number to be seen: .*eq-1",
    '<a href="#"></a>': "link-name: ",
    "<h4>deep</h4>": "a heading of level 4 after one of level 0",
}
"""What is put on a page, and how the fault is told."""


def test_what_is_wrong_would_be_found(visit):
    page = visit("en/index.html").page
    page.evaluate(
        "html => document.querySelector('article').insertAdjacentHTML('afterbegin', html)", "".join(WRONG)
    )
    before = page.inner_html("main")
    found = [*torn(page, "en"), *violations(page)]
    assert page.inner_html("main") == before
    assert [told for told in WRONG.values() if not any(re.match(told, fault) for fault in found)] == []


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
