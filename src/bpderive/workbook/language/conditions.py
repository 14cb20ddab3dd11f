"""What follows the sides of a claim: conditions after "for", the cost and σ after "with".

`options(tokens, sides)` reads it to the end of the text, in the one-line language and in LaTeX alike. To add a
condition, extend `_condition` and `syntax.Condition`.
"""

from __future__ import annotations

from bpderive.functions.activations import activations
from bpderive.functions.costs import costs
from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.language.places import MOST_NEURONS, index, layer
from bpderive.workbook.language.tokens import Tokens

_RELATIONS = ("=", "!=", "<", "<=", ">", ">=")


def options(tokens: Tokens, sides: tuple[syntax.Node, ...], layers: bool = False) -> syntax.Claim:
    """The claim that these sides are equal, under the conditions and for the functions that the text names.

    With `layers` σ may be a function of a whole layer.
    """
    conditions: list[syntax.Condition] = []
    chosen: dict[str, str] = {}
    while tokens.next.kind != "end":
        if tokens.accept("for"):
            conditions.append(_condition(tokens))
            while tokens.accept(",", "and"):
                conditions.append(_condition(tokens))
        elif tokens.accept("with"):
            _option(tokens, chosen, layers)
            while tokens.accept(",", "and"):
                _option(tokens, chosen, layers)
        else:
            raise _unfinished(tokens)
    return syntax.Claim(sides, tuple(conditions), chosen.get("cost"), chosen.get("sigma"))


def _unfinished(tokens: Tokens) -> Exception:
    """The error for what cannot follow a side; the usual slips are told what to write instead."""
    token = tokens.next
    if token.kind in ("name", "number") or token.text == "(":
        return tokens.error(
            token.at,
            Text(
                en="between two factors write *, or @ for the product of matrices",
                zh="两个因子之间请写 *，矩阵乘积请写 @",
            ),
        )
    if token.text == "[":
        return tokens.error(
            token.at,
            Text(
                en="the layer and the indices stand in one pair of brackets, as in w[l,j,k]",
                zh="层与下标写在同一对方括号里，例如 w[l,j,k]",
            ),
        )
    if token.text in ("<", "<=", ">", ">=", "!="):
        return tokens.error(
            token.at, Text(en="a claim is an equation, with '='", zh="命题应是等式，用 '=' 连接")
        )
    return tokens.wrong(
        Text(en="an operator, '=', 'for', 'with' or the end", zh="运算符、'='、'for'、'with' 或结尾")
    )


def _option(tokens: Tokens, chosen: dict[str, str], layers: bool) -> None:
    name = {"activation": "sigma"}.get(tokens.next.text, tokens.next.text)
    if name not in ("cost", "sigma"):
        raise tokens.wrong(Text(en="'cost = ...' or 'sigma = ...'", zh="'cost = ...' 或 'sigma = ...'"))
    tokens.take()
    tokens.expect("=")
    known = (
        list(costs) if name == "cost" else [n for n, act in activations.items() if act.elementwise or layers]
    )
    given = tokens.next
    if name == "sigma" and given.text in activations and given.text not in known:
        raise tokens.error(
            given.at,
            Text(
                en=f"{given.text} takes a whole layer at once; sigma is a function of one number here",
                zh=f"{given.text} 同时作用于整层；这里的 sigma 是一元函数",
            ),
        )
    if given.text not in known:
        names = ", ".join(known)
        wanted = (
            Text(en=f"the name of a cost: {names}", zh=f"代价函数的名字：{names}")
            if name == "cost"
            else Text(en=f"the name of an activation: {names}", zh=f"激活函数的名字：{names}")
        )
        raise tokens.wrong(wanted)
    chosen[name] = tokens.take().text


def _condition(tokens: Tokens) -> syntax.Condition:
    if tokens.next.text == "n" and tokens.after(1).text == "[":
        first = _width(tokens)
        tokens.expect("=")
        if tokens.next.kind == "number":
            at = tokens.next.at
            width = tokens.whole(MOST_NEURONS, Text(en="a number of neurons", zh="神经元的个数"))
            if width < 1:
                raise tokens.error(at, Text(en="a layer has at least one neuron", zh="一层至少有一个神经元"))
            return syntax.WidthCondition(first, width)
        return syntax.WidthCondition(first, _width(tokens))
    if tokens.next.text in syntax.LAYER_LETTERS:
        one = layer(tokens)
        return syntax.LayerCondition(one, _relation(tokens, _RELATIONS), layer(tokens))
    if tokens.next.kind == "name":
        neuron = index(tokens)
        return syntax.IndexCondition(neuron, _relation(tokens, ("=", "!=")), index(tokens))
    raise tokens.wrong(
        Text(
            en="a condition such as l = L, l < L, j != k or n[l] = n[l+1]",
            zh="条件，例如 l = L、l < L、j != k 或 n[l] = n[l+1]",
        )
    )


def _width(tokens: Tokens) -> syntax.Layer:
    if tokens.next.text != "n":
        raise tokens.wrong(
            Text(en="n[...], the number of neurons of a layer", zh="n[...]，即一层的神经元个数")
        )
    tokens.take()
    tokens.expect("[")
    found = layer(tokens)
    tokens.expect("]")
    return found


def _relation(tokens: Tokens, allowed: tuple[str, ...]) -> str:
    text = {"==": "="}.get(tokens.next.text, tokens.next.text)
    if text not in allowed:
        signs = [repr(sign) for sign in allowed]
        raise tokens.wrong(Text(en=" or ".join(signs), zh=" 或 ".join(signs)))
    tokens.take()
    return text
