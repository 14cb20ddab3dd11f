"""What the machine on the page answers: `answer(question)`, both in JSON, is all that a page's worker calls.

    answer('{"ask": "check", "claim": "d(C, b[l,j]) = delta[l,j]"}')     the verdict, in both languages
    answer('{"ask": "read", "claim": "delta[L] = a[L] - y"}')            the claim as it is understood, in LaTeX
    answer('{"ask": "exercise", "of": ["d(C, a[l,k]) = ?"], …}')         the first wrong line of an answer
    answer('{"ask": "activation", "formula": "tanh(z) + z/10"}')         its derivative, graph, properties and equations
    answer('{"ask": "network", "sizes": [2, 3, 1], …}')                  its numbers, and the paths of a weight

To teach it another question, write a module with a function from what is asked to what is answered, and enter both in
`QUESTIONS`; a module is imported when it is first needed, for a reader waits for it. Its
words are those that the library says in Python; nothing that a reader types is evaluated.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from bpderive.errors import BpderiveError
from bpderive.lab.words import Answer, Asked, in_each
from bpderive.later import loaded

QUESTIONS: Mapping[str, tuple[str, str]] = {
    "check": ("claims", "checked"),
    "read": ("claims", "read"),
    "exercise": ("exercises", "exercise"),
    "activation": ("activations", "activation"),
    "network": ("networks", "network"),
}
"""What can be asked, by name: the module and its function."""


def answer(question: str) -> str:
    """The answer to a question; what the library refuses has the status `refused`, and its error is `said`."""
    asked: Asked = json.loads(question)
    try:
        module, function = QUESTIONS[asked["ask"]]
        found: Answer = getattr(loaded(f"{__name__}.{module}"), function)(asked)
    except BpderiveError as error:
        found = {"status": "refused", "said": in_each(error.__str__)}
    return json.dumps(found, ensure_ascii=False)
