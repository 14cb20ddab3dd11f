"""Wrong variants of every equation of the book and of every step of every proof, and what becomes of each.

`python -m mutants` makes them, decides each, verifies every counterexample again by other means, and prints a table.
`subjects` says what is varied and decides it, `tests.numerically` verifies and `harness` counts; `graphs` and
`graph_numbers` do the same for the equations about networks that are connected in any way.
"""
