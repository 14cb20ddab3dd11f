"""The files around the library agree with one another: README, sessions, versions, lock files."""

import json
import re
import tomllib
from importlib.metadata import distributions, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from sympy import atan

import bpderive
from bpderive.functions.activations import Activation, z

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
README = (ROOT / "README.md").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
NAME = r"([\w.-]+)(?:\[[\w, -]+\])?"
"""A package in a lock file, perhaps with an extra of it, as in coverage[toml]."""
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def sessions() -> dict[str, str]:
    """The nox sessions and their docstrings, read from the source: nox need not be installed."""
    source = (ROOT / "noxfile.py").read_text("utf-8")
    pattern = r'@nox\.session(?:\(name="([\w-]+)"\))?\ndef (\w+)\(.*\n    """(.*)'
    return {name or function: docstring for name, function, docstring in re.findall(pattern, source)}


def pins(lock: str | Path) -> dict[str, set[str]]:
    """The versions of each package that a lock file pins; more than one when they depend on the interpreter."""
    versions: dict[str, set[str]] = {}
    for name, number in re.findall(rf"^{NAME}==([^\s;]+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE):
        versions.setdefault(name, set()).add(number)
    return versions


def test_every_session_is_read():
    assert len(sessions()) == (ROOT / "noxfile.py").read_text("utf-8").count("@nox.session")


@pytest.mark.parametrize("name", sessions())
def test_a_session_has_a_docstring_of_one_line(name):
    assert re.fullmatch(r'[A-Z][^"]+\."""', sessions()[name])


def test_contributing_lists_exactly_the_sessions():
    listed = re.findall(r"^\| `([\w-]+)` \|", CONTRIBUTING, re.MULTILINE)
    assert sorted(listed) == sorted(sessions())


def test_the_commands_of_the_documents_name_sessions():
    workflows = (".github/workflows/book.yml", ".github/workflows/check.yml")
    for document in ("README.md", "CONTRIBUTING.md", ".ci/run", *workflows):
        text = (ROOT / document).read_text("utf-8")
        named = re.findall(r"nox -s ((?:[a-z][\w-]*[ `]?)+)", text)
        assert {word for words in named for word in re.findall(r"[\w-]+", words)} <= set(sessions())


@pytest.mark.parametrize("document", [README, CONTRIBUTING])
def test_the_files_that_a_document_links_to_exist(document):
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", document)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_the_code_in_readme_runs_and_prints_what_readme_says(capsys):
    checks, uses, _ = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    found, proof = re.findall(r"```(?:text)?\n(\S.*?)```", README, re.DOTALL)[-2:]
    names: dict[str, object] = {}
    exec(compile(checks, "README.md", "exec"), names)
    assert capsys.readouterr().out == found
    exec(compile(uses, "README.md", "exec"), names)
    assert capsys.readouterr().out.startswith(proof)


def test_the_activation_in_readme_can_be_declared():
    *_, declaration = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    arctan = eval(declaration, {"Activation": Activation, "Text": bpderive.Text, "atan": atan, "z": z})
    assert bpderive.Network((2, 3, 2), activation=arctan).activation_of(2, 1) is arctan


def test_one_version_everywhere():
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert bpderive.__version__ == version("bpderive") == PROJECT["version"]
    assert re.search(r"^version: (.*)$", citation, re.MULTILINE)[1] == PROJECT["version"]
    assert re.search(r"^## (\S+)", changelog, re.MULTILINE)[1] == PROJECT["version"]


def test_the_library_needs_sympy_and_numpy_only():
    assert {re.match(r"\w+", dependency)[0] for dependency in PROJECT["dependencies"]} == {"sympy", "numpy"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_file_has_hashes_and_no_address(lock):
    text = lock.read_text("utf-8")
    entries = re.split(r"^(?=[\w-])", text, flags=re.MULTILINE)[1:]
    assert entries
    assert all(
        re.match(rf"{NAME}==\S+[^\n]*\\\n    --hash=sha256:[0-9a-f]{{64}}", entry) for entry in entries
    )
    assert "://" not in text
    assert not re.search(r"^\s*-", re.sub("--hash=", "", text), re.MULTILINE)


def test_what_is_needed_with_an_extra_is_pinned_with_it():
    # pip before 23.3 does not take "coverage==1" for a pin of "coverage[toml]": it finds a newer one, without a hash.
    wanted = set()
    for found in distributions():
        if found.name.lower() in pins("requirements/tests.txt"):
            needs = [Requirement(text) for text in found.requires or ()]
            wanted |= {
                f"{need.name}[{','.join(sorted(need.extras))}]"
                for need in needs
                if need.extras and (need.marker is None or need.marker.evaluate({"extra": ""}))
            }
    assert "coverage[toml]" in wanted
    lock = (ROOT / "requirements" / "tests.txt").read_text("utf-8")
    assert {name for name in wanted if f"\n{name}==" not in lock} == set()


def test_the_lock_file_of_the_book_has_hashes_and_no_address():
    packages = json.loads((ROOT / "docs" / "package-lock.json").read_text("utf-8"))["packages"]
    fetched = [package for place, package in packages.items() if place]
    assert fetched
    assert all(package["integrity"] and "resolved" not in package for package in fetched)


def test_a_package_has_the_same_versions_in_all_lock_files():
    found: dict[str, set[str]] = {}
    for lock in LOCKS:
        if lock.stem != "tests-oldest":
            for name, versions in pins(lock).items():
                assert found.setdefault(name, versions) == versions, f"{name} in {lock.name}"


def test_the_oldest_versions_are_the_lower_bounds():
    oldest = pins("requirements/tests-oldest.txt")
    for dependency in PROJECT["dependencies"]:
        name, bound = dependency.split(">=")
        assert oldest[name] == {bound}
