"""The shapes of all drawings as SVG: classes in place of colours, which the page gives, and numbers as short as can be.

`svg` is a drawing of `circle`, `line`, `path`, `rect`, `words` and `marked`; `route` is what a path goes along.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

Point = tuple[float, float]


def short(value: float) -> str:
    """A number as short as it can be written, so that the same drawing has the same bytes."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _given(**attributes: str | float | None) -> str:
    """Attributes with their values, but for those that are None or ""; `name` is the class."""
    return "".join(
        f' {"class" if key == "name" else key.replace("_", "-")}="{value if isinstance(value, str) else short(value)}"'
        for key, value in attributes.items()
        if value not in (None, "")
    )


def circle(name: str, at: Point, radius: float) -> str:
    """A circle around a point."""
    return f"<circle{_given(name=name, cx=at[0], cy=at[1], r=radius)}/>"


def line(name: str, start: Point, end: Point) -> str:
    """A straight line."""
    return f"<line{_given(name=name, x1=start[0], y1=start[1], x2=end[0], y2=end[1])}/>"


def path(name: str, d: str) -> str:
    """A path; `route` gives a `d`."""
    return f"<path{_given(name=name, d=d)}/>"


def route(points: Iterable[Point]) -> str:
    """The `d` of the path from point to point."""
    return "M" + "L".join(f"{short(x)} {short(y)}" for x, y in points)


def rect(name: str, x: float, y: float, width: float, height: float, **more: str | float) -> str:
    """A rectangle, by its upper left corner."""
    return f"<rect{_given(name=name, x=x, y=y, width=width, height=height, **more)}/>"


def words(name: str, x: float, y: float, text: object, anchor: str = "middle", *, transform: str = "") -> str:
    """Words, by default around `x`; "" as the anchor begins them there."""
    return marked(name, x, y, escape(str(text)), anchor, transform=transform)


def marked(
    name: str,
    x: float,
    y: float,
    inner: str,
    anchor: str = "middle",
    *,
    transform: str = "",
    size: float | None = None,
) -> str:
    """The same of what is SVG already."""
    given = _given(name=name, transform=transform, x=x, y=y, text_anchor=anchor, font_size=size)
    return f"<text{given}>{inner}</text>"


def svg(name: str, width: float, height: float, parts: Iterable[str]) -> str:
    """A drawing of the class `name` as an SVG element, without the words that stand for it."""
    size = f'viewBox="0 0 {short(width)} {short(height)}" style="--bp-width:{short(width)}px"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" class="{name}" role="img" {size}>{"".join(parts)}</svg>'
