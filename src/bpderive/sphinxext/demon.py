"""The demon who sits on a neuron and adds a little to its weighted input, as SVG.

`demon(x, y)` stands with its feet at (x, y). Its looks are the classes `demon` and `demon-line` of the book's style
sheet.
"""

from __future__ import annotations

from bpderive.sphinxext.lettering import short

HEIGHT = 34.0
"""From the feet to the tips of the horns."""

_FILLED = (
    "M-8 0C-10-9-6-15 0-15S10-9 8 0z",  # body
    "M-7-25l-3-9 7 5zM7-25l3-9-7 5z",  # horns
)
_DRAWN = (
    "M7-3C14-2 16-8 14-12l4 2m-4-2l-3 3",  # tail
    "M-14 0V-24m-5-7v5q0 3 5 3t5-3v-5m-5-1v8",  # trident
)
_FACE = "M-3.6-21v1M3.6-21v1M-4-17q4 3 8 0"


def demon(x: float, y: float) -> str:
    """A demon with its feet at (x, y)."""
    filled = "".join(f'<path class="demon" d="{d}"/>' for d in _FILLED)
    drawn = "".join(f'<path class="demon-line" d="{d}"/>' for d in _DRAWN)
    head = '<circle class="demon" cx="0" cy="-20" r="8"/>'
    face = f'<path class="demon-face" d="{_FACE}"/>'
    return f'<g transform="translate({short(x)} {short(y)})">{drawn}{filled}{head}{face}</g>'
