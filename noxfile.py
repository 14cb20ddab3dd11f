"""Everything that can be run on this project: `nox -l` lists the sessions, `nox -s NAME` runs one.

A session makes its own environment under .nox/ from a lock file in requirements/ (versions and hashes) and
keeps it for the next time; `nox --reuse-venv=never -s NAME` makes it afresh. What stands after `--` is handed on:

    nox -s tests -- tests/test_network.py -k softmax
    nox -s bench -- --rounds 20

To add a tool: name it in an extra of pyproject.toml and run `nox -s lock`.
"""

import re
import sys
import tempfile
import tomllib
from pathlib import Path

import nox

nox.options.default_venv_backend = "venv"
nox.options.error_on_external_run = True
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "typecheck", "imports", "tests"]

HERE = Path(__file__).parent
BOOK = HERE / "docs" / "_build" / "html"

# Lock file -> what it pins, in the words of `uv pip compile`. Each project environment holds the build backend too.
_WITH_PROJECT = ("pyproject.toml", "--group", "build")
LOCKS: dict[str, tuple[str, ...]] = {
    "bench": (*_WITH_PROJECT, "--extra", "bench"),
    "browser": (*_WITH_PROJECT, "--extra", "browser"),
    "engines": (*_WITH_PROJECT, "--extra", "check", "--extra", "dask", "--extra", "jax"),
    "docs": (*_WITH_PROJECT, "--extra", "docs", "--extra", "digits"),
    "lint": (*_WITH_PROJECT, "--extra", "lint"),
    "peers": (*_WITH_PROJECT, "--extra", "bench", "--extra", "peers"),
    "tests": (*_WITH_PROJECT, "--extra", "tests"),
    "tests-oldest": (*_WITH_PROJECT, "--extra", "check", "--extra", "dask"),
    "typecheck": (*_WITH_PROJECT, "--extra", "typecheck"),
    "lock": ("--group", "lock"),
    "nox": ("--group", "nox"),
}


SIDE_BY_SIDE = ("--numprocesses", "auto", "--dist", "loadgroup")
"""The tests on all cores; those that say so with `xdist_group` stay together."""


FOLDERS = ("cli", "formats", "sphinxext")
FILES = ("benchmarks", "benchmarks_speed", "import", "lab", "mutants", "project", "translations")
OF_LIBRARY = (
    "tests",
    *(f"--ignore=tests/{folder}" for folder in FOLDERS),
    *(f"--ignore=tests/test_{file}.py" for file in FILES),
)
"""The tests of what is computed with SymPy and NumPy: the pages, the command line and the files around are left out."""


ENGINES = ("tests/test_engines.py", "tests/beyond/test_torch.py", "tests/beyond/test_mixing.py")
"""The tests of what is computed by the arrays of other libraries: `engines` has them."""


FEW = ("--few", "3")
"""Three cases of every test, the first and the last among them; `nox -s tests-oldest -- tests` runs all."""


def install(session: nox.Session, lock: str, *, editable: bool = True) -> None:
    """Install what requirements/<lock>.txt pins, and then the project itself, fetching nothing that is not pinned."""
    session.install("--require-hashes", "-r", f"requirements/{lock}.txt")
    if editable:
        session.install("--no-deps", "--no-build-isolation", "--editable", ".")
    else:
        session.install("--no-deps", "--no-build-isolation", "--force-reinstall", ".")


def install_with_peers(session: nox.Session) -> None:
    """The environment with the libraries to compare with; torch is in no lock file, see pyproject.toml."""
    install(session, "peers")
    session.install(*extra("torch"))


def extra(name: str) -> list[str]:
    """What an extra of pyproject.toml asks for."""
    project = tomllib.loads((HERE / "pyproject.toml").read_text("utf-8"))["project"]
    wanted: list[str] = project["optional-dependencies"][name]
    return wanted


@nox.session
def docs(session: nox.Session) -> None:
    """Build the book in both languages, warnings being errors, and print the page to open."""
    install(session, "docs")
    session.run("python", "docs/build.py", *session.posargs)


@nox.session
def scripts(session: nox.Session) -> None:
    """Check style and format of the pages' scripts with Biome."""
    install(session, "docs")
    session.run("python", "docs/build.py", "--check-scripts")


@nox.session(name="docs-live")
def docs_live(session: nox.Session) -> None:
    """Serve the book on this machine and rebuild what changes."""
    install(session, "docs")
    session.run("python", "docs/build.py", "--live", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests and the examples in the docstrings."""
    install(session, "tests")
    without = (f"--ignore={file}" for file in ENGINES)
    session.run("pytest", *(session.posargs or (*SIDE_BY_SIDE, *without)))


@nox.session
def coverage(session: nox.Session) -> None:
    """Run the tests, at half the speed, and report what they do not reach: at least 95 % of the library is wanted."""
    install(session, "tests")
    session.run("pytest", *SIDE_BY_SIDE, "--cov", "--cov-report=term", *session.posargs)


@nox.session
def engines(session: nox.Session) -> None:
    """Run the compiled program on arrays of PyTorch, JAX and Dask, and compare graphs with PyTorch's own layers."""
    install(session, "engines")
    session.install(*extra("torch"))
    session.run("pytest", *ENGINES, *session.posargs)


@nox.session(name="tests-oldest")
def tests_oldest(session: nox.Session) -> None:
    """Run the library's tests, a few cases of each, on the wheel with the oldest SymPy and NumPy that are supported."""
    if sys.version_info >= (3, 13):
        session.error("The oldest supported NumPy has no wheels for this Python; use 3.11 or 3.12.")
    install(session, "tests-oldest", editable=False)
    session.run("pytest", *(session.posargs or (*OF_LIBRARY, *FEW)))


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and format with ruff and the spelling; `nox -s lint -- --fix` corrects what it can of the style."""
    install(session, "lint")
    session.run("python", "-m", "translations.calques")
    session.run("codespell")
    if "--fix" in session.posargs:
        session.run("ruff", "check", "--fix", ".")
        session.run("ruff", "format", ".")
    else:
        session.run("ruff", "check", ".")
        session.run("ruff", "format", "--check", ".")


@nox.session
def typecheck(session: nox.Session) -> None:
    """Check the types, strictly, with mypy."""
    install(session, "typecheck")
    session.run("mypy", *session.posargs)


@nox.session
def imports(session: nox.Session) -> None:
    """Check the import contract: which module may import which (in pyproject.toml)."""
    install(session, "lint")
    session.run("lint-imports", *session.posargs)


@nox.session
def browser(session: nox.Session) -> None:
    """Test the built book in headless Chromium; run `docs` first."""
    if not (BOOK / "index.html").exists():
        session.error(f"There is no book in {BOOK.relative_to(HERE)}. Build it first: nox -s docs browser")
    install(session, "browser")
    session.run("pytest", "tests/browser", *(session.posargs or SIDE_BY_SIDE))


@nox.session
def bench(session: nox.Session) -> None:
    """Measure how long the proofs, the certificates and the gradient take, and print a table."""
    install(session, "bench")
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session(name="bench-speed")
def bench_speed(session: nox.Session) -> None:
    """Measure the compiled gradient beside NumPy by hand and the peers, and write docs/results/speed.json."""
    install_with_peers(session)
    session.run("python", "-m", "benchmarks.speed", *session.posargs)


@nox.session
def mutants(session: nox.Session) -> None:
    """Make every equation wrong in every small way, and show that none of the wrong ones gets through."""
    install(session, "bench")  # the smallest environment that has the library
    session.run("python", "-m", "mutants", *session.posargs)


@nox.session
def fuzz(session: nox.Session) -> None:
    """Judge 5,000 random claims within bounds of time and memory, and hold the verdicts against numbers."""
    install(session, "tests")
    session.run("python", "-m", "tests.fuzz", *session.posargs)


@nox.session(name="bench-accuracy")
def bench_accuracy(session: nox.Session) -> None:
    """Measure the errors of all activations beside jax, torch and scipy, and write docs/results/accuracy.json."""
    install_with_peers(session)
    session.run("python", "-m", "benchmarks.accuracy", *session.posargs)


@nox.session(name="bench-book")
def bench_book(session: nox.Session) -> None:
    """Measure what a reader of the built book waits for, what a page weighs, and how long the building takes."""
    session.install("--require-hashes", "-r", "requirements/browser.txt")
    install(session, "docs")
    session.run("python", "-m", "benchmarks.book", *session.posargs)


@nox.session(name="update-translations")
def update_translations(session: nox.Session) -> None:
    """Bring the Chinese PO files up to date with the English sources."""
    install(session, "docs")
    session.run("python", "docs/build.py", "--update-translations", *session.posargs)


@nox.session
def translations(session: nox.Session) -> None:
    """Check the Chinese of the book and of the library, and that the PO files are up to date."""
    install(session, "docs")
    session.run("python", "-m", "translations")
    session.run("python", "docs/build.py", "--check-translations")


@nox.session
def epub(session: nox.Session) -> None:
    """Make an EPUB 3 for each language, and ask epubcheck where it is installed (needs Java); run `docs` first."""
    session.run("python", "-m", "formats", "epub")


@nox.session(name="zip")
def offline(session: nox.Session) -> None:
    """Make the whole book one ZIP file that opens from a folder without a server; run `docs` first."""
    session.run("python", "-m", "formats", "zip")


@nox.session
def pdf(session: nox.Session) -> None:
    """Print a PDF of the book and of the summary card for each language with headless Chromium; run `docs` first."""
    install(session, "browser")
    session.run("python", "-m", "formats", "pdf")
    session.run("python", "-m", "formats", "card")


@nox.session
def downloads(session: nox.Session) -> None:
    """Put the formats that were made beside the pages, which then link to them; run `epub`, `pdf` and `zip` first."""
    session.run("python", "-m", "formats", "downloads")


@nox.session
def reproducible(session: nox.Session) -> None:
    """Build the book once more in another folder, in one language, and compare every byte; run `docs` first."""
    install(session, "docs")
    session.run("python", "-m", "formats.twice")


@nox.session
def lock(session: nox.Session) -> None:
    """Remake the lock files in requirements/; `nox -s lock -- --upgrade` takes newer versions."""
    session.install("--require-hashes", "-r", "requirements/lock.txt")
    compile_ = ("uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--no-annotate")
    # Extras are kept: for pip before 23.3 a pin of "coverage" is none of "coverage[toml]", and it takes the newest.
    hashes = ("--generate-hashes", "--no-strip-extras", "--custom-compile-command", "nox -s lock")
    with tempfile.TemporaryDirectory() as folder:
        # First everything together, so that a package has one version in all files; then each file within that.
        together, rest, oldest = (Path(folder) / name for name in ("together.txt", "rest.txt", "oldest.txt"))
        together.write_text("".join(sorted(pinned())), "utf-8")
        groups = ("--group", "build", "--group", "lock", "--group", "nox")
        everything = ("pyproject.toml", "--all-extras", *groups)
        session.run(*compile_, *everything, "--output-file", str(together), *session.posargs)
        pins = together.read_text("utf-8").splitlines(keepends=True)
        rest.write_text("".join(pin for pin in pins if not pin.startswith(("numpy==", "sympy=="))), "utf-8")
        oldest.write_text("\n".join(oldest_versions()), "utf-8")
        for name, wanted in LOCKS.items():
            limits = ("-c", str(rest), "-c", str(oldest)) if name == "tests-oldest" else ("-c", str(together))
            session.run(*compile_, *hashes, *wanted, *limits, "--output-file", f"requirements/{name}.txt")


def pinned() -> set[str]:
    """The lines `name==version ; marker` of all lock files but that of the oldest versions."""
    files = (HERE / "requirements" / f"{name}.txt" for name in LOCKS if name != "tests-oldest")
    texts = [file.read_text("utf-8") for file in files if file.exists()]
    return {f"{line}\n" for text in texts for line in re.findall(r"^[a-z][^\\\n]*", text, re.MULTILINE)}


def oldest_versions() -> list[str]:
    """The lower bounds of the runtime dependencies in pyproject.toml, as exact versions: `["numpy==1.26.0", …]`."""
    project = tomllib.loads((HERE / "pyproject.toml").read_text("utf-8"))["project"]
    return [re.sub(r">=\s*([\w.]+).*", r"==\1", dependency) for dependency in project["dependencies"]]
