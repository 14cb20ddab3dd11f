"""What a `check()` returns when nothing was found wrong; where something was, it raises."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from bpderive.letters.text import Text


@dataclass(frozen=True, slots=True, repr=False)
class Certificate:
    """What was established about an equation, a proof, a sum over paths or a declaration; `number` is its name.

    `kinds` names the certainties: "general" (for symbolic widths, every σ and every cost), "concrete" (an exact
    identity in `instances` cases on `networks`), "evaluated" (an example, computed exactly), "exact" (an identity of
    formulas), "numeric" (to 50 digits and more, at points). `seconds` is how long it took.
    """

    number: str
    kinds: tuple[str, ...]
    networks: tuple[tuple[int, ...], ...] = ()
    instances: int = 0
    seconds: float = field(default=0.0, compare=False)

    @property
    def summary(self) -> Text:
        """The certainties in words, without the time that they took."""
        kinds = ["one" if kind == "concrete" and len(self.networks) == 1 else kind for kind in self.kinds]
        named = {"network": self.networks[0] if self.networks else (), "networks": len(self.networks)}
        parts = [_KINDS[kind].format(instances=self.instances, **named) for kind in kinds]
        return Text(en=" · ".join(p.en for p in parts), zh=" · ".join(p.zh for p in parts))

    def __repr__(self) -> str:
        return f"<({self.number}): {self.summary}>"


_KINDS = {
    "general": Text(en="proved in general", zh="已证明（一般情形）"),
    "concrete": Text(
        en="exact on {networks} networks, {instances} cases",
        zh="在 {networks} 个网络的 {instances} 种情形上精确验证",
    ),
    "one": Text(en="exact on the network {network}", zh="在网络 {network} 上精确验证"),
    "evaluated": Text(en="computed exactly", zh="已精确计算"),
    "exact": Text(en="decided exactly", zh="已精确判定"),
    "numeric": Text(en="compared to 50 digits", zh="已对照到 50 位有效数字"),
    "definition": Text(en="a definition", zh="定义"),
}

Subject = TypeVar("Subject")


def timed(check: Callable[[Subject], Certificate]) -> Callable[[Subject], Certificate]:
    """A method that returns a certificate, and writes into it how long it took."""

    @functools.wraps(check)
    def measured(self: Any) -> Certificate:
        started = time.perf_counter()
        return replace(check(self), seconds=time.perf_counter() - started)

    return measured
