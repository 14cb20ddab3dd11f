"""`python -m formats FORMAT`: make the book in another format from the finished pages, and say where it is."""

from __future__ import annotations

import argparse
from importlib import import_module

from formats.pages import HTML, OUT

FORMATS = {
    "card": "formats.card",
    "downloads": "formats.downloads",
    "epub": "formats.epub",
    "pdf": "formats.pdf",
    "zip": "formats.offline",
}
"""The module of each format; it has a function `write`, and is imported only when it is asked for."""


def main() -> int:
    """Make what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("format", choices=sorted(FORMATS))
    asked = parser.parse_args().format
    if not (HTML / "index.html").exists():
        raise SystemExit("There are no pages yet. Build the book first: nox -s docs")
    good = True
    module = import_module(FORMATS[asked])
    for path in module.write(HTML, OUT):
        print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
        if path.suffix == ".epub":
            wrong = module.check(path)
            told = {None: "epubcheck is not installed: not checked", "": "epubcheck has nothing against it"}
            print(told.get(wrong, wrong))
            good = good and not wrong
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
