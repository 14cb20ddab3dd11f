"""Pictures of pages, so coarse that fonts and words do not matter and a broken layout does.

A picture is a grid of cells, each the grey of 20 × 20 pixels of the window. What counts is how much ink stands in each
column of cells: a new line or another font hardly changes that; a column that is missing, has moved or has become
wider does, and so does another ground. `nox -s browser -- --renew-pictures` stores the pictures anew in pictures/.
"""

from __future__ import annotations

import base64
from collections import Counter
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

STORED = Path(__file__).with_name("pictures")
CELL = 20
_SHRINK = """async ([address, cell]) => {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width / cell);
  canvas.height = Math.round(image.height / cell);
  const pen = canvas.getContext("2d");
  pen.filter = "grayscale(1)";
  pen.imageSmoothingQuality = "high";
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  const data = pen.getImageData(0, 0, canvas.width, canvas.height).data;
  const greys = Array.from({ length: data.length / 4 }, (_, i) => data[4 * i]);
  return { width: canvas.width, greys, png: canvas.toDataURL("image/png") };
}"""


def take(page: Page) -> bytes:
    """What the window of `page` shows, as a small PNG."""
    shot = page.screenshot(animations="disabled", caret="hide")
    return base64.b64decode(_shrink(page, shot, CELL)["png"].partition(",")[2])


def difference(page: Page, one: bytes, other: bytes) -> float:
    """How much of the ink of two pictures stands elsewhere, from 0 to 1; `page` only reads the PNGs.

    It is 1 if the pictures have not the same size, or the one is dark and the other light.
    """
    first, second = _shrink(page, one, 1), _shrink(page, other, 1)
    grounds = [Counter(picture["greys"]).most_common(1)[0][0] for picture in (first, second)]
    sizes = {(picture["width"], len(picture["greys"])) for picture in (first, second)}
    if len(sizes) > 1 or abs(grounds[0] - grounds[1]) > 60:
        return 1.0
    inks = [_ink(picture, ground) for picture, ground in zip((first, second), grounds, strict=True)]
    return sum(abs(a - b) for a, b in zip(*inks, strict=True)) / max(sum(map(sum, inks)), 1)


def _ink(picture: dict[str, Any], ground: int) -> list[int]:
    """The ink in each column of cells: by how much their greys are not the ground's."""
    width, greys = picture["width"], picture["greys"]
    return [sum(abs(grey - ground) for grey in greys[column::width]) for column in range(width)]


def _shrink(page: Page, png: bytes, cell: int) -> dict[str, Any]:
    address = "data:image/png;base64," + base64.b64encode(png).decode()
    made: dict[str, Any] = page.evaluate(_SHRINK, [address, cell])
    return made
