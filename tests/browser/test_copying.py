"""A formula can be taken along as LaTeX: in a copied selection, and by the button at its corner."""

from __future__ import annotations

import pytest

from tests.browser.conftest import SIZES, WAYS

PAGE = "four-equations.html"
BUTTON = "#eq-bp2 .copy-latex"
LATEX = "document.querySelector('#eq-bp2 annotation').textContent.trim()"
NAMES = {
    "en": "Copy LaTeX of (BP2)",
    "zh": "复制 (BP2) 的 LaTeX",
    "both": "复制 (BP2) 的 LaTeX · Copy LaTeX of (BP2)",
}
SAID = {"en": "Copied", "zh": "已复制", "both": "已复制Copied"}

# What the page puts on the clipboard, whichever way it takes; with `refused` the browser does not offer its own.
LISTEN = """(refused) => {
  const write = async (text) => {
    if (refused) throw new DOMException("refused", "NotAllowedError");
    window.copied = text;
  };
  Object.defineProperty(navigator, "clipboard", { value: { writeText: write }, configurable: true });
}"""
LAST = """() => addEventListener("copy", (event) => {
  const give = event.clipboardData.setData.bind(event.clipboardData);
  event.clipboardData.setData = (kind, text) => { window.copied = text; give(kind, text); };
}, { capture: true })"""


@pytest.mark.parametrize(("way", "refused"), [*((way, False) for way in WAYS), ("both", True)])
def test_the_button_of_a_formula_copies_its_latex_by_keyboard_and_says_so(visit, way, refused):
    made = visit(f"{way}/{PAGE}")
    page = made.page
    page.evaluate(LAST)
    page.evaluate(LISTEN, refused)
    button = page.locator(BUTTON)
    assert button.get_attribute("aria-label") == NAMES[way]
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{BUTTON}.done")
    assert page.evaluate("window.copied") == page.evaluate(LATEX)
    assert page.locator("#copied[role=status]").text_content() == SAID[way]
    page.wait_for_selector(f"{BUTTON}:not(.done)")
    assert page.locator("#copied").text_content() == ""
    assert made.said == made.missing == made.elsewhere == []


@pytest.mark.parametrize("size", SIZES)
def test_the_buttons_are_quiet_take_no_room_and_are_not_printed(visit, size):
    page = visit(f"both/{PAGE}", size=size).page
    formulas = page.locator("article div.math").count()
    assert page.locator(".copy-latex").count() == formulas > 10
    opacity = "getComputedStyle(document.querySelector('#eq-bp2 .copy-latex')).opacity"
    page.mouse.move(0, 0)
    assert page.evaluate(opacity) == "0"
    place = "() => [...document.querySelectorAll('article :is(p, .formula)')].map((e) => e.getBoundingClientRect().top)"
    before = page.evaluate(place)
    page.evaluate("document.querySelector('#eq-bp2 .copy-latex').focus({ preventScroll: true })")
    page.wait_for_function(f"{opacity} === '1'")
    assert page.evaluate(place) == before
    page.evaluate("document.querySelectorAll('.copy-latex').forEach((button) => button.remove())")
    assert page.evaluate(place) == before
    page.reload()
    page.emulate_media(media="print")
    assert page.locator(".copy-latex:visible").count() == 0


def test_a_formula_that_is_pointed_at_shows_its_button(visit):
    page = visit(f"en/{PAGE}").page
    page.locator("#eq-bp2 .formula").hover()
    page.wait_for_function("getComputedStyle(document.querySelector('#eq-bp2 .copy-latex')).opacity === '1'")
    assert (
        page.locator(".copy-latex").evaluate_all(
            "all => all.filter((e) => getComputedStyle(e).opacity === '1').length"
        )
        == 1
    )


def test_a_copied_selection_holds_the_latex_of_its_formulas(visit):
    copied = visit(f"en/{PAGE}").page.evaluate("""() => {
      const formula = document.querySelector("article div.math math");
      const copy = (element) => {
        getSelection().selectAllChildren(element);
        const data = new DataTransfer();
        formula.dispatchEvent(new ClipboardEvent("copy", { clipboardData: data, bubbles: true, cancelable: true }));
        return data.getData("text/plain").trim();
      };
      const latex = formula.querySelector("annotation").textContent.trim();
      return [copy(formula.parentElement), copy(formula.closest("div.math")), `$$${latex}$$`];
    }""")
    assert copied[0] == copied[2]
    assert copied[1].startswith(copied[2])
    assert "LaTeX" not in copied[1]
