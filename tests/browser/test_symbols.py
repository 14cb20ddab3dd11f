"""A symbol in an equation explains itself, to a pointer, to the keyboard and to a screen reader."""

from __future__ import annotations

import pytest

ERROR = "#eq-bp2 [data-symbol='delta-l-j']"
MEANS = {"en": "the error of a neuron", "zh": "神经元的误差"}


@pytest.mark.parametrize("way", ["en", "zh", "both"])
def test_pointing_at_a_symbol_shows_what_it_means_and_moves_nothing(visit, way):
    made = visit(f"{way}/four-equations.html#eq-bp2")
    page = made.page
    place = "() => [...document.querySelectorAll('article p')].map((p) => p.getBoundingClientRect().top)"
    page.locator(ERROR).first.scroll_into_view_if_needed()
    before = page.evaluate(place)
    page.locator(ERROR).first.hover()
    page.wait_for_selector(".explanation:not([hidden])")
    said = page.locator(".explanation").inner_text()
    for language, words in MEANS.items():
        assert (words in said) == (way in (language, "both"))
    assert "(29)" in said
    assert page.evaluate(place) == before
    assert page.locator(".formula .same").count() > 2
    assert set(page.eval_on_selector_all(".formula .same", "all => all.map((e) => e.dataset.symbol)")) == {
        "delta-l-j"
    }
    box = page.locator(".explanation").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1400
    page.keyboard.press("Escape")
    assert page.locator(".explanation").is_hidden()
    assert page.locator(".formula .same").count() == 0
    assert made.said == made.missing == made.elsewhere == []


def test_a_reader_can_move_onto_the_explanation_and_follow_its_link(visit):
    page = visit("en/four-equations.html#eq-bp2").page
    page.locator(ERROR).first.hover()
    page.locator(".explanation a").click()
    assert page.url.endswith("four-equations.html#eq-29")


def test_tab_stops_once_in_an_equation_and_the_arrows_go_from_symbol_to_symbol(visit):
    page = visit("en/four-equations.html").page
    stops = page.eval_on_selector_all("#eq-bp2 [data-symbol]", "all => all.map((e) => e.tabIndex)")
    assert sorted(set(stops)) == [-1, 0]
    assert stops.count(0) == 1
    page.evaluate("document.querySelector('#eq-bp2 [data-symbol]').scrollIntoView()")
    page.keyboard.press("Tab")
    page.evaluate("document.querySelector('#eq-bp2 [data-symbol]').focus({ focusVisible: true })")
    at = "document.activeElement.dataset.symbol"
    seen = []
    for _ in stops:
        page.wait_for_selector(".explanation:not([hidden])")
        seen.append(page.evaluate(at))
        assert page.locator("#explained[role=status]").inner_text()
        assert page.evaluate("document.activeElement.getAttribute('aria-describedby')") == "explanation"
        page.keyboard.press("ArrowRight")
    assert seen == page.eval_on_selector_all(
        "#eq-bp2 [data-symbol]", "all => all.map((e) => e.dataset.symbol)"
    )
    assert page.evaluate(at) == seen[0]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#eq-bp2 .formula')") is None
    assert page.locator(".explanation").is_hidden()


def test_tapping_a_symbol_on_a_phone_shows_what_it_means(visit):
    page = visit("zh/four-equations.html#eq-bp2", size="phone").page
    page.locator(ERROR).first.click()
    page.wait_for_selector(".explanation:not([hidden])")
    box = page.locator(".explanation").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
