"""The options that describe a network on a page, such as `network: 2,3,2` and `activation: tanh`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpderive.errors import ParseError
from bpderive.functions.network import Network


def integers(text: str, count: int | None = None) -> tuple[int, ...]:
    """Integers between commas, exactly `count` of them if that is given. Raises `ParseError`."""
    try:
        numbers = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise ParseError(f"{text!r} is not a list of integers such as 2,3,2.") from None
    if count is not None and len(numbers) != count:
        raise ParseError(f"{text!r} has {len(numbers)} numbers; {count} are wanted.")
    return numbers


def network_of(options: Mapping[str, Any]) -> Network:
    """The network that the options describe. Raises `NetworkError`, `UnknownName` or `ParseError`."""
    return Network(
        integers(options["network"]),
        activation=options.get("activation", "sigmoid"),
        cost=options.get("cost", "quadratic"),
    )
