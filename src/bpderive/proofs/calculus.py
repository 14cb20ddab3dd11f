"""Derivatives that a rule takes: SymPy's own, guarded.

SymPy differentiates a sum by one of its terms wrongly when the sum's bound index has the same name as an index of the
variable, and it takes a quantity of a later layer for a constant. `derivative` unfolds definitions until the
variable is in sight, and refuses in both cases.
"""

from __future__ import annotations

import sympy
from sympy import Dummy, Expr, Integer, KroneckerDelta, Piecewise, Sum

from bpderive.errors import StepError
from bpderive.letters.plain import plain
from bpderive.letters.statements import Range, Statement, bound_letters, provably_at_most
from bpderive.letters.symbols import RATES, C, L, LayerArray, Partial, quantity, stage
from bpderive.proofs import words
from bpderive.proofs.definitions import defining


def derivative(
    whole: Partial,
    ranges: tuple[Range, ...],
    definitions: tuple[Statement, ...] = (),
    elementwise: bool = True,
) -> Expr:
    """The value of ∂of/∂by with Kronecker deltas not yet collapsed, by what the definitions say of `of`.

    `definitions` come before those of the forward pass: equations whose left side is `of`, such as a cost's formula.
    With `elementwise` False, the outputs may be a function of the whole layer, so that a^L is not unfolded.
    """
    variable = quantity(whole.by)
    if variable is None or variable[0].letter in RATES:
        raise StepError(words.NO_COMPONENT.format(by=plain(whole.by)))
    array = variable[0]
    expression, unfolded = whole.of, {}
    for known in definitions:
        expression = expression.xreplace({known.lhs: known.rhs})
    while not _in_sight(expression, array):
        later = _unfoldable(expression, array, ranges)
        if later is None:
            break
        if not elementwise and later.parent.letter == "a":
            layer = later.parent.layer
            if not provably_at_most(layer, L - 1, ranges):
                raise StepError(words.WHOLE_LAYER.format(later=later))
        meaning = _meaning(later, expression)
        unfolded[later] = meaning
        expression = expression.xreplace({later: meaning})
    _check_guards(expression, whole, ranges)
    value = collapse(without_empty_sums(sympy.diff(expression, whole.by)), full=False)
    for component, meaning in reversed(unfolded.items()):
        value = value.xreplace({meaning: component})
    return value


def collapse(expression: Expr, full: bool = True) -> Expr:
    """The sums over Kronecker deltas done; with `full`, raises `StepError` if a delta is left."""
    result = expression.replace(lambda e: isinstance(e, Sum) and e.function.has(KroneckerDelta), _only_term)
    if full and result.has(KroneckerDelta):
        raise StepError(words.DELTA.format(result=plain(result)))
    return result


def _only_term(total: Sum) -> Expr:
    """The sum done by its Kronecker delta, which also a case of a Piecewise may hold."""
    [(index, low, high)] = total.limits
    deltas = total.function.atoms(KroneckerDelta)
    if len(deltas) == 1 and total.function.has(Piecewise):
        [only] = deltas
        others = [other for other in only.args[:2] if other != index]
        whole = tuple(only.delta_range or ()) == (low, high)
        if len(others) == 1 and whole and total.function.xreplace({only: Integer(0)}) == 0:
            return total.function.xreplace({only: Integer(1)}).xreplace({index: others[0]})
    return total.doit(deep=False)


def without_empty_sums(expression: Expr) -> Expr:
    """SymPy leaves the derivative of a sum that does not depend on the variable as a sum of zeros."""
    return expression.replace(lambda e: isinstance(e, Sum) and e.function == 0, lambda e: Integer(0))


def _in_sight(expression: Expr, array: Expr) -> bool:
    return any(found is not None and found[0] == array for found in map(quantity, _components(expression)))


def _components(expression: Expr) -> list[Expr]:
    components = expression.atoms(sympy.matrices.expressions.matexpr.MatrixElement)
    return sorted(components, key=str)


def _unfoldable(expression: Expr, array: LayerArray, ranges: tuple[Range, ...]) -> Expr | None:
    """The component of the forward pass that stands last, if it has a definition and provably comes after `array`."""
    found = [(c, quantity(c)) for c in _components(expression)]
    candidates = [c for c, f in found if f is not None and f[0].letter in ("a", "z") and f[0].layer != 1]
    last = max(candidates, key=lambda c: _height(quantity(c)), default=None)
    if last is None or not provably_at_most(stage(array) + 1, stage(last.parent), ranges):
        return None
    return last


def _height(found: tuple[Expr, object] | None) -> tuple[float, str]:
    """An order of the quantities of nearby layers by their place in the forward pass."""
    assert found is not None
    place = stage(found[0])
    return float(place.subs(dict.fromkeys(place.free_symbols, 10))), str(found)


def _meaning(component: Expr, within: Expr) -> Expr:
    """What `component` is by definition, with an index of its own for the sum."""
    found = quantity(component)
    assert found is not None
    array, (row, _) = found
    own = Dummy("i", integer=True, nonnegative=True)
    known = defining(array.letter, own)
    letters = [r.letter for r in known.ranges]
    return known.rhs.xreplace(dict(zip(letters, (array.layer, row), strict=True)))


def _check_guards(expression: Expr, whole: Partial, ranges: tuple[Range, ...]) -> None:
    variable = quantity(whole.by)
    assert variable is not None
    array, indices = variable
    if captured := bound_letters(expression) & {s for index in indices for s in index.free_symbols}:
        raise StepError(
            words.BOUND.format(
                expression=plain(expression), by=plain(whole.by), letters=", ".join(map(str, captured))
            )
        )
    if expression.has(Partial) or expression == C:
        raise StepError(words.UNKNOWN.format(of=plain(whole.of), by=plain(whole.by)))
    for component in _components(expression):
        found = quantity(component)
        if found is not None and found[0] != array and not _independent(found[0], array, ranges):
            raise StepError(words.UNFOLD.format(component=plain(component), by=plain(whole.by)))


def _independent(other: LayerArray, array: LayerArray, ranges: tuple[Range, ...]) -> bool:
    """Return whether nothing in `other` provably changes with `array`: it comes before, or is a parameter elsewhere."""
    if other.letter in RATES:
        return False
    if other.letter == array.letter:
        before = provably_at_most(other.layer + 1, array.layer, ranges)
        parameter = other.letter in ("w", "b")
        return before or (parameter and provably_at_most(array.layer + 1, other.layer, ranges))
    return other.letter in ("w", "b", "y") or provably_at_most(stage(other), stage(array), ranges)


__all__ = ["collapse", "derivative"]
