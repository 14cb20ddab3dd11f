"""What differs between two builds is named."""

from __future__ import annotations

import pytest

from formats.twice import differences


@pytest.fixture
def builds(tmp_path):
    for name in ("one", "other"):
        (tmp_path / name / "en").mkdir(parents=True)
        (tmp_path / name / "en" / "page.html").write_text("<p>the same</p>", "utf-8")
        (tmp_path / name / ".buildinfo").write_text(name, "utf-8")
    return tmp_path / "one", tmp_path / "other"


def test_two_builds_that_are_the_same_have_no_differences(builds):
    assert differences(*builds) == []


@pytest.mark.parametrize("name", ["en/page.html", "en/new.html", "image.png"])
def test_a_file_that_is_not_the_same_is_named(builds, name):
    (builds[1] / name).write_bytes(b"<p>an address: 0x7f</p>")
    assert differences(*builds) == [name]
    assert differences(*reversed(builds)) == [name]
