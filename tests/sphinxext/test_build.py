"""docs/build.py: where cells run and where their results are kept."""

from __future__ import annotations

import json
import sys
from pathlib import Path

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


def test_results_of_another_library_are_thrown_away(script, monkeypatch):
    first = script.cells_folder()
    first.mkdir(parents=True)
    assert script.cells_folder() == first
    assert first.is_dir()
    monkeypatch.setattr(script, "source_hash", lambda without: "another")
    assert script.cells_folder() != first
    assert not first.exists()


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
