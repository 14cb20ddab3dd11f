"""The layout of the main pages is that of the stored pictures, and a broken layout is noticed."""

from __future__ import annotations

import pytest

from tests.browser.conftest import LANGUAGES
from tests.browser.pictures import STORED, difference, take

MAIN = ("index", "four-equations", "equations")
SIZES = ("desktop", "phone")
MOST = 0.1
"""Other fonts and new lines stay below this share of the ink; a broken layout is above it."""

NAMES = [(language, page, size) for language in LANGUAGES for page in MAIN for size in SIZES]


@pytest.fixture
def renew(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--renew-pictures"))


@pytest.mark.parametrize(("language", "page", "size"), NAMES)
def test_the_layout_is_that_of_the_stored_picture(visit, renew, language, page, size):
    tab = visit(f"{language}/{page}.html", size=size).page
    taken, stored = take(tab), STORED / f"{language}-{page}-{size}.png"
    if renew:
        stored.parent.mkdir(exist_ok=True)
        stored.write_bytes(taken)
    share = difference(tab, stored.read_bytes(), taken)
    assert share < MOST, (
        f"{share:.0%} of the cells differ; if it is meant so: nox -s browser -- --renew-pictures"
    )


BROKEN = {
    "no style": "for (const sheet of document.styleSheets) sheet.disabled = true",
    "no book.css": "[...document.styleSheets].find((s) => s.href?.includes('book.css')).disabled = true",
    "a moved column": "document.querySelector('article').style.transform = 'translateX(260px)'",
    "a covered page": "document.querySelector('article').style.visibility = 'hidden'",
    "text of double size": "document.querySelector('article').style.fontSize = '200%'",
    "dark": "document.documentElement.dataset.theme = 'dark'",
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_layout_is_noticed(visit, fault):
    tab = visit("en/four-equations.html").page
    tab.evaluate(BROKEN[fault])
    assert difference(tab, (STORED / "en-four-equations-desktop.png").read_bytes(), take(tab)) > MOST


HARMLESS = {
    "another font": "document.body.style.setProperty('--serif', 'DejaVu Serif, serif');"
    "document.querySelector('article').style.fontFamily = 'Liberation Serif, DejaVu Serif, serif'",
    "a new line": "document.querySelector('h1').insertAdjacentHTML('afterend', '<p>A short new paragraph.</p>')",
}


@pytest.mark.parametrize("change", HARMLESS)
def test_another_font_and_a_new_line_are_no_broken_layout(visit, change):
    tab = visit("en/four-equations.html").page
    good = take(tab)
    tab.evaluate(HARMLESS[change])
    assert difference(tab, good, take(tab)) < MOST


def test_pictures_of_another_size_are_different(visit):
    desktop, phone = (take(visit("en/index.html", size=size).page) for size in SIZES)
    assert difference(visit("en/index.html").page, desktop, phone) == 1
