"""Settings for all tests.

Hypothesis draws the same examples in every run, so that a failure here is a failure everywhere; it prints how
to draw a failing one again. `pytest --hypothesis-profile=search` draws new ones, and more of them.
"""

from hypothesis import settings

# A time limit on a single example would make tests depend on the machine.
settings.register_profile("same", derandomize=True, deadline=None, print_blob=True, database=None)
settings.register_profile("search", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile("same")
