"""The forms of the gradient: each program gives the derivatives, and its work is what the machine counts."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpderive import Network
from bpderive.equations.discovery import Machine, Work, simplifications
from bpderive.errors import StepError, TooManyPaths
from bpderive.judge.polynomials import Polynomial

FORMS = range(len(simplifications(Network((2, 3, 2)))))
DEEP = Network((4,) + (5,) * 6 + (3,))


@settings(max_examples=12)
@given(st.lists(st.integers(1, 3), min_size=2, max_size=5).map(tuple))
def test_every_form_is_the_gradient_and_does_the_work_that_it_says(sizes: tuple[int, ...]) -> None:
    for form in simplifications(Network(sizes)):
        form.check()


@pytest.mark.parametrize("place", FORMS)
def test_a_wrong_program_is_found(place: int) -> None:
    form = simplifications(Network((2, 3, 2)))[place]

    class FirstFactorLost(Machine):
        lost = False

        def product(self, *factors: Polynomial) -> Polynomial:
            if not self.lost and len(factors) > 1:
                self.lost, factors = True, factors[1:]
            return super().product(*factors)

    with pytest.raises(StepError, match="is not what it gives"):
        replace(form, program=lambda machine: form.program(FirstFactorLost(machine.truth))).check()


@pytest.mark.parametrize("place", FORMS)
@pytest.mark.parametrize("more", [Work(1, 0, 0), Work(0, 1, 0), Work(0, 0, 1)], ids=str)
def test_wrong_counts_are_found(place: int, more: Work) -> None:
    form = simplifications(Network((2, 2, 3)))[place]
    with pytest.raises(StepError, match="its program does"):
        replace(form, work=form.work + more).check()


def test_the_last_form_does_the_least_work_and_the_first_the_most() -> None:
    works = [form.work.multiplications for form in simplifications(DEEP)]
    assert works[0] == max(works)
    assert works[-1] == min(works)


def test_one_layer_more_multiplies_the_paths_and_adds_to_backpropagation() -> None:
    def growth(form: int) -> list[int]:
        return [simplifications(Network((3,) * depth))[form].work.multiplications for depth in range(3, 8)]

    paths, backpropagation = growth(0), growth(-1)
    assert all(later > 3 * sooner for sooner, later in itertools.pairwise(paths))
    steps = {later - sooner for sooner, later in itertools.pairwise(backpropagation)}
    assert len(steps) == 1


def test_a_program_too_long_to_run_is_refused_and_still_counted() -> None:
    form = simplifications(DEEP)[0]
    with pytest.raises(TooManyPaths, match="check it on a smaller network") as caught:
        form.check()
    assert caught.value.count == 5**6 * 3
