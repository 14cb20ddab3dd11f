"""The demon's slider: it speaks the reader's language, obeys the keyboard, and is not missed where no script runs."""

from __future__ import annotations

import pytest

from tests.browser.test_pages import violations

PAGE = "four-equations.html"
LABEL = {"en": "Move the demon's Δz", "zh": "调节小恶魔的 Δz"}
TITLE = {"en": "The four equations of backpropagation", "zh": "反向传播的四个基本方程"}
READS = {"en": "predicted ΔC", "zh": "实际为"}


@pytest.mark.parametrize(("way", "size"), [("en", "desktop"), ("zh", "phone"), ("both", "phone")])
def test_the_slider_moves_along_the_values_of_the_page(visit, way, size):
    made = visit(f"{way}/{PAGE}", size=size, scheme="dark" if size == "phone" else "light")
    page = made.page
    slider = page.locator(".bp-experiment input[type=range]")
    label, reading = page.locator(".bp-slider label"), page.locator(".bp-slider p")
    for language, words in LABEL.items():
        assert (words in label.inner_text()) == (way in (language, "both"))
        assert any(READS[language] in text for text in reading.all_inner_texts()) == (
            way in (language, "both")
        )
    where = "document.querySelector('.bp-experiment circle.mark:last-of-type').getAttribute('cx')"
    slider.focus()
    page.keyboard.press("Home")
    first, told = float(page.evaluate(where)), reading.first.inner_text()
    page.keyboard.press("ArrowRight")
    assert float(page.evaluate(where)) > first
    assert reading.first.inner_text() != told
    page.keyboard.press("End")
    assert "Δz = 4" in reading.first.inner_text()
    assert slider.get_attribute("aria-valuetext").startswith(reading.first.inner_text())
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert [found for found in violations(page) if "bp-slider" in found or "experiment" in found] == []
    assert made.said == made.missing == made.elsewhere == []


def test_without_scripts_the_drawing_stands_alone(visit):
    page = visit(f"en/{PAGE}", script=False).page
    assert page.locator(".bp-experiment svg path.curve").count() >= 2
    assert page.locator(".bp-experiment input").count() == 0


def test_the_card_can_be_taken_along(visit):
    for way, languages in (("en", ["en"]), ("zh", ["zh"]), ("both", ["en", "zh"])):
        page = visit(f"{way}/{PAGE}").page
        links = page.locator("article a[download^='four-equations']")
        assert links.count() == len(languages)
        for place, language in enumerate(languages):
            with page.expect_download() as taken:
                links.nth(place).click()
            assert TITLE[language] in taken.value.path().read_text("utf-8")
