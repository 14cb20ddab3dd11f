"""Finding something in the book: search, links between the pages, and a page that is not there."""

from __future__ import annotations

import csv
import functools
import http.server
import threading
from pathlib import Path

import pytest

from tests.browser.conftest import HTML, WAYS

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.csv"
TERMS = [
    (term["english"], term["chinese"]) for term in csv.DictReader(GLOSSARY.read_text("utf-8").splitlines())
]

# What the search page does with a query, without opening the page anew for each.
FIND = """(queries) => queries.map((query) => {
  const found = Search._performSearch(...Search._parseQuery(query));
  return found.sort((a, b) => b[4] - a[4]).map(([page, title, anchor]) => `${page}.html${anchor || ""} ${title}`);
})"""


@pytest.fixture(scope="session")
def find(chromium, address):
    """`find(way, queries)`: what the search page of each way of reading finds; each is opened once."""

    @functools.cache
    def opened(way):
        page = chromium.new_page()
        page.goto(f"{address}{way}/search.html")
        page.wait_for_function("typeof Search !== 'undefined' && Search.hasIndex()")
        return page

    def find(way, queries):
        return dict(zip(queries, opened(way).evaluate(FIND, queries), strict=True))

    return find


@pytest.mark.parametrize("way", WAYS)
def test_search_finds_every_term_of_the_glossary_in_both_languages(find, way):
    queries = [term for pair in TERMS for term in pair]
    assert len(queries) > 160
    found = find(way, queries)
    assert [
        query for query in queries if not any("glossary.html#term-" in place for place in found[query])
    ] == []


@pytest.mark.parametrize("way", WAYS)
def test_search_finds_equations_by_number_and_letters_by_name(find, way):
    found = find(way, ["BP2", "(53)", "53", "bp1a", "delta", "δ", "sigma", "nabla"])
    assert found["BP2"][-1].startswith("four-equations.html#eq-bp2") or "eq-bp2" in found["BP2"][0]
    for number in ("(53)", "53"):
        assert any("#eq-53 " in place for place in found[number])
    assert any("#eq-bp1a" in place for place in found["bp1a"])
    for name in ("delta", "δ"):
        assert any("notation.html#letter-delta-l-j" in place for place in found[name])
    assert any("#letter-sigma" in place for place in found["sigma"])
    assert any("#letter-nabla-a-capital-c" in place for place in found["nabla"])


OTHER_LETTERS = [
    "dZ",
    "dW",
    "db",
    "dZ[l]",
    "W[l]",
    "W^{[l]}",
    "W^[l]",
    "W^{(l)}",
    "δ^{(l)}",
    "g_j",
    "e_h",
    "w_ji",
]
LAYOUTS = ["row vector", "numerator layout", "denominator layout", "分子布局", "分母布局", "行向量"]


@pytest.mark.parametrize("way", WAYS)
def test_search_leads_from_the_letters_of_other_books_to_what_is_said_of_them(find, way):
    found = find(way, [*OTHER_LETTERS, *LAYOUTS, "z", "w", "delta", "δ"])
    for query in OTHER_LETTERS + LAYOUTS:
        assert any(place.startswith("conventions.html#") for place in found[query][:5]), found[query][:5]
    for ours in ("z", "w", "delta", "δ"):
        assert not found[ours][0].startswith("conventions.html#")


WORDS_OF_LEARNERS = {
    "convolution": ("rot180", "卷积核", "stride"),
    "recurrence": ("BPTT", "backpropagation through time", "随时间反向传播", "LSTM"),
    "shortcuts": ("残差", "residual", "skip connection", "ResNet"),
    "layers-that-mix": ("批归一化", "层归一化", "注意力", "batch norm", "layer norm", "attention", "softmax"),
    "decay-dropout-curvature": ("dropout", "权重衰减", "weight decay", "Hessian"),
}
"""What somebody types who looks for one of the chapters beyond layers."""


@pytest.mark.parametrize("way", WAYS)
def test_search_leads_from_the_words_of_learners_to_the_chapter_or_the_question(find, way):
    found = find(way, [word for words in WORDS_OF_LEARNERS.values() for word in words])
    for page, words in WORDS_OF_LEARNERS.items():
        for word in words:
            assert any(place.startswith((page, "questions")) for place in found[word][:5]), found[word][:5]


def test_each_example_on_the_search_page_finds_something(visit, find):
    page = visit("both/search.html").page
    examples = page.locator(".bp-examples a").all_inner_texts()
    assert len(examples) == 5
    found = find("both", examples)
    assert all(found.values())
    page.locator(".bp-examples a").last.click()
    page.wait_for_url("**/search.html?q=delta")
    page.locator("#search-results li a").first.wait_for()


@pytest.mark.parametrize("way", WAYS)
def test_search_by_keyboard_alone(visit, way):
    page = visit(f"{way}/index.html").page
    page.keyboard.press("Control+k")
    page.keyboard.type("BP2")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=BP2*")
    first = page.locator("#search-results li a").first
    first.wait_for()
    first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/*.html*#*")
    assert f"/{way}/" in page.url


def test_the_glossary_is_reached_from_the_first_use_of_a_term(visit):
    page = visit("both/four-equations.html").page
    page.locator("a.bp-term").first.click()
    page.wait_for_url("**/glossary.html#term-*")
    assert page.evaluate("document.querySelector(':target').tagName") == "TR"


@pytest.fixture(scope="session")
def host():
    """The book in a folder of a host that shows its own page for what it does not have."""

    class Host(http.server.SimpleHTTPRequestHandler):
        def translate_path(self, path):
            return super().translate_path(path.removeprefix("/book"))

        def send_error(self, code, message=None, explain=None):
            body = (HTML / "404.html").read_bytes()
            self.send_response(code)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format, *args):
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Host, directory=HTML))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/book/"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "asked", ["zh/four-equation.html", "en/some/deep/four_equations.htm", "four-equations"]
)
def test_a_page_that_is_not_there_leads_to_what_is_like_it(chromium, host, asked):
    context = chromium.new_context()
    page = context.new_page()
    assert page.goto(host + asked).status == 404
    for folder in ("en", "zh"):
        near = page.locator(f"[data-folder={folder}] ul.near a").first
        assert near.get_attribute("href").endswith(f"/book/{folder}/four-equations.html")
    for link in page.eval_on_selector_all("a", "all => all.map((a) => a.href)"):
        assert page.request.get(link).status == 200
    context.close()


def test_a_page_that_is_like_none_leads_to_the_first_page(chromium, host):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(host + "zh/xyzzy.html")
    assert page.locator("ul.near").first.is_hidden()
    page.locator("[data-folder=zh] a").nth(0).click()
    assert page.url.endswith("/book/zh/index.html")
    context.close()
