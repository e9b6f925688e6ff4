"""How the documentation is built: `make docs` writes it into build/docs, without a network."""

from __future__ import annotations

import sys
from pathlib import Path

import zij

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

for made in (HERE / "examples").glob(
    "*plot_*"
):  # pages of scripts that are no longer there, from an earlier build
    if not (HERE / "gallery" / f"{made.name.partition('.')[0]}.py").is_file():
        made.unlink()

project = "zij"
author = "The zij developers"
copyright = author
version = release = zij.__version__

extensions = [
    "commands",
    "myst_parser",
    "numpydoc",
    "rooms",
    "sphinx.ext.autodoc",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_ext", "gallery"]
language = "en_GB"
smartquotes = False  # or options would lose their hyphens

default_role = "py:obj"  # a name in single backticks is code, and a link where it is described
add_module_names = False
autodoc_preserve_defaults = True
autodoc_typehints_format = "short"
maximum_signature_line_length = 88
numpydoc_show_class_members = False  # autodoc lists them
toc_object_entries = False

myst_heading_anchors = 4  # a link to a heading is written as on GitHub

sphinx_gallery_conf = {
    "examples_dirs": ["gallery"],
    "gallery_dirs": ["examples"],  # written by the build, never committed
    "within_subsection_order": "FileNameSortKey",
    "abort_on_example_error": True,
    "download_all_examples": False,
    "write_computation_times": False,
    "show_memory": False,
}

html_theme = "furo"
html_title = "zij"
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#7a4b00",
        "color-brand-content": "#7a4b00",
        "color-brand-visited": "#7a4b00",
        "color-api-name": "#7a4b00",
        "color-api-pre-name": "#7a4b00",
    },
    "dark_css_variables": {
        "color-brand-primary": "#e8b45a",
        "color-brand-content": "#e8b45a",
        "color-brand-visited": "#e8b45a",
        "color-api-name": "#e8b45a",
        "color-api-pre-name": "#e8b45a",
    },
}
html_static_path = ["_static"]
html_css_files = ["zij.css"]
html_show_sourcelink = False
html_copy_source = False
