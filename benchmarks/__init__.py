"""How long the work takes: `nox -s bench`, or `python -m benchmarks` in an environment with the extra `bench`.

Nothing here is a test: a slow machine makes a figure larger and nothing fail. To measure something more, write a
function in `benchmarks.__main__` and add a line to its table.
"""
