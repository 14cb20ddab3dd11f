"""The book in further formats, each made from the finished pages: what stands on a page stands in all of them.

    python -m formats zip     the whole book as one file that opens from a folder, without a server
    python -m formats epub    an EPUB 3 for each language, with MathML
    python -m formats pdf     a PDF for each language, printed by Chromium
    python -m formats downloads   put what was made beside the pages, with links to it

They read docs/_build/html, so build the book first (`nox -s docs`), and write to docs/_build/formats. The
notebooks, one for each page, are written into the pages themselves by docs/build.py (`formats.notebooks`).

`pages` reads the finished pages as trees of elements; each format is a module that says what becomes of them. To
add a format, write such a module and name its `write` in `formats.__main__`.
"""
