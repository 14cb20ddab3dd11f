"""The comparison of gradients is fair and its figures are put together rightly; how large they are is nobody's test."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import numpy as np
import pytest

import bpderive as bp
from benchmarks import plain
from benchmarks.contestants import Contestant, check_equal, contestants, problem
from benchmarks.experiments import by_differences, differences
from benchmarks.rounds import Quartiles, in_turns, levelled
from benchmarks.speed import BATCHES, NETWORKS, RESULTS, behind, missed, table

PAGE = Path(__file__).parents[1] / "docs" / "the-code.md"
GIVEN = problem((4, 5, 3), 6)


def one_cell(ours: float, jax: float, behind: list[str]) -> dict[str, object]:
    seconds = {name: [0.9 * t, t, 1.1 * t] for name, t in (("a", 1.0), ("b", 0.5))}
    seconds |= {"bpderive": [ours] * 3, "products": [0.5] * 3, "jax": [jax] * 3}
    about = {"sizes": [784, 30, 10], "batch": 128, "unit": "a", "best": "b"}
    return about | {"seconds": seconds, "behind": behind}


def test_every_gradient_of_the_comparison_is_that_of_the_library():
    found = contestants(GIVEN)
    reference = bp.reference.backprop(*GIVEN.given)
    for name, contestant in found.items():
        if contestant.read is None:
            continue
        for ours, theirs in zip(contestant.read(contestant.run()), reference, strict=True):
            for array, wanted in zip(ours, theirs, strict=True):
                np.testing.assert_allclose(array, wanted, rtol=1e-11, atol=1e-15, err_msg=name)


def test_a_contestant_that_computes_something_else_is_refused():
    wrong = plain.loop_gradient(*GIVEN.given)
    wrong[1][0][0, 0] *= 1 + 1e-6
    entries = {
        "right": Contestant(lambda: plain.loop_gradient(*GIVEN.given)),
        "wrong": Contestant(lambda: wrong),
    }
    with pytest.raises(ValueError, match="'wrong'"):
        check_equal(entries, 1e-10)


def test_equation_46_gives_one_number_for_each_weight_and_bias_close_to_the_gradient():
    nabla_b, nabla_w = plain.matrix_gradient(*GIVEN.given)
    wanted = np.concatenate([np.ravel(a) for a in (*nabla_b, *nabla_w)])
    np.testing.assert_allclose(by_differences(GIVEN), wanted, atol=1e-5)


def test_the_errors_of_the_differences_fall_and_rise_again_but_not_that_of_the_complex_step():
    errors = differences()["errors"]
    for kind in ("forward", "central"):
        assert min(errors[kind]) < errors[kind][0] / 100
        assert min(errors[kind]) < errors[kind][-1] / 100
    assert errors["complex"][-1] < 1e-14


def test_functions_are_called_in_turns_and_equally_often():
    calls: list[str] = []
    times = in_turns({name: lambda name=name: calls.append(name) for name in "ab"}, rounds=5, shortest=0.0)
    assert calls.count("a") == calls.count("b")
    assert set(times) == {"a", "b"}
    assert all(q.low <= q.median <= q.high for q in times.values())


def test_a_slow_round_counts_like_the_others_but_a_slow_function_stays_slow():
    machine = [1.0, 1.0, 3.0, 1.0, 2.0]  # how slow it was in each round
    exact = {name: [unit * slow for slow in machine] for name, unit in (("a", 1.0), ("b", 2.0), ("c", 5.0))}
    assert levelled(exact) == {name: [exact[name][0]] * 5 for name in "abc"}
    exact["b"][3] *= 1.5  # disturbed by itself
    assert levelled(exact)["b"] == [2, 2, 2, 3, 2]


def test_what_takes_long_comes_last_in_its_round():
    order: list[str] = []
    lasting = {"short": 1e-3, "long": 1.0, "brief": 2e-3}
    now = 0.0

    def last(name: str) -> None:
        nonlocal now
        now += lasting[name]
        order.append(name)

    in_turns({name: lambda name=name: last(name) for name in lasting}, rounds=4, clock=lambda: now)
    kinds = "".join("L" if name == "long" else "s" for name in order)
    assert re.fullmatch(
        r"(s*)(LL)(s*)((s+)LL){4}", kinds
    )  # each time once without the clock and once with it


def test_ahead_means_that_the_ranges_do_not_overlap():
    ours, near, far = Quartiles(1.0, 2.0, 3.0), Quartiles(2.9, 4.0, 5.0), Quartiles(3.1, 4.0, 5.0)
    assert behind({"bpderive": ours, "jax": near, "torch": far, "products": near}) == ["jax"]


def test_the_unit_of_the_table_is_the_plain_gradient_and_the_best_is_beside_it():
    head, line = table([one_cell(0.8, 2.5, [])]).splitlines()
    assert head.split()[2:5] == ["plain", "best", "ours/best"]
    assert line.split()[-7:-5] == ["0.50", "1.60"]
    assert head.split()[-7:] == ["bpderive", "products", "jax", "not", "clearly", "behind", "us"]
    assert line.split()[-3:] == ["0.80", "0.50", "2.50"]


def test_missed_goals_are_named():
    seconds = {"bpderive": 1.04, "accurate by hand": 1.0, "bpderive on jax": 1.0, "jax": 2.0}
    seconds |= {"bpderive on torch": 1.0, "torch": 1.5}
    cell = {"sizes": [784, 30, 10], "batch": 128}
    reached = {name: [t, t, t] for name, t in seconds.items()}
    assert missed([cell | {"seconds": reached}]) == []
    slower = reached | {"bpderive on torch": [1.6, 1.8, 2.0]}
    [said] = missed([cell | {"seconds": slower}])
    assert said == "[784, 30, 10], batch 128: bpderive on torch takes 1.20 of torch, wanted 1.0"


def test_the_committed_results_have_every_network_and_batch_with_the_machine_named():
    kept = json.loads(RESULTS.read_text("utf-8"))
    assert [(tuple(cell["sizes"]), cell["batch"]) for cell in kept["cells"]] == [
        (sizes, batch) for sizes in NETWORKS for batch in BATCHES
    ]
    assert kept["rounds"] >= 20
    assert all(kept["machine"][name] for name in ("python", "numpy", "processor", "jax", "torch", "autograd"))


@pytest.mark.parametrize("name", ["backprop", "loop_gradient", "matrix_gradient"])
def test_the_listing_on_the_page_is_what_is_timed(name: str):
    source = inspect.getsource(getattr(plain, name)).replace(", strict=True)", ")")
    assert source.strip() in PAGE.read_text("utf-8")
