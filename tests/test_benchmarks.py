"""The figures of `nox -s bench` are put together rightly; how large they are is nobody's test."""

import sys
from types import SimpleNamespace

import pytest

from benchmarks.__main__ import ITEMS, main, table
from benchmarks.timing import blas, machine


def test_a_table_has_a_line_for_each_timing_and_a_disturbed_round_does_not_move_the_median():
    def goal(name):
        return ["<", f"{ITEMS[name][1]:g}", "s"]

    first, second, *_ = ITEMS
    head, one, other = table({first: [1.0, 9.0, 2.0], second: [0.25]}).splitlines()
    assert one.split()[-10:] == ["2.000", "s", "1.000", "s", "9.000", "s", "3", *goal(first)]
    assert other.split()[-10:] == ["0.250", "s", "0.250", "s", "0.250", "s", "1", *goal(second)]
    assert head.index("median") + len("median") == one.index("2.000 s") + len("2.000 s")


def test_no_rounds_are_refused():
    with pytest.raises(SystemExit):
        main(["--rounds", "0"])


def test_the_machine_is_named():
    assert all(machine().values())


def test_the_library_of_the_products_is_named_with_the_processor_that_it_is_for(monkeypatch):
    found = [
        {"user_api": "openmp", "internal_api": "openmp", "version": None},
        {"user_api": "blas", "internal_api": "openblas", "version": "0.3", "architecture": "SkylakeX"},
    ]
    monkeypatch.setitem(sys.modules, "threadpoolctl", SimpleNamespace(threadpool_info=lambda: found))
    assert blas() == {"openblas": "0.3 (SkylakeX)"}
