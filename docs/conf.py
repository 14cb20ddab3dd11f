"""Sphinx's configuration of the book; docs/build.py runs it once for each language."""

import os
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

HERE = Path(__file__).parent

project = "bpderive"
author = "The bpderive contributors"
language = "en"
extensions = ["myst_nb", "sphinx_copybutton", "bpderive.sphinxext"]
exclude_patterns = ["_build", "node_modules", "_templates", "jupyter_execute"]
templates_path = ["_templates"]
nitpicky = True

# Text: MyST Markdown, translated by PO files; formulas are not translated.
myst_enable_extensions = ["amsmath", "attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4
locale_dirs = ["locale"]
gettext_compact = False
gettext_uuid = False
gettext_location = False
numfig = True
math_numfig = False

# Cells: run once for all languages, anew when the library changes; build.py says where their results are kept.
nb_execution_mode = "cache"
nb_execution_cache_path = os.environ.get("BPDERIVE_CELLS", str(HERE / "_build" / "cells"))
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_render_markdown_format = "myst"
nb_merge_streams = True

# Pages. No date, no path and no address of another host is written into them.
html_theme = "sphinx_book_theme"
html_static_path = ["_static"]
html_css_files = ["book.css"]
html_js_files = [(name, {"defer": "defer"}) for name in ("book.js", "copy.js", "explain.js")]
html_favicon = "_static/mark.svg"
html_copy_source = False
html_use_index = False
html_show_sourcelink = False
html_show_sphinx = False
html_permalinks_icon = "#"
html_math_renderer = "bpderive"
html_context = {"default_mode": "auto"}
html_sidebars = {"**": ["book-title.html", "search-button-field.html", "sbt-sidebar-nav.html"]}
html_theme_options = {
    "navbar_persistent": [],
    "article_header_start": ["toggle-primary-sidebar.html", "where-you-are.html"],
    "article_header_end": ["language-switch.html", "article-header-buttons.html"],
    "use_download_button": False,
    "use_fullscreen_button": False,
    "footer_content_items": ["book-footer.html"],
    "back_to_top_button": False,
    "show_toc_level": 2,
}
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_selector = "div.cell_input pre, div.highlight-console pre, div.highlight-python pre"

bpderive_node = str(HERE)
bpderive_variants = "../mutants/results.json"  # what became of the wrong variants of each equation
bpderive_speed = "results/speed.json"  # what `nox -s bench-speed` measured
bpderive_accuracy = "results/accuracy.json"  # the errors measured by `nox -s bench-accuracy`
bpderive_pages = ["activations", "costs"]  # a page for each declaration
bpderive_languages = [("en", "en", "English", "EN"), ("zh_CN", "zh", "中文", "中文")]

TITLES = {"en": "Backpropagation, derived", "zh_CN": "反向传播：从推导到代码"}
# myst-nb and the theme take these words from the configuration and not from a catalogue of messages.
WORDS = {
    "zh_CN": {
        "nb_code_prompt_show": "显示此单元格",
        "nb_code_prompt_hide": "隐藏此单元格",
        "search_bar_text": "搜索全书…",
        "toc_title": "本页内容",
    },
    "en": {"search_bar_text": "Search the book…", "toc_title": "On this page"},
}


def speak(app: Sphinx, config: Config) -> None:
    """Set the words that the configuration holds in the language of this build."""
    words = WORDS[config.language]
    config["html_title"] = TITLES[config.language]
    for name, word in words.items():
        if name.startswith("nb_"):
            config[name] = word
        else:
            config["html_theme_options"][name] = word


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("config-inited", speak, priority=1)
