"""How long the work takes: `nox -s bench`, or `python -m benchmarks` in an environment with the extra `bench`.

`benchmarks.items` declares what is measured, one function each; `benchmarks.timing` measures it, each round in
a fresh interpreter, so that no cache of an earlier round helps; `benchmarks.__main__` is the command. Nothing
here is a test: a slow machine makes a figure larger and nothing fail.

To measure something more, write a function in `benchmarks.items` and add a line to its table.
"""
