"""The cases of a claim: how its layers can lie to one another."""

import pytest

from bpderive.workbook.language import parse
from bpderive.workbook.language.syntax import Layer
from bpderive.workbook.verdict.errors import IllFormed
from bpderive.workbook.verdict.layers import cases, feasible, range_of_layers, value


def clusters(text: str) -> list[tuple[int, ...]]:
    """For each case the cluster of "", "l" and "L", as far as they are spoken of."""
    return sorted(tuple(cluster for _, (cluster, _) in case.places) for case in cases(parse(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("delta[l,j] = d(C, z[l,j])", [(0,)]),
        ("delta[L,j] = d(C, z[L,j])", [(0,)]),
        ("delta[l,j] = d(C, z[l,j]) for l = L", [(0,)]),
        ("z[l,j] = sum(m, a[L,m])", [(0, 0), (1, 0)]),
        ("z[l,j] = sum(m, z[L,m])", [(0, 0), (0, 0), (1, 0)]),
        ("z[l,j] = sum(m, z[L,m]) for l < L", [(0, 0), (1, 0)]),
        ("z[l,j] = sum(m, z[L,m]) for l = L-1", [(0, 0)]),
        ("z[3,j] = sum(m, z[L,m])", [(0, 0), (0, 0), (0, 1)]),
        ("a[2,j] = sum(m, k, a[L,m]*a[l,k]) for l > 2, l < L", [(0, 2, 1)]),
    ],
)
def test_what_is_told_apart(text: str, expected: list[tuple[int, ...]]) -> None:
    assert clusters(text) == expected


def test_layers_at_fixed_distances_stand_in_one_cluster() -> None:
    [case] = cases(parse("delta[l,j] = sum(k, delta[l+2,k]*w[l+1,k,j])"))
    assert case.position(Layer("l", 2))[1] - case.position(Layer("l", -1))[1] == 3
    assert case.tops[0] - case.bottoms[0] == 3
    assert not case.is_last


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("w[l,j,k] = b[l,j]", ["2 <= l <= L", "L >= 2"]),
        ("a[l-1,j] = a[l+1,j]", ["2 <= l <= L-1", "L >= 3"]),
        ("a[l,j] = y[j] for l = L", ["l = L", "L >= 2"]),
        ("a[5,j] = 1", ["L >= 5"]),
        ("a[l,j] = 1 for l >= 3, l <= L-2", ["3 <= l <= L-2", "L >= 5"]),
        ("a[l,j] = 1 for l != 1, L = 3", ["2 <= l <= L", "L = 3"]),
    ],
)
def test_ranges_follow_from_what_must_exist(text: str, expected: list[str]) -> None:
    assert range_of_layers(parse(text)) == expected


def test_every_feasible_pair_is_one() -> None:
    for at, depth in feasible(parse("delta[l+1,j] = z[l-1,j] for l != 4")):
        assert at != 4
        assert value(Layer("l", 1), at, depth) <= depth
        assert value(Layer("l", -1), at, depth) >= 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a[L+1,j] = 1", "the last layer is L"),
        ("w[1,j,k] = 1", "begins with layer 2"),
        ("d(z[l-1,j], z[l,k]) = 0", "differentiated by a later one"),
        ("d(z[l,j], a[l,k]) = 0", "differentiated by a later one"),
        ("a[l,j] = 1 for l > L", "the range is empty"),
    ],
)
def test_what_cannot_be_is_said(text: str, reason: str) -> None:
    with pytest.raises(IllFormed, match=reason):
        cases(parse(text))
