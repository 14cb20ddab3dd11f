"""docs/build.py: where cells run, and whether the translations are up to date."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest


@pytest.fixture
def script(build_script, monkeypatch, tmp_path):
    monkeypatch.setattr(build_script, "BUILD", tmp_path)
    return build_script


def test_cells_run_in_the_interpreter_of_the_build_whatever_the_user_has_installed(script):
    env = script.environment()
    spec = json.loads((Path(env["JUPYTER_PATH"]) / "kernels" / "python3" / "kernel.json").read_text("utf-8"))
    assert spec["argv"][0] == sys.executable
    from jupyter_client.kernelspec import KernelSpecManager  # reads the environment when it is made

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", env["JUPYTER_PATH"])
        assert KernelSpecManager().get_kernel_spec("python3").argv == spec["argv"]


def test_what_a_slow_cell_prints_comes_in_one_piece(script, tmp_path):
    env = script.environment()
    page = tmp_path / "slow.ipynb"
    cell = nbformat.v4.new_code_cell("import time\nprint(1, end=' ')\ntime.sleep(0.5)\nprint(2)")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), page)
    run = "import nbformat, nbclient, sys; page = nbformat.read(sys.argv[1], 4); "
    run += (
        "nbclient.execute(page, kernel_name='python3', coalesce_streams=False); print(page.cells[0].outputs)"
    )
    done = subprocess.run(
        [sys.executable, "-c", run, page], env=env, check=True, capture_output=True, text=True
    )
    assert done.stdout.count("output_type") == 1
    assert "1 2" in done.stdout


def test_the_languages_of_the_build_are_those_of_the_configuration(script):
    settings = {}
    path = script.DOCS / "conf.py"
    exec(compile(path.read_text("utf-8"), str(path), "exec"), settings | {"__file__": str(path)}, settings)
    assert {folder: name for name, folder, *_ in settings["bpderive_languages"]} == script.LANGUAGES
    assert set(settings["TITLES"]) == set(settings["WORDS"]) == set(script.LANGUAGES.values())


def test_the_lock_file_names_no_registry(script):
    lock = (script.DOCS / "package-lock.json").read_text("utf-8")
    assert "resolved" not in lock
    assert "integrity" in lock


def test_the_first_page_leads_to_every_language_without_a_script(script):
    page = (script.DOCS / "_templates" / "choose-language.html").read_text("utf-8")
    assert all(f'<a href="{folder}/index.html"' in page for folder in (*script.LANGUAGES, "both"))


CATALOGUE = """
msgid ""
msgstr ""
"Project-Id-Version: PROJECT VERSION\\n"
"Language: zh_CN\\n"
"POT-Creation-Date: 2026-01-01 00:00+0000\\n"
"Content-Type: text/plain; charset=utf-8\\n"

#, fuzzy, python-brace-format
msgid "one"
msgstr "一"

#, python-format
msgid "two"
msgstr "二"

"""


def test_a_catalogue_is_kept_free_of_dates_and_guesses(script):
    tidy = script.tidy(CATALOGUE)
    assert "2026" not in tidy
    assert "PROJECT" not in tidy
    assert "format" not in tidy
    assert "#, fuzzy\nmsgid" in tidy
    assert tidy.startswith("msgid")
    assert tidy.endswith('二"\n')
    assert script.tidy(tidy) == tidy


@pytest.fixture
def pages(script, monkeypatch, tmp_path):
    """What the English pages say at present, in place of Sphinx: page -> messages."""
    said = {"index": ["one", "two"], "sub/page": ["three"]}

    def extract(target):
        for page, messages in said.items():
            write_catalogue(target / f"{page}.pot", messages)
        return True

    monkeypatch.setattr(script, "extract_messages", extract)
    monkeypatch.setattr(script, "install_node_packages", lambda: None)
    folder = tmp_path / "locale" / "zh_CN" / "LC_MESSAGES"
    for page, messages in said.items():
        write_catalogue(folder / f"{page}.po", messages)
    write_catalogue(folder / "sphinx.po", ["Search"])
    return said


def write_catalogue(path, messages):
    path.parent.mkdir(parents=True, exist_ok=True)
    entries = [f'msgid "{message}"\nmsgstr ""\n' for message in messages]
    path.write_text("\n".join(['msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n', *entries]))


def test_catalogues_that_hold_what_the_pages_say_are_up_to_date(script, pages, tmp_path):
    assert script.stale_translations(tmp_path / "locale") == []


@pytest.mark.parametrize(
    ("page", "messages"),
    [("index", ["one"]), ("index", ["one", "two", "new"]), ("index", ["one", "changed"]), ("new", ["four"])],
)
def test_a_catalogue_that_lags_behind_its_page_is_named(script, pages, tmp_path, page, messages):
    pages[page] = messages
    assert script.stale_translations(tmp_path / "locale") == [f"zh_CN/LC_MESSAGES/{page}.po"]


def test_a_catalogue_without_a_page_is_named(script, pages, tmp_path):
    write_catalogue(tmp_path / "locale" / "zh_CN" / "LC_MESSAGES" / "gone.po", ["old"])
    assert script.stale_translations(tmp_path / "locale") == ["zh_CN/LC_MESSAGES/gone.po"]
