"""The ZIP file of the book: everything in one folder, fit for pages that are opened without a server."""

from __future__ import annotations

import os
import zipfile

from formats import offline


def test_the_whole_book_is_in_one_folder(pages, tmp_path):
    (pages / "index.html").write_text("<p>start</p>", "utf-8")
    (pages / "en" / ".buildinfo").write_text("not a page", "utf-8")
    [made] = offline.write(pages, tmp_path / "out")
    with zipfile.ZipFile(made) as archive:
        names = archive.namelist()
        assert archive.read("bpderive/index.html") == b"<p>start</p>"
    assert {"bpderive/en/index.html", "bpderive/zh/end.html", "bpderive/en/_static/mark.svg"} <= set(names)
    assert all(name.startswith("bpderive/") and "buildinfo" not in name for name in names)


def test_nothing_is_fetched_by_a_script():
    page = '<head>\n  <link rel="preload" href="a.woff2" as="font" crossorigin>\n<link rel="next" href="b.html"></head>'
    assert offline.offline("page.html", page.encode()) == b'<head>\n<link rel="next" href="b.html"></head>'
    options = b"{ SHOW_SEARCH_SUMMARY: true, }"
    assert offline.offline("documentation_options.js", options) == b"{ SHOW_SEARCH_SUMMARY: false, }"
    assert offline.offline("other.js", options) == options


def test_the_same_pages_give_the_same_bytes(pages, tmp_path):
    [first] = offline.write(pages, tmp_path / "one")
    for path in pages.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    [again] = offline.write(pages, tmp_path / "two")
    assert first.read_bytes() == again.read_bytes()
