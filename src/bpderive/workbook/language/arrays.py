"""Whether an expression is a column or a matrix, as far as can be seen without its sizes: `is_array(node)`."""

from __future__ import annotations

from bpderive.workbook.language import syntax


def is_array(node: syntax.Node) -> bool:
    """Return whether the expression is a column or a matrix, as far as can be seen without its sizes."""
    match node:
        case syntax.Quantity(_, _, indices) | syntax.Letter(_, _, indices):
            return not indices
        case syntax.Rate(of, by):
            return is_array(of) or is_array(by)
        case syntax.Activation(_, argument):
            return is_array(argument)
        case syntax.Product((syntax.Transposed(first), second)):
            return not (_is_column(first) and _is_column(second))
        case (
            syntax.Gradient()
            | syntax.Jacobian()
            | syntax.Product()
            | syntax.Transposed()
            | syntax.Diagonal()
            | syntax.Outer()
        ):
            return True
        case syntax.Plus(found) | syntax.Times(found):
            return any(is_array(part) for part in found)
        case syntax.Minus(body):
            return is_array(body)
        case syntax.Over(above, _):
            return is_array(above)
    return False


def _is_column(node: syntax.Node) -> bool:
    """Return whether the expression is a column, as far as can be seen."""
    match node:
        case syntax.Quantity(letter, _, indices):
            return not indices and letter != "w"
        case syntax.Letter(letter, layers, indices):
            return not indices and letter != "w" and bool(layers)
        case syntax.Activation(_, argument):
            return _is_column(argument)
        case syntax.Plus(found) | syntax.Times(found):
            return any(map(_is_column, found))
        case syntax.Minus(body):
            return _is_column(body)
    return False
