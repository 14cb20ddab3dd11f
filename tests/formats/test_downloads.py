"""The files beside the pages: linked where they are, named where they are not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from formats import downloads, epub, offline
from formats.pages import LANGUAGES

ROOT = Path(__file__).parents[2]

NAMES = ("bpderive-en.pdf", "bpderive-zh.epub", "bpderive.zip")
CODE = '<code class="docutils literal notranslate"><span class="pre">{}</span></code>'
PAGE = (
    "<article class='bd-article'><p>"
    + " ".join(map(CODE.format, NAMES))
    + " <code>x.pdf</code></p></article>"
)


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "formats"
    folder.mkdir()
    (folder / "print-en.xhtml").write_text("not to be given away", "utf-8")
    return folder


def test_there_is_a_link_to_each_file_that_was_made_and_to_no_other(pages, out):
    (pages / "en" / downloads.PAGE).write_text(PAGE, "utf-8")
    (out / "bpderive-en.pdf").write_bytes(b"x" * 1_250_000)
    (out / "bpderive.zip").write_bytes(b"zip")
    copies = downloads.write(pages, out)
    made = (pages / "en" / downloads.PAGE).read_text("utf-8")
    assert {path.name for path in copies} == {path.name for path in (pages / "download").iterdir()}
    assert made.count("<a ") == 2
    for name in ("bpderive-en.pdf", "bpderive.zip"):
        assert f'href="../download/{name}"' in made
        assert (pages / "en" / ".." / "download" / name).is_file()
    assert "1.2\u202fMB" in made
    assert downloads.unlinked(made) == PAGE


def test_what_is_made_no_more_is_linked_no_more(pages, out):
    page = pages / "zh" / downloads.PAGE
    page.write_text(PAGE, "utf-8")
    (out / "bpderive.zip").write_bytes(b"zip")
    downloads.write(pages, out)
    (out / "bpderive.zip").unlink()
    (out / "bpderive-zh.epub").write_bytes(b"epub")
    downloads.write(pages, out)
    assert [path.name for path in (pages / "download").iterdir()] == ["bpderive-zh.epub"]
    assert 'bpderive.zip"' not in page.read_text("utf-8")
    (out / "bpderive-zh.epub").unlink()
    with pytest.raises(SystemExit, match="nox -s epub pdf zip"):
        downloads.write(pages, out)


def test_an_e_book_does_not_change_when_files_stand_beside_the_pages(pages, out):
    before = dict(epub.files(pages / "en", "en"))
    page = pages / "en" / "end.html"
    text = page.read_text("utf-8").replace(
        "</section></article>", f"<p>{CODE.format(NAMES[0])}</p></section></article>"
    )
    page.write_text(text, "utf-8")
    plain = dict(epub.files(pages / "en", "en"))
    page.write_text(downloads.linked(text, {NAMES[0]: 1}), "utf-8")
    assert dict(epub.files(pages / "en", "en")) == plain != before


def test_the_page_names_what_the_formats_make_and_the_workflow_publishes_it():
    page = (ROOT / "docs" / downloads.PAGE).with_suffix(".md").read_text("utf-8")
    made = {f"bpderive-{language}.{kind}" for language in LANGUAGES for kind in ("pdf", "epub")}
    made |= {f"bpderive-card-{language}.pdf" for language in LANGUAGES} | {f"{offline.NAME}.zip"}
    assert set(re.findall("`(bpderive[^`]*)`", page)) == made
    workflow = (ROOT / ".github" / "workflows" / "book.yml").read_text("utf-8")
    (run,) = re.findall(r"nox -s (docs .*)", workflow)
    assert {"docs", "epub", "zip", "pdf"} < set(run.split())
    assert run.split()[-1] == "downloads"
    assert run in workflow.partition("path: docs/_build/html")[0]
    assert set(re.findall(r"nox -s (.*)", page)[0].split()) <= set(run.split())
