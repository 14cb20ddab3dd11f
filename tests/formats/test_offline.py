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


def test_the_text_of_a_page_keeps_the_anchors_and_loses_what_is_not_read():
    said = offline.text_of(
        '<p>frame</p><article><section id="a" class="x"><h1>One<a class="headerlink" href="#a">#</a></h1><div><p>反'
        '<em>向</em></p></div></section><div id="eq"><math><semantics><mi>z</mi><annotation>\\zeta</annotation>'
        "</semantics></math></div><svg><g></g></svg><table><tr id='none'><td>1</td><td>2</td></tr></table></article>"
    )
    assert said == '<section id="a"> One 反向 </section><div id="eq">z</div> 1 2'
    assert offline.text_of("<p>no article</p>") == ""


def test_each_search_page_has_the_text_of_the_pages_beside_it(pages, tmp_path):
    for way in ("en", "zh"):
        (pages / way / "search.html").write_text("<head></head>", "utf-8")
    (pages / "download").mkdir()
    (pages / "download" / "bpderive.zip").write_bytes(b"an older one")
    files = dict(offline.files(pages))
    assert not any("download" in name for name in files)
    assert "The end" in files["bpderive/en/passages.js"].decode()
    assert "结束" in files["bpderive/zh/passages.js"].decode()


def test_nothing_is_fetched_by_a_script():
    page = '<head>\n  <link rel="preload" href="a.woff2" as="font" crossorigin>\n<link rel="next" href="b.html"></head>'
    assert offline.offline("page.html", page.encode()) == b'<head>\n<link rel="next" href="b.html"></head>'
    assert offline.offline("other.js", b"{ }") == b"{ }"
    search = offline.offline("search.html", b"<head></head>")
    assert search == b'<head><script src="passages.js"></script>\n</head>'


def test_the_same_pages_give_the_same_bytes(pages, tmp_path):
    [first] = offline.write(pages, tmp_path / "one")
    for path in pages.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    [again] = offline.write(pages, tmp_path / "two")
    assert first.read_bytes() == again.read_bytes()
