"""The gate for translations lets good messages through and stops wrong ones."""

from __future__ import annotations

import re

import pytest

from translations import calques, habits, lengths
from translations.chinese import latin, spaced, translated, unneeded
from translations.gate import ROOT, findings, judge, messages, read_exceptions
from translations.markup import same, shown
from translations.messages import Message, of_catalogue, of_source
from translations.terms import Glossary, Term, as_agreed

GLOSSARY = Glossary(
    (
        Term("error", "误差"),
        Term("output error", "输出误差"),
        Term("output", "输出"),
        Term("output layer", "输出层"),
        Term("layer", "层"),
        Term("hidden layer", "隐藏层", ("隐含层",)),
        Term("kink", "不可导点", ("拐点",)),
        Term("inflection point", "拐点"),
        Term("bias", "偏置", ("偏移量",)),
        Term("matrix", "矩阵"),
        Term("sigmoid", "S 型（sigmoid）"),
    ),
    phrases=("error message",),
    also={"layer": ("层数",)},
)

GOOD = [
    ("The error $\\delta^l_j$ of a *hidden* layer", "**隐藏**层的误差 $\\delta^l_j$"),
    ("See {eq}`eq-29` and [the proof](#proof-bp2).", "见 {eq}`eq-29` 和[证明](#proof-bp2)。"),
    ("{count} of 100 networks, `net.w`", "100 个网络中的 {count} 个，见 `net.w`"),
    ("$a = b$", "$a = b$"),
    ("in {proof}`BP2`, as {numref}`fig-first` shows", "如{numref}`fig-first` 所示，在 {proof}`BP2`里"),
    ('**12.** "The sum." Is it?', "**12.** “求和。”是吗？"),
    ("12,000 examples and 0.5", "12000 个样本与 0.5"),
]


def wrong_with(message: Message) -> list[str]:
    return [
        what
        for check in (translated, same, shown, spaced, lambda message: as_agreed(message, GLOSSARY))
        for what in check(message)
    ]


@pytest.mark.parametrize(("en", "zh"), GOOD)
def test_a_good_translation_passes(en, zh):
    assert wrong_with(Message("here", en, zh)) == []


@pytest.mark.parametrize(
    ("check", "en", "zh", "told"),
    [
        (translated, "A sentence", "", "no Chinese side"),
        (translated, "", "一句话", "no English side"),
        (translated, "A sentence", "A sentence", "no Chinese character"),
        (same, "the weight $w^l_{jk}$", "权重 $w^l_{kj}$", "w^l_{kj}"),
        (same, "the weight $w^l_{jk}$", "权重", "only the English"),
        (same, "see {eq}`eq-29`", "见 {eq}`eq-30`", "eq-30"),
        (same, "see {eq}`eq-29`", "见 {ref}`eq-29`", "ref:eq-29"),
        (same, "see [there](a.md)", "见[那里](b.md)", "b.md"),
        (same, "the code `net.w`", "代码 `net.b`", "net.b"),
        (same, "{count} networks", "{number} 个网络", "{number}"),
        (same, "an *error* of 4", "误差为 4", "emphasized"),
        (same, "in 1986", "1968 年", "1968"),
        (same, "First the sum", "1. 求和", "list_item"),
        (shown, "**Note:** here", "**注意：**这里", "**"),
        (shown, "*all* of them", "*全部*", "italics"),
        (shown, "1. One output", "1. 一个输出", "begins like a list"),
        (shown, "`code` here", "`代码 这里", "`"),
        (spaced, "x", "第3层", "space is missing"),
        (spaced, "x", "权重$w$", "space is missing"),
        (spaced, "x", "权重 和偏置", "between Chinese"),
        (spaced, "x", "权重， 偏置", "full-width punctuation"),
        (spaced, "x", "权重,偏置", "full-width"),
        (spaced, "x", "权重。偏置: 大", "full-width"),
        (spaced, "x", "这是权重.", "full-width"),
        (spaced, "x", "权重 (即 $w$ 的值)", "brackets"),
        (spaced, "x", '所谓"权重"', "quotation"),
        (spaced, "x", "权重  $w$", "one space"),
    ],
)  # fmt: skip
def test_a_wrong_translation_is_found(check, en, zh, told):
    assert any(told in what for what in check(Message("here", en, zh)))


@pytest.mark.parametrize(
    ("en", "zh", "told"),
    [
        ("the error", "错误", ["“error” is 误差 in Chinese"]),
        ("the errors of a matrix", "矩阵的误差", []),
        ("two matrices", "两个方阵", ["“matrix” is 矩阵 in Chinese"]),
        ("the hidden layer", "隐含层", ["“hidden layer” is 隐藏层 in Chinese", "隐含层 is not used"]),
        ("the last layer", "隐藏层", []),  # a hidden layer is a layer
        ("the output", "输出层", ["“output” is 输出 in Chinese"]),  # an output layer is not an output
        ("the output error", "输出的误差", ["“output error” is 输出误差 in Chinese"]),
        ("a kink", "拐点", ["“kink” is 不可导点 in Chinese", "拐点 is not used"]),
        ("a kink is no inflection point", "不可导点不是拐点", []),
        ("the bias", "偏移量", ["“bias” is 偏置 in Chinese", "偏移量 is not used"]),
        ("no such word here", "偏移量", ["偏移量 is not used"]),
        ("an error message", "出错信息", []),
        ("the number of layers, a layer", "层数", []),
        ("the sigmoid", "S 型函数", []),
        ("a terror", "恐怖", []),
    ],
)
def test_terms_are_matched_as_words(en, zh, told):
    found = list(as_agreed(Message("here", en, zh), GLOSSARY))
    assert len(found) == len(told)
    assert all(part in what for part, what in zip(told, found, strict=True))


def test_the_messages_of_a_catalogue_are_read_with_their_marks(tmp_path):
    path = tmp_path / "page.po"
    path.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "one"\nmsgstr "一"\n\n#, fuzzy\nmsgid "two"\nmsgstr "二"\n\nmsgid "three"\nmsgstr ""\n',
        "utf-8",
    )
    one, two, three = of_catalogue(path, "page.po")
    assert (one.where, one.en, one.zh) == ("page.po:4", "one", "一")
    assert list(translated(one)) == []
    assert "fuzzy" in next(translated(two))
    assert "no Chinese side" in next(translated(three))


def test_the_texts_of_a_source_are_read_as_they_are_written():
    source = (
        'a = Text("one", "一")\nb = Text(en=f"{n} of " "two", zh="二：{m}")\n'
        'c = Text(name, name)\nd = Text(*parts)\ne = Text("three", zh)\nf = nodes.Text("no")\n'
    )
    made = {message.where: (message.en, message.zh) for message in of_source(source, "s")}
    assert made == {"s:1": ("one", "一"), "s:2": ("{0} of two", "二：{m}"), "s:5": ("three", "")}


def test_an_exception_covers_what_it_names_and_is_reported_when_nothing_is_left(tmp_path):
    path = tmp_path / "exceptions.toml"
    entry = '[[exception]]\ncheck = "whole"\nenglish = "ReLU"\nwhat = "no Chinese"\nwhy = "a name"\n'
    path.write_text(entry, "utf-8")
    exceptions = read_exceptions(path)
    name, other = Message("here", "ReLU", "ReLU"), Message("there", "Tanh", "tanh")
    assert list(judge(findings([name], GLOSSARY), exceptions)) == []
    [left] = judge(findings([name, other], GLOSSARY), exceptions)
    assert left.startswith("there: [whole]")
    [unused] = judge(findings([], GLOSSARY), exceptions)
    assert "nothing is left" in unused
    path.write_text(entry.replace("a name", " "), "utf-8")
    with pytest.raises(ValueError, match="gives no reason"):
        read_exceptions(path)


def test_the_messages_are_those_of_the_book_and_of_the_library():
    """`python -m translations` judges them."""
    assert {message.where.split("/")[0] for message in messages()} == {"docs", "src"}


@pytest.mark.parametrize(
    ("english", "phrase"),
    [
        ("the derivative of the cost by a weight", "by a weight"),
        ("Whoever adds up must choose.", "Whoever"),
        ("How it works is told below.", "is told"),
        ("In the cell stands an attempt.", "In the cell stands"),
        ("the pass back costs more", "pass back"),
        ("It is no function of the weights.", "is no function"),
        ("so that one can see it; one would like to", "one can"),
    ],
)
def test_a_phrase_that_is_not_english_is_found_with_its_line(english, phrase):
    first, *_ = calques.found("page.md", f"# Title\n\n{english}\n")
    assert first.startswith("page.md:3: [calque]")
    assert phrase in first


def test_code_and_plain_english_are_no_calques():
    text = "As it stands, there is no derivative by construction.\n\n```python\nwhoever = 1\n```\n\n`whoever` knows.\n"
    assert list(calques.found("page.md", text)) == []


def test_prose_is_looked_at_between_directives_and_in_them():
    page = "```{equation} BP1\n```\n\nwhoever\n\n```{solution}\nwhoever\n```\n\n```python\nwhoever\n```\n\nwhoever\n"
    assert [line.split(":")[1] for line in calques.found("page.md", page)] == ["4", "7", "14"]


def test_each_calque_says_what_is_better(tmp_path):
    path = tmp_path / "calques.toml"
    path.write_text("[[calque]]\npattern = 'whoever'\nbetter = ' '\n", "utf-8")
    with pytest.raises(ValueError, match="what is better"):
        calques.listed(path)


def test_a_calque_of_the_library_is_found_where_it_stands():
    said = [Message("src/a.py:3", "whoever", "谁"), Message("docs/a.po:3", "whoever", "谁")]
    assert [line.partition(" ")[0] for line in calques.in_library(said)] == ["src/a.py:3:1:"]


def test_english_in_a_chinese_sentence_is_found():
    assert list(latin(Message("here", "a", "用 NumPy 的 `lambdify`，见 {place} 与 $\\mathrm{rank}$"))) == []
    [word] = latin(Message("here", "a", "第一个 direction 的误差"))
    assert word.startswith("direction is English")


def test_a_listed_word_that_no_chinese_sentence_has_is_found(tmp_path):
    listed = tmp_path / "latin.txt"
    listed.write_text("# Programs\nNumPy\nlambdify\n", "utf-8")
    [line] = unneeded([Message("here", "a", "用 NumPy 的 `lambdify`")], listed)
    assert "no Chinese sentence has lambdify any more" in line


def test_habits_are_counted_for_a_thousand_characters_page_by_page():
    said = [
        Message("docs/locale/zh_CN/LC_MESSAGES/a.po:3", "a", "它是一个数：$x$。"),
        Message("docs/locale/zh_CN/LC_MESSAGES/a.po:6", "b", "这就是 SymPy"),
        Message("src/bpderive/a.py:3", "c", "向量"),
    ]
    pages = habits.by_page(said)
    assert habits.counted(pages["a"]) == {"它": 125, "一个": 125, "就是": 125, "：": 125}
    assert set(habits.counted(pages["src"]).values()) == {0}


def test_no_habit_is_too_frequent_in_the_book():
    assert habits.main() == 0


def test_prose_is_counted_without_code_formulas_tables_and_exercises():
    page = """---
file_format: mystnb
---

# A heading

Four words, [a link](page.md#place), $x + y$ and {eq}`eq-23`.

(a-label)=

$$
a = \\text{many words in a formula}
$$

| a | table |
|---|---|

```{code-cell} ipython3
print("no prose")
```

```{note}
A note counts.
```

```{admonition} Exercise 1
:class: exercise
What is not counted?
```

```{solution}
This is not.
```
"""
    assert lengths.words(page) == len(
        ["A", "heading", "Four", "words", "a", "link", "and", "A", "note", "counts"]
    )


def test_the_first_reading_is_the_list_on_the_first_page():
    index = (ROOT / "docs" / "index.md").read_text("utf-8")
    listed = [
        page for item in re.findall(r"(?m)^\d+\. .*$", index) for page in re.findall(r"\((.+?)\.md\)", item)
    ]
    assert lengths.first_reading(index) == listed


def test_the_first_reading_is_not_too_long(capsys):
    assert lengths.main() == 0
    assert "the first reading" in capsys.readouterr().out
