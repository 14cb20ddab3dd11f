"""A page that a reader prints: with its title and all that was folded, without the frame, nothing cut off."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from tests.browser.conftest import WAYS

SHEET = {"width": 658, "height": 980}  # A4 without the margins of the style sheet
WIDE = ("in-what-sense-fast.html", "discovery.html", "activations/gelu.html", "activations.html")

# What stands out of the sheet, or out of the box that holds it: the beginning of its text.
OUTSIDE = """() => {
  const article = document.querySelector("article").getBoundingClientRect();
  const wide = [...document.querySelectorAll("article :is(table, pre, svg, math, p)")].filter((e) => {
    const box = e.getBoundingClientRect();
    return box.width && !e.closest("svg, math")?.parentElement.closest("svg, math") && box.right > article.right + 2;
  });
  const over = [...document.querySelectorAll(".formula")].filter((box) => box.scrollWidth > box.clientWidth + 2);
  return [...wide, ...over].map((e) => `${e.localName} ${e.getAttribute("class")}: ${e.textContent.slice(0, 40)}`);
}"""


def on_paper(visit, address):
    page = visit(address).page
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print", color_scheme="light")
    page.set_viewport_size(SHEET)
    return page


@pytest.mark.parametrize("name", WIDE)
def test_nothing_is_cut_off_on_paper(visit, name):
    page = on_paper(visit, f"zh/{name}")
    assert page.evaluate(OUTSIDE) == []
    page.evaluate("document.querySelector('article p').style.cssText = 'width: 900px; max-width: none'")
    assert len(page.evaluate(OUTSIDE)) >= 1


@pytest.mark.parametrize("way", WAYS)
def test_paper_has_the_title_and_what_was_folded_and_not_the_frame(visit, way):
    page = on_paper(visit, f"{way}/four-equations.html")
    assert page.locator("article h1").is_visible()
    assert page.locator("article details:not([open])").count() == 0
    frame = ".bd-sidebar-primary, .bd-sidebar-secondary, .bd-header-article, .prev-next-footer, button"
    assert page.locator(frame).locator("visible=true").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("article details:not([open])").count() > 5
    assert page.locator("article [style*=zoom], article .formula > math[style*=font-size]").count() == 0


def test_a_printed_page_has_its_equations_with_their_numbers(visit):
    page = visit("en/four-equations.html").page
    numbers = page.locator("article .eqno").all_inner_texts()
    text = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf(format="A4"))).pages)
    assert "The four equations" in text
    assert len(numbers) > 10
    assert [number for number in numbers if number not in text] == []
    assert "proved in general" in text
    assert "On this page" not in text
    assert page.locator("article details:not([open])").count() > 5
