"""`python -m translations`: print what has to be mended in the translations; the exit code is 1 if anything has."""

from __future__ import annotations

from translations import terms
from translations.gate import ROOT, findings, judge, messages, read_exceptions


def main() -> int:
    """Check every message."""
    exceptions = read_exceptions()
    glossary = terms.read(ROOT / "docs" / "glossary.csv", exceptions.phrases, exceptions.also)
    every = list(messages())
    wrong = list(judge(findings(every, glossary), exceptions))
    for line in wrong:
        print(line)
    print(f"{len(every)} messages, {len(wrong)} to mend")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
