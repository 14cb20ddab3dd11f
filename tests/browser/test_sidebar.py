"""The button of the sidebar, at every width of a window: pressed it shows or hides it, pressed again it undoes that."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.conftest import Visit
from tests.browser.test_pages import NEXT_FRAME

BREAKS = (416, 540, 720, 768, 960, 992, 1200)
"""Where the theme's rules change."""
WIDTHS = (*range(320, 1601, 60), *(width + by for width in BREAKS for by in (-1, 0, 1)))


def _seen(page: Page) -> bool:
    """Whether the links of the sidebar can be seen, wherever they stand, beside the text or in a dialog."""
    seen: bool = page.evaluate(
        """() => [...document.querySelectorAll("nav.bd-links")].some((links) => {
            const place = links.getBoundingClientRect();
            return links.checkVisibility({visibilityProperty: true, opacityProperty: true}) && place.right > 0;
        })"""
    )
    return seen


def test_the_button_of_the_sidebar_works_at_every_width(visit: Callable[..., Visit]) -> None:
    opened = visit("en/index.html")
    page = opened.page
    without = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        before = _seen(page)
        button = page.locator(".primary-toggle:visible").first
        button.click()
        page.evaluate(NEXT_FRAME)
        pressed = _seen(page)
        if page.locator("dialog[open]").count():
            page.keyboard.press("Escape")
        else:
            button.click()
        page.evaluate(NEXT_FRAME)
        if pressed is before or _seen(page) is not before:
            without.append(width)
    assert without == []
    assert opened.said == []
