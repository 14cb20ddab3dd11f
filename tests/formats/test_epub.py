"""The EPUB: well-formed, complete, the same bytes each time, and epubcheck has nothing against it."""

from __future__ import annotations

import os
import zipfile
from xml.etree import ElementTree

import pytest

from formats import epub

OPF = "{http://www.idpf.org/2007/opf}"


@pytest.fixture
def made(pages, tmp_path):
    return epub.write(pages, tmp_path / "out")


def test_there_is_one_for_each_language_and_every_document_is_xml(made):
    assert [path.name for path in made] == ["bpderive-en.epub", "bpderive-zh.epub"]
    for path in made:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith((".xhtml", ".opf", ".xml", ".svg")):
                    ElementTree.fromstring(archive.read(name))


def test_the_first_file_says_what_it_is_and_is_not_compressed(made):
    with zipfile.ZipFile(made[0]) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert archive.read(first) == b"application/epub+zip"


def test_the_package_lists_every_file_with_what_it_holds_in_the_order_of_reading(made):
    with zipfile.ZipFile(made[1]) as archive:
        package = ElementTree.fromstring(archive.read("book/content.opf"))
        items = {item.get("href"): item for item in package.iter(f"{OPF}item")}
        held = {name.removeprefix("book/") for name in archive.namelist() if name.startswith("book/")}
    assert set(items) == held - {"content.opf"}
    assert items["index.xhtml"].get("properties") == "svg mathml"
    assert items["nav.xhtml"].get("properties") == "nav"
    assert items["fonts/maths.woff2"].get("media-type") == "font/woff2"
    order = [ref.get("idref") for ref in package.iter(f"{OPF}itemref")]
    assert order[-2:] == [items[name].get("id") for name in ("index.xhtml", "end.xhtml")]
    assert "开始" in "".join(package.itertext())


def test_links_lead_to_chapters_and_pictures_are_packed(made):
    with zipfile.ZipFile(made[0]) as archive:
        start = archive.read("book/index.xhtml").decode()
        names = archive.namelist()
    assert 'href="end.xhtml#eq-29"' in start
    [picture] = [name for name in names if name.startswith("book/pictures/")]
    assert f'src="{picture.removeprefix("book/")}"' in start
    assert "form=" not in start
    assert "Hide" not in start


def test_the_same_pages_give_the_same_bytes_whenever_they_were_made(pages, tmp_path):
    first = epub.write(pages, tmp_path / "one")
    for path in pages.rglob("*.html"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    again = epub.write(pages, tmp_path / "two")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    (pages / "en" / "end.html").write_text(
        (pages / "en" / "end.html").read_text("utf-8").replace("end", "and")
    )
    assert epub.write(pages, tmp_path / "three")[0].read_bytes() != first[0].read_bytes()


def test_what_epubcheck_says_is_told(made, tmp_path, monkeypatch):
    jar = tmp_path / "epubcheck"
    jar.write_text('#!/bin/sh\necho "Validating"; echo "ERROR(RSC-005): $1: wrong"; exit 1\n', "utf-8")
    jar.chmod(0o755)
    monkeypatch.setattr(epub, "JARS", ())
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert epub.check(made[0]) == f"ERROR(RSC-005): {made[0]}: wrong"
    jar.write_text("#!/bin/sh\nexit 0\n", "utf-8")
    assert epub.check(made[0]) == ""
    monkeypatch.setenv("PATH", "")
    assert epub.check(made[0]) is None
