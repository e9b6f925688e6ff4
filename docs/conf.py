"""How the documentation is built: `make docs` writes it into build/docs, without a network."""

from __future__ import annotations

import zij

project = "zij"
author = "The zij developers"
copyright = author  # noqa: A001 - Sphinx asks for this name
version = release = zij.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_ext", "gallery"]
language = "en_GB"

myst_heading_anchors = 4  # a link to a heading is written as on GitHub

sphinx_gallery_conf = {
    "examples_dirs": ["gallery"],
    "gallery_dirs": ["examples"],  # written by the build, never committed
    "abort_on_example_error": True,
    "download_all_examples": False,
    "write_computation_times": False,
    "show_memory": False,
}

html_theme = "furo"
html_title = "zij"
html_static_path = ["_static"]
html_css_files = ["zij.css"]
html_show_sourcelink = False
html_copy_source = False
