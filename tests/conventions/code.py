"""Lines of NumPy, right and wrong, in the conventions that programs use: `python -m tests.conventions.code 2000`.

Each case is a line of backpropagation as one of these conventions has it, or one with a mistake, written in one of the
many ways that mean the same: `@` or `np.dot`, `.T` or `np.transpose`, `*` or `np.multiply`, spaces, parentheses, order
of factors, `1/m` before or after, `-=`. In its convention it must be held if and only if it is right.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable

from tests.conventions.fuzzer import Case, wrong

Line = Callable[["Hand"], str]


class Hand:
    """How somebody types: chosen by `rng`, for layer 2 and its neighbours or for others."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.layer = rng.choice((2, 3, 4))
        self.slope_name = rng.choice(
            ("sigmoid_prime", "tanh_derivative", "d_relu", "derivative_ReLU", "sigmoidPrime")
        )

    def at(self, name: str, step: int = 0) -> str:
        """A name with the number of its layer."""
        return f"{name}{self.layer + step}"

    def held(self, text: str) -> str:
        """In parentheses, which a product must have."""
        return f"(({text}))" if self.rng.random() < 0.1 else f"({text})"

    def times(self, one: str, other: str) -> str:
        """A product of matrices."""
        return self.rng.choice(
            (
                f"{one} @ {other}",
                f"np.dot({one}, {other})",
                f"{one}.dot({other})",
                f"np.matmul({one}, {other})",
            )
        )

    def turned(self, name: str) -> str:
        """A transpose."""
        return self.rng.choice((f"{name}.T", f"{name}.T", f"{name}.transpose()", f"np.transpose({name})"))

    def each(self, product: str, slope: str) -> str:
        """A product component by component, in either order."""
        one, other = self.rng.choice(((self.held(product), slope), (slope, self.held(product))))
        return self.rng.choice((f"{one} * {other}", f"np.multiply({one}, {other})"))

    def slope(self, name: str) -> str:
        """σ′ of a weighted input."""
        return self.rng.choice((f"{self.slope_name}({name})", f"({name} > 0)", f"(1 - np.tanh({name})**2)"))

    def mean(self, text: str) -> str:
        """Divided by the number of examples."""
        return self.rng.choice(
            (f"{self.held(text)} / m", f"1/m * {self.held(text)}", f"(1./m) * {self.held(text)}")
        )

    def total(self, name: str, axis: int) -> str:
        """The sum along an axis."""
        return self.rng.choice(
            (
                f"np.sum({name}, axis={axis}, keepdims=True)",
                f"np.sum({name}, axis={axis})",
                f"{name}.sum(axis={axis}, keepdims=True)",
            )
        )

    def spaced(self, text: str) -> str:
        """With other spaces, and perhaps a remark."""
        text = self.rng.choice(
            (text, text.replace(" ", ""), text.replace(", ", ","), text.replace(" = ", "  =  "))
        )
        return text + self.rng.choice(("", "", "  # hidden layer", " # shape (n, m)"))


def _columns(hand: Hand) -> tuple[list[str], list[str]]:
    """The course with dZ: right lines and wrong ones."""
    w, b, z, a = (hand.at(letter) for letter in "WbZA")
    dz, dw, db, before = hand.at("dZ"), hand.at("dW"), hand.at("db"), hand.at("A", -1)
    dz_before, z_before = hand.at("dZ", -1), hand.at("Z", -1)
    right = [
        f"{z} = {hand.times(w, before)} + {b}",
        f"{dz_before} = {hand.each(hand.times(hand.turned(w), dz), hand.slope(z_before))}",
        f"{dw} = {hand.mean(hand.times(dz, hand.turned(before)))}",
        f"{db} = {hand.mean(hand.total(dz, 1))}",
        f"{hand.at('dA', -1)} = {hand.times(hand.turned(w), dz)}",
        f"{w} -= lr * {dw}",
        f"{w} = {w} - learning_rate * {dw}",
    ]
    slipped = [
        f"{z} = {hand.times(hand.turned(w), before)} + {b}",
        f"{z} = {hand.times(before, w)} + {b}",
        f"{dz_before} = {hand.each(hand.times(w, dz), hand.slope(z_before))}",
        f"{dz_before} = {hand.each(hand.times(hand.turned(w), dz), hand.slope(z))}",
        f"{dz_before} = {hand.times(hand.turned(w), dz)}",
        f"{dz_before} = {hand.each(hand.times(hand.turned(w), dz_before), hand.slope(z_before))}",
        f"{dw} = {hand.mean(hand.times(hand.turned(before), dz))}",
        f"{dw} = {hand.mean(hand.times(dz, before))}",
        f"{dw} = {hand.mean(hand.times(dz, hand.turned(a)))}",
        f"{dw} = -{hand.mean(hand.times(dz, hand.turned(before)))}",
        f"{db} = {hand.mean(hand.total(dz, 0))}",
        f"{db} = {hand.mean(dz)}",
        f"{w} += lr * {dw}",
        f"{w} -= lr * {db}",
    ]
    return right, slipped


def _rows(hand: Hand, out_in: bool) -> tuple[list[str], list[str]]:
    """Examples in rows, w of shape (in, out), or (out, in) as in PyTorch."""
    w, b, z, a = (hand.at(letter) for letter in "WbZA")
    delta, dw, db, before = hand.at("delta"), hand.at("dW"), hand.at("db"), hand.at("A", -1)
    delta_before, z_before = hand.at("delta", -1), hand.at("Z", -1)
    ahead, back = (hand.turned(w), w) if out_in else (w, hand.turned(w))
    product = hand.times(hand.turned(delta), before) if out_in else hand.times(hand.turned(before), delta)
    other = hand.times(hand.turned(before), delta) if out_in else hand.times(hand.turned(delta), before)
    right = [
        f"{z} = {hand.times(before, ahead)} + {b}",
        f"{delta_before} = {hand.each(hand.times(delta, back), hand.slope(z_before))}",
        f"{dw} = {product}",
        f"{db} = {hand.total(delta, 0)}",
        f"{w} -= lr * {dw}",
    ]
    slipped = [
        f"{z} = {hand.times(before, back)} + {b}",
        f"{delta_before} = {hand.each(hand.times(delta, ahead), hand.slope(z_before))}",
        f"{delta_before} = {hand.each(hand.times(delta, back), hand.slope(z))}",
        f"{delta_before} = {hand.times(delta, back)}",
        f"{dw} = {other}",
        f"{dw} = {hand.times(hand.turned(a), delta)}",
        f"{db} = {hand.total(delta, 1)}",
        f"{w} += lr * {dw}",
    ]
    return right, slipped


def _one_layer(hand: Hand, rows: bool) -> tuple[list[str], list[str]]:
    """One linear layer, with no number."""
    if rows:
        right = [
            f"dW = {hand.times(hand.turned('X'), 'dout')}",
            f"dX = {hand.times('dout', hand.turned('W'))}",
            f"db = {hand.total('dout', 0)}",
        ]
        slipped = [
            f"dW = {hand.times(hand.turned('dout'), 'X')}",
            f"dX = {hand.times(hand.turned('W'), 'dout')}",
            f"dX = {hand.times('dout', 'W')}",
            f"db = {hand.total('dout', 1)}",
        ]
        return right, slipped
    right = [
        f"Z = {hand.times('W', 'A_prev')} + b",
        f"dW = {hand.mean(hand.times('dZ', hand.turned('A_prev')))}",
        f"dA_prev = {hand.times(hand.turned('W'), 'dZ')}",
        f"db = {hand.mean(hand.total('dZ', 1))}",
    ]
    slipped = [
        f"dW = {hand.mean(hand.times(hand.turned('A_prev'), 'dZ'))}",
        f"dA_prev = {hand.times('W', 'dZ')}",
        f"dA_prev = {hand.times('dZ', hand.turned('W'))}",
        f"db = {hand.mean(hand.total('dZ', 0))}",
        f"db = {hand.mean('np.sum(dZ)')}",
    ]
    return right, slipped


def case(rng: random.Random) -> Case:
    """One line, the convention that it is in, and whether it is right."""
    hand = Hand(rng)
    name, (right, slipped) = rng.choice(
        (
            ("course", _columns(hand)),
            ("rows", _rows(hand, out_in=False)),
            ("pytorch", _rows(hand, out_in=True)),
            ("layer", _one_layer(hand, rows=True)),
            ("layer-columns", _one_layer(hand, rows=False)),
        )
    )
    is_true = rng.random() < 0.5
    return Case(hand.spaced(rng.choice(right if is_true else slipped)), name, is_true, "code", "code")


def run(count: int, seed: int = 0) -> tuple[Counter[str], list[str]]:
    """So many lines: how many of each kind, and what was read wrongly."""
    rng = random.Random(seed)
    seen: Counter[str] = Counter()
    faults = []
    for _ in range(count):
        one = case(rng)
        seen.update(("cases", "true" if one.is_true else "false", one.convention))
        fault = wrong(one, one.text)
        if fault is not None:
            faults.append(f"{one.convention} ({one.is_true}) {one.text}\n  {fault}")
    return seen, faults


def main(arguments: list[str]) -> int:
    """Run the lines and print what went wrong."""
    seen, faults = run(
        int(arguments[0]) if arguments else 2000, int(arguments[1]) if len(arguments) > 1 else 0
    )
    print("\n".join(faults[:40]))
    print(dict(seen))
    print(f"{seen['cases']} cases, {len(faults)} read wrongly")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
