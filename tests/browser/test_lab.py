"""The machine on the page, under the policy that lets nothing in from elsewhere: it decides as the library does in
Python, can be stopped, does no harm, and where it cannot run the page says what to do."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

import bpderive as bp
from bpderive.cli.book import server
from bpderive.lab import answer
from bpderive.lab.words import in_each
from tests.browser.conftest import HTML, SIZES, Visit, look, watched
from tests.browser.test_pages import violations

pytestmark = pytest.mark.xdist_group("lab")

PAGE = "check-your-own.html"
COLD = 120_000
"""Milliseconds that the machine may take to come on a busy computer."""

CLAIMS = (
    "d(C, b[l,j]) = delta[l,j]",
    "d(C, w[l,j,k]) = a[l-1,k] * delta[l,j]",
    "delta[l,j] = sum(k, w[l+1,k,j] * delta[l+1,k]) * dsigma(z[l,j])",
    "delta[l] = (T(w[l+1]) @ delta[l+1]) * dsigma(z[l])",
    "delta[L,j] = d(C, a[L,j]) * dsigma(z[L,j])",
    "delta[L] = grad(C, a[L]) * dsigma(z[L])",
    "z[l] = w[l] @ a[l-1] + b[l]",
    "a[l,j] = sigma(sum(k, w[l,j,k] * a[l-1,k]) + b[l,j])",
    "jac(z[l+1], z[l]) = w[l+1] @ diag(dsigma(z[l]))",
    "d(a[L,k], z[L,j]) = eq(j,k) * dsigma(z[L,j])",
    "delta[L] = a[L] - y with cost = cross_entropy, sigma = sigmoid",
    "delta[L] = a[L] - y with cost = quadratic, sigma = linear",
    "d(C, a[l,k]) = sum(j, w[l+1,j,k] * delta[l+1,j]) for l < L",
    r"\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)",
    r"\frac{\partial C}{\partial w^l_{jk}} = a^{l-1}_k \delta^l_j",
    r"\delta^L_j = \frac{\partial C}{\partial a^L_j} \sigma'(z^L_j)",
    "delta[l,j] = d(C, a[l,j])",
    "d(C, b[l,j]) = d(C, a[l,j])",
    "delta[l,j] = sum(k, w[l+1,j,k] * delta[l+1,k]) * dsigma(z[l,j])",
    "delta[l,j] = sum(k, w[l+1,k,j] * delta[l+1,k] * dsigma(z[l+1,k]))",
    "delta[l,j] = w[l+1,k,j] * delta[l+1,k] * dsigma(z[l,j])",
    "d(C, w[l,j,k]) = a[l,k] * delta[l,j]",
    "dsigma(z[l,j]) = a[l,j] * (1 - a[l,j])",
    "delta[L] = a[L] - y",
    "delta[L] = a[L] - y with cost = quadratic, sigma = sigmoid",
    "z[l,j] = sum(k, w[l,j,k] * a[l-1,k])",
    r"\delta^l_j = \sum_k w^{l+1}_{kj} \delta^{l+1}_k",
    "a[l,j] = 2",
    "delta[l] = (w[l+1] @ delta[l+1]) * dsigma(z[l])",
    "z[l] = T(w[l]) @ a[l-1] + b[l]",
    "w[l,j,k] = w[l,k]",
    "a[1] = sigma(z[1])",
    "delta[l,j] + w[l] = 0",
    "dW2 = dZ2 @ A1.T / m",
    "dW2 = A1 @ dZ2.T",
    "dZ1 = W2.T @ dZ2 * sigmoid_prime(Z1)",
    "db2 = np.sum(dZ2, axis=1, keepdims=True) / m",
    "d(delta[l,j], z[l,j]) = 1",
    "delta[l,j] = foo(3)",
    "delta[l,j] = d(C, a[l,j",
    r"\delta^l = \alert{1}",
    "__import__('os').system('true') = 1",
    "<img src=x onerror=alert(1)> = 1",
    "delta[l,j] = " + "(" * 400,
)
"""True, false, ill-formed and undecided claims in LaTeX, in one line and in NumPy, and what is refused."""


@pytest.fixture(scope="session")
def guarded() -> Iterator[str]:
    """Where the book is served as `bpderive book` does."""
    with server(HTML) as made:
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{made.server_port}/"
        made.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def rooms(chromium: Browser) -> Iterator[dict[bool, BrowserContext]]:
    """What all tabs share, with scripts and without."""
    made = {
        script: chromium.new_context(java_script_enabled=script, reduced_motion="reduce")
        for script in (True, False)
    }
    yield made
    for context in made.values():
        context.close()


@pytest.fixture
def opened(rooms: dict[bool, BrowserContext], guarded: str) -> Iterator[Callable[..., Visit]]:
    """`opened("en", size="phone", scheme="dark", before="…")` opens the page of the field in a new tab."""
    with contextlib.ExitStack() as stack:

        def opened(
            way: str,
            size: str = "desktop",
            scheme: str = "light",
            before: str = "",
            script: bool = True,
            hash: str = "",
        ) -> Visit:
            made = watched(stack.enter_context(rooms[script].new_page()), guarded)
            look(made.page, size, scheme)
            made.page.add_init_script("localStorage.clear();" + before)
            made.page.goto(f"{guarded}{way}/{PAGE}{hash}")
            return made

        yield opened


@pytest.fixture(scope="session")
def fields(chromium: Browser, guarded: str) -> Iterator[Visit]:
    """Every kind of field on one page in both languages, with one worker for all questions of these tests."""
    width, height = SIZES["desktop"]
    context = chromium.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    made = watched(context.new_page(), guarded)
    pages = [
        (HTML / "both" / name).read_text("utf-8") for name in ("design-your-own.html", "sum-over-paths.html")
    ]
    more = "".join(f"{tag}</div>" for page in pages for tag in FIELD.findall(page))

    def together(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("</article>", f"{more}</article>", 1))

    made.page.route(f"**/{PAGE}", together)
    made.page.goto(f"{guarded}both/{PAGE}")
    made.page.wait_for_selector("#bp-net-ask")
    yield made
    assert made.elsewhere == made.missing == made.said == []
    context.close()


FIELD = re.compile(r'<div class="bp-lab"[^>]* data-lab="(?:activation|network)"[^>]*>')


def expected(claim: str) -> tuple[str, dict[str, str]]:
    """The status and the words of the library in Python."""
    try:
        verdict = bp.check(claim)
    except bp.BpderiveError as error:
        return "refused", in_each(error.__str__)
    return verdict.status, in_each(lambda: str(verdict))


def ask(page: Page, claim: str, status: str) -> None:
    page.fill("#bp-claim", claim)
    page.press("#bp-claim", "Enter")
    expect(page.locator("#bp-verdict")).to_have_attribute("data-status", status, timeout=COLD)


def accessible(page: Page) -> None:
    page.add_style_tag(content="* { transition: none !important }")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert violations(page) == []


def test_claims_are_decided_as_in_python_word_for_word_in_both_languages(fields):
    page = fields.page
    told = page.locator(".bp-lab[data-lab=check] [role=status]")
    for claim in CLAIMS:
        status, said = expected(claim)
        page.fill("#bp-claim", claim)
        page.press("#bp-claim", "Enter")
        expect(told).to_have_text(re.compile(re.escape(said["zh"].split("\n")[-1]) + "$"), timeout=COLD)
        assert told.text_content() == f"{said['en']}\n{said['zh']}", claim
        assert page.get_attribute("#bp-verdict", "data-status") == status, claim
    assert page.locator(".bp-last li").count() == 10
    accessible(page)


HOSTILE = (
    "delta[l,j] = __import__('os').listdir('/')",
    "delta[l,j] = </textarea><script>document.title = 'taken'</script>",
    "delta[l,j] = <img src=x onerror=\"document.title = 'taken'\">",
    r"\delta^l_j = \href{javascript:document.title='taken'}{x}",
    r"\delta^l_j = \includegraphics{http://example.invalid/x.png}",
    "a[l,j] = 9^9^9^9^9^9",
    "delta[l,j] = " + "(" * 100_000,
)


def test_what_is_hostile_is_refused_and_does_nothing(fields):
    page = fields.page
    title = page.title()
    for claim in HOSTILE:
        ask(page, CLAIMS[0], "holds")
        ask(page, claim, "refused")
        assert page.locator("#bp-verdict :is(script, img, a, iframe)").count() == 0
    assert page.title() == title


def test_an_exercise_names_the_first_wrong_line_and_gives_a_hint_on_request(fields):
    page = fields.page
    box = page.locator(".bp-lab[data-lab=exercise]").first
    field, judged = box.locator("textarea"), box.locator(".bp-answer")
    told = box.locator("[role=status]")
    given = json.loads(box.get_attribute("data-given"))

    def write(text: str, status: str) -> dict[str, Any]:
        asked = {"ask": "exercise", "of": given["of"], "using": given["using"], "answer": text}
        found: dict[str, Any] = json.loads(answer(json.dumps(asked)))
        field.fill(text)
        field.press("Control+Enter")
        expect(told).to_have_text(f"{found['said']['en']}\n{found['said']['zh']}", timeout=COLD)
        expect(judged).to_have_attribute("data-status", status)
        return found

    assert field.input_value() == given["attempt"]
    assert write(given["attempt"], "ill-formed")["line"] == 1
    lines = ["d(C, a[l,k]) = sum(j, d(C, z[l+1,j]) * d(z[l+1,j], a[l,k]))"]
    write(lines[0], "unfinished")
    wrong, right = "= sum(j, w[l+1,k,j] * delta[l+1,j])", "= sum(j, w[l+1,j,k] * delta[l+1,j])"
    found = write("\n".join([*lines, wrong, right]), "ill-formed")
    expect(judged).to_contain_text("Line 2 ")
    expect(judged).to_contain_text("第 2 行")
    hint = judged.locator(".bp-hints p").first
    expect(hint).to_be_hidden()
    judged.locator("summary").press("Enter")
    expect(hint).to_have_text(found["hints"][0]["en"])
    accessible(page)
    field.press("Enter")  # begins a line, and asks nothing
    assert field.input_value().count("\n") == 3
    write("\n".join([*lines, right]), "holds")
    accessible(page)


def test_an_activation_is_derived(fields):
    page = fields.page
    for formula in ("z/(1 + abs(z))", "where(z < 0, z/10, z)"):
        found = json.loads(answer(json.dumps({"ask": "activation", "formula": formula})))
        page.locator(".bp-lab[data-lab=activation] textarea").fill(formula)
        page.click("#bp-derive")
        derived = page.locator("#bp-derived")
        steps = sum(len(piece["steps"]) for piece in found["pieces"])
        expect(derived.locator(".bp-step")).to_have_count(steps, timeout=COLD)
        expect(derived).to_have_attribute("data-status", "derived")
        assert derived.locator("figure svg").count() == 1
        rows = derived.locator(".bp-facts tr").all_text_contents()
        assert len(rows) == len(found["facts"])
        assert all(name["zh"] in row for (name, _), row in zip(found["facts"], rows, strict=True))
        assert derived.locator(".eqno").all_text_contents() == ["(BP1)", "(BP2)", "(BP3)", "(BP4)"]
    accessible(page)


def test_a_network_is_changed_and_its_sums_agree_with_the_library(fields):
    page = fields.page
    net = page.locator("#bp-net")

    def computed(count: int) -> None:
        expect(net.locator(".bp-walk p")).to_contain_text(f"{count} ", timeout=COLD)
        expect(net).to_have_attribute("data-status", "computed", timeout=COLD)

    page.click("#bp-net-ask")
    computed(2)
    page.locator(".bp-stepper").first.get_by_role("button").last.click()  # one layer more, of two neurons
    page.select_option("#bp-net-activation", "tanh")
    page.select_option("#bp-net-weight", "2,3,1")
    sizes, weight = (2, 3, 2, 2), (2, 3, 1)
    sums = bp.path_sum(bp.Network(sizes, "tanh"), *weight)
    computed(len(sums.paths))
    page.locator(".bp-lab[data-lab=network] .bp-last > summary").click()
    slider = page.locator("#bp-net-w-3-2-3")
    slider.fill("-1.25")
    expect(slider.locator("+ output")).to_have_text("−1.250")
    expect(page.locator(".bp-lab[data-lab=network] .bp-progress")).to_be_hidden()
    expect(net).to_have_attribute("data-status", "computed")

    def number(*at: object) -> float:
        return float(page.input_value(f"#bp-net-{'-'.join(map(str, at))}"))

    def column(letter: str, layer: int) -> Any:
        return np.array([[number(letter, layer, j, 0)] for j in range(1, sizes[layer - 1] + 1)])

    weights = [
        np.array([[number("w", l, j, k) for k in range(1, m + 1)] for j in range(1, n + 1)])
        for l, (m, n) in enumerate(itertools.pairwise(sizes), start=2)
    ]
    biases = [column("b", l) for l in (2, 3, 4)]
    wanted = bp.reference.backprop(weights, biases, column("x", 1), column("y", 4), activation="tanh")
    layer, j, k = weight
    expect(net).to_have_attribute(
        "data-sum", re.compile(re.escape(f"{wanted.w[0][j - 1, k - 1]:.9f}"[:-1])), timeout=COLD
    )
    assert float(net.get_attribute("data-bp4")) == pytest.approx(wanted.w[layer - 2][j - 1, k - 1], rel=1e-9)
    assert float(net.get_attribute("data-sum")) == pytest.approx(wanted.w[layer - 2][j - 1, k - 1], rel=1e-9)
    net.get_by_role("button").last.click()
    assert page.locator(".bp-net .edge.lit").count() == len(sums.paths[0].neurons)
    accessible(page)


LONG = "sigma(2*z[l,j]) * (1 + sigma(z[l,j])^2) = 2*sigma(z[l,j]) with sigma = tanh"


def test_a_question_is_stopped_in_the_middle_and_the_next_one_is_answered(fields):
    page = fields.page
    ask(page, CLAIMS[0], "holds")
    page.fill("#bp-claim", LONG)
    page.press("#bp-claim", "Enter")
    expect(page.locator("#bp-verdict")).to_have_attribute("data-status", "loading")
    page.locator(".bp-lab[data-lab=check]").get_by_role("button", name="Stop").click()
    expect(page.locator("#bp-verdict")).to_have_attribute("data-status", "stopped")
    assert page.evaluate("document.activeElement.id") == "bp-claim"
    ask(page, CLAIMS[16], "refuted")


@pytest.mark.parametrize(("way", "size", "scheme"), [("en", "desktop", "light"), ("zh", "phone", "dark")])
def test_a_visit(opened, way, size, scheme):
    made = opened(way, size, scheme)
    page = made.page
    fetched = []
    page.on("request", lambda request: fetched.append(request.url))
    page.wait_for_selector("#bp-claim")
    expect(page.locator("#bp-verdict")).to_have_attribute("data-status", "idle")
    assert not any("/lab/files.json" in url for url in fetched)
    # It is stopped while it comes, and can be asked again; all by keyboard.
    page.focus("#bp-claim")
    page.keyboard.type(CLAIMS[16])
    page.keyboard.press("Enter")
    expect(page.locator("#bp-verdict")).to_have_attribute("data-status", "loading")
    expect(page.locator(".bp-lab[data-lab=check] .bp-progress p")).not_to_be_empty()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#bp-verdict")).to_have_attribute("data-status", "stopped")
    accessible(page)
    ask(page, CLAIMS[16], "refuted")
    accessible(page)
    page.click(".bp-repaired")
    assert page.input_value("#bp-claim") == bp.check(CLAIMS[16]).mended
    expect(page.locator("#bp-understood math")).to_be_visible()
    page.click("#bp-ask")
    expect(page.locator("#bp-verdict")).to_have_attribute("data-status", "holds", timeout=COLD)
    accessible(page)
    ask(page, CLAIMS[-3], "refused")
    accessible(page)
    page.locator(".bp-tries button").nth(3).click()
    expect(page.locator("#bp-verdict")).to_have_attribute("data-status", "ill-formed", timeout=COLD)
    page.click(".bp-last summary")
    assert page.locator(".bp-last li").count() == 4
    page.locator(".bp-last > button").click()
    expect(page.locator(".bp-last")).to_have_count(0)
    assert made.elsewhere == made.missing == made.said == []


def test_a_link_carries_a_claim(opened):
    page = opened("en", hash="#check=delta%5BL%5D%20%3D%20a%5BL%5D%20-%20y").page
    page.wait_for_selector("#bp-claim")
    assert page.input_value("#bp-claim") == "delta[L] = a[L] - y"
    assert page.evaluate("document.activeElement.id") == "bp-ask"


@pytest.mark.parametrize("how", ["no WebAssembly", "no worker", "no script", "not built"])
def test_where_it_cannot_run_the_page_says_what_to_do(opened, how):
    before = {"no WebAssembly": "delete globalThis.WebAssembly", "no worker": "delete globalThis.Worker"}.get(
        how, ""
    )
    page = opened("en", before=before, script=how != "no script").page
    if how == "not built":
        page.route("**/lab/files.json", lambda route: route.abort())
        page.fill("#bp-claim", CLAIMS[0])
        page.press("#bp-claim", "Enter")
        expect(page.locator("#bp-verdict")).to_contain_text("bpderive check", timeout=COLD)
        return
    expect(page.locator(".bp-without")).to_contain_text("bpderive book")
    expect(page.locator(".bp-without")).to_be_visible()
    assert page.locator("#bp-claim").count() == 0


def test_a_page_opened_from_a_folder_says_what_to_do(chromium):
    context = chromium.new_context()
    page = context.new_page()
    page.goto((HTML / "zh" / PAGE).as_uri())
    expect(page.locator(".bp-without")).to_be_visible()
    expect(page.locator(".bp-without")).to_contain_text("bpderive book")
    assert page.locator("#bp-claim").count() == 0
    context.close()


def test_a_page_without_a_field_brings_nothing_of_it(opened):
    page = opened("en").page
    page.wait_for_load_state("networkidle")
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(page.url.replace(PAGE, "index.html"), wait_until="load")
    assert fetched
    assert not any("lab" in url for url in fetched)
