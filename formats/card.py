"""The card with the four equations as a PDF of one page for each language, printed by headless Chromium.

The drawing is the file that every build writes beside its static files; here it gets the book's text font, and the
Chinese one of this machine, so that the PDF can be printed anywhere.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from formats.pages import LANGUAGES
from formats.pdf import opened, undated

DRAWING = "four-equations-{language}.svg"

_FONTS = {"400": "stix-two-text-400-normal", "600": "stix-two-text-600-normal"}


def write(html: Path, out: Path) -> list[Path]:
    """Print the card of each language that is built in `html`; returns the files."""
    out.mkdir(parents=True, exist_ok=True)
    with opened() as browser:
        return [
            print_card(browser, html / language, out / f"bpderive-card-{language}.pdf")
            for language in LANGUAGES
        ]


def print_card(browser: Browser, pages: Path, target: Path) -> Path:
    """Print the card of the pages of one language."""
    source = target.with_suffix(".html")
    source.write_text(document(pages), "utf-8")
    with browser.new_page() as tab:
        tab.goto(source.as_uri())
        tab.evaluate("document.fonts.ready.then(() => true)")
        tab.pdf(path=target, prefer_css_page_size=True, print_background=True, tagged=True)
    target.write_bytes(undated(target.read_bytes()))
    source.unlink()
    return target


def document(pages: Path) -> str:
    """The drawing on a page of its own size, with the book's fonts."""
    static = pages / "_static"
    drawing = (static / DRAWING.format(language=pages.name)).read_text("utf-8")
    fonts = (
        (weight, (static / "fonts" / f"{name}.woff2").resolve().as_uri()) for weight, name in _FONTS.items()
    )
    faces = "".join(
        f'@font-face{{font-family:"STIX Two Text";font-weight:{weight};src:url({address})}}'
        for weight, address in fonts
    )
    title = drawing.partition("<title")[2].partition(">")[2].partition("<")[0]
    return (
        f'<!DOCTYPE html><html lang="{LANGUAGES[pages.name]}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{faces}@page{{size:A4;margin:0}}body{{margin:0}}svg{{display:block}}</style></head>"
        f"<body>{drawing}</body></html>\n"
    )
