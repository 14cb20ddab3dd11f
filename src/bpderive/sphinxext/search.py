"""Search in Chinese pages: a run of Chinese characters is indexed by its pairs of neighbours, and a query is
split in the same way.

It needs no dictionary, so no term of the book can be missing from one, and it is the same in Python and in
the browser. Words in Latin letters are treated as in English.
"""

from __future__ import annotations

import re

from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUN = re.compile(f"[{_HAN}]+|[^\\W{_HAN}]+")
_CHINESE = re.compile(f"[{_HAN}]+")


def split(text: str) -> list[str]:
    """The terms of `text`: pairs of neighbouring Chinese characters (a lone one by itself), and other words whole."""
    terms: list[str] = []
    for run in _RUN.findall(text):
        if _CHINESE.match(run) and len(run) > 1:
            terms.extend(run[i : i + 2] for i in range(len(run) - 1))
        else:
            terms.append(run)
    return terms


class SearchChinesePairs(SearchEnglish):
    """English search that also knows Chinese."""

    lang = "zh"
    # `split` above, for the browser. A query of three characters finds what holds both its pairs.
    js_splitter_code = f"""
var splitQuery = (query) =>
  (query.match(/[{_HAN}]+|[\\p{{L}}\\p{{N}}_]+/gu) || [])
    .flatMap((run) => run.match(/[{_HAN}]+|[^{_HAN}]+/gu))
    .flatMap((run) =>
      /^[{_HAN}]/u.test(run) && run.length > 1
        ? Array.from(run).slice(0, -1).map((_, i) => run.slice(i, i + 2))
        : [run]);
"""

    def split(self, text: str) -> list[str]:
        """The terms of `text`."""
        return split(text)

    def word_filter(self, word: str) -> bool:
        """Whether a term is worth indexing: every Chinese one, and what is worth it in English."""
        return bool(_CHINESE.match(word)) or super().word_filter(word)


def setup(app: Sphinx) -> None:
    """Use it wherever the language of the pages is Chinese."""
    app.add_search_language(SearchChinesePairs)
