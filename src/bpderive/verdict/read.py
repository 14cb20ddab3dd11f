"""In which convention a formula was read: what a `Verdict` says of it.

`Read` holds the formula as it was given, the convention and why it was this one, the others in which it is true as well,
and how the reader would write the mended equation and the values of the counterexample.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bpderive.text import Text


@dataclass(frozen=True, slots=True)
class Read:
    """How a formula was read.

    `given` is the formula, `convention` and `title` the convention, `examples` "one", "sum" or "mean"; `why` one
    sentence; `also` the titles of other conventions in which it is true, by name; `notes` what else is to be said;
    `repair` the mended equation in the reader's letters; `names` what the reader calls the values of the
    counterexample, with a sign where it is the opposite; `tried` how many readings were tried.
    """

    given: str
    convention: str
    title: Text
    examples: str
    why: Text
    also: Mapping[str, Text] = field(default_factory=dict)
    notes: tuple[Text, ...] = ()
    repair: str | None = None
    names: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    tried: int = 1
