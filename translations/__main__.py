"""`python -m translations`: print what is wrong in the translations, and phrases that are not English.

The exit code is 1 if anything is.
"""

from __future__ import annotations

from translations import calques, chinese, terms
from translations.gate import ROOT, findings, judge, messages, read_exceptions


def main() -> int:
    """Check every message."""
    exceptions = read_exceptions()
    glossary = terms.read(ROOT / "docs" / "glossary.csv", exceptions.phrases, exceptions.also)
    every = list(messages())
    english = [*calques.in_texts(ROOT), *calques.in_library(every)]
    wrong = [*judge(findings(every, glossary), exceptions), *chinese.unneeded(every), *english]
    for line in wrong:
        print(line)
    print(f"{len(every)} messages, {len(wrong)} to mend")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
