"""The figures of `nox -s bench` are put together rightly; how large they are is nobody's test."""

import sys
from types import SimpleNamespace

import pytest

from benchmarks.timing import Item, Timing, blas, machine, measure, table


def test_the_median_is_not_moved_by_one_disturbed_round():
    assert Timing("proofs", (0.5, 9.0, 0.6)).median == 0.6


def test_a_table_has_a_line_for_each_timing_and_aligned_columns():
    head, first, second = table(
        [Timing("proofs", (1.0, 2.0, 4.0), goal=2), Timing("gradient", (0.25,))]
    ).splitlines()
    assert first.split() == ["proofs", "2.000", "s", "1.000", "s", "4.000", "s", "3", "<", "2", "s"]
    assert second.split() == ["gradient", "0.250", "s", "0.250", "s", "0.250", "s", "1"]
    assert head.index("median") + len("median") == first.index("2.000 s") + len("2.000 s")


def test_no_rounds_are_refused():
    with pytest.raises(ValueError, match="at least one is needed"):
        measure(Item("nothing", lambda: None), rounds=0)


def test_the_machine_is_named():
    assert all(machine().values())


def test_the_library_of_the_products_is_named_with_the_processor_that_it_is_for(monkeypatch):
    found = [
        {"user_api": "openmp", "internal_api": "openmp", "version": None},
        {"user_api": "blas", "internal_api": "openblas", "version": "0.3", "architecture": "SkylakeX"},
    ]
    monkeypatch.setitem(sys.modules, "threadpoolctl", SimpleNamespace(threadpool_info=lambda: found))
    assert blas() == {"openblas": "0.3 (SkylakeX)"}
