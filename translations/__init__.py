"""The gate for translations: what every message of the book and of the library must hold in both languages.

    python -m translations

prints each finding with its place and ends with 1 if there is any; `nox -s translations` runs it too. The
messages are those of the PO files under docs/locale and every `Text` in src/. The checks: `chinese` (translated, with
Chinese and no English in it, spaced by one convention), `markup` (the same formulas, roles, links, code and emphasis on
both sides) and `terms` (as docs/glossary.csv says). What is right in spite of a check stands in exceptions.toml, with
its reason.

To add a check, write a function from a `Message` to descriptions of what is wrong and name it in
`translations.gate.CHECKS`.
"""
