"""Settings for all tests.

Hypothesis draws the same examples in every run, so that a failure here is a failure everywhere; it prints how
to draw a failing one again. `pytest --hypothesis-profile=search` draws new ones, and more of them;
`pytest --few 4` runs every test with at most four of its cases, and few examples.
"""

from __future__ import annotations

from itertools import groupby

import pytest
from hypothesis import settings

# A time limit on a single example would make tests depend on the machine.
settings.register_profile(
    "same", max_examples=50, derandomize=True, deadline=None, print_blob=True, database=None
)
settings.register_profile("search", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile("same")
settings.register_profile("few", settings.get_profile("same"), max_examples=10)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--few", type=int, metavar="N", help="of each test run at most N cases, spread over all")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("few"):
        settings.load_profile("few")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--few N` leave N cases of each test, the first and the last among them."""
    most = config.getoption("few")
    if not most:
        return
    kept: list[pytest.Item] = []
    for _, group in groupby(items, key=lambda item: item.nodeid.partition("[")[0]):
        cases = list(group)
        number = min(most, len(cases))
        places = {n * (len(cases) - 1) // max(number - 1, 1) for n in range(number)}
        kept += [cases[place] for place in sorted(places)]
    left = set(kept)
    config.hook.pytest_deselected(items=[item for item in items if item not in left])
    items[:] = kept
