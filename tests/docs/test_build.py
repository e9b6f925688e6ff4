"""The documentation builds without a warning, shows every command and option, and needs no network.

The scripts of the gallery are run by another test, and of the pages of rooms some are built; all take too
long for a test. `make docs` builds everything.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import typer.main

import zij
from zij.cli import app

ROOT = Path(__file__).parents[2]
API = ROOT / "docs" / "reference" / "api"
BUILT = ("index", "front", "corpus", "plots", "readings", "scan", "layout", "store", "ground")


class Links(HTMLParser):
    """Ids of a page, what it links to, and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        own = {name: value or "" for name, value in attributes}
        self.ids |= {own.get("id", "")}
        if tag == "a":
            self.links.append(own.get("href", ""))
        elif tag == "link" and own.get("rel") in ("stylesheet", "icon", "preload"):
            self.loaded.append(own.get("href", ""))
        self.loaded += [own[name] for name in ("src", "srcset", "poster") if name in own]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built pages."""
    home = tmp_path_factory.mktemp("docs")
    for path in ROOT.iterdir():
        if path.name != "docs" and not path.name.startswith("."):
            (home / path.name).symlink_to(path)
    rooms = [path.name for path in API.glob("*.rst") if path.stem not in BUILT]

    def left_out(folder: str, names: list[str]) -> list[str]:
        return rooms if Path(folder) == API else [n for n in names if n in ("examples", "__pycache__")]

    shutil.copytree(ROOT / "docs", home / "docs", ignore=left_out)
    index = home / "docs" / "reference" / "api" / "index.rst"
    names = "|".join(re.escape(Path(room).stem) for room in rooms)
    index.write_text(re.sub(rf"^   (?:{names})\n", "", index.read_text("utf-8"), flags=re.M), "utf-8")
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "sphinx",
            "-W",
            "--keep-going",
            "-q",
            "-D",
            "plot_gallery=0",
            "-D",
            "suppress_warnings=image.not_readable",
            "docs",
            "built",
        ],
        cwd=home,
        env={**os.environ, "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return home / "built"


def pages(built: Path) -> dict[Path, Links]:
    return {path: Links(path.read_text("utf-8")) for path in sorted(built.rglob("*.html"))}


def test_nothing_is_loaded_from_the_web_and_links_lead_somewhere(built: Path) -> None:
    found = pages(built)
    for path, page in found.items():
        for address in [*page.loaded, *page.links]:
            parts = urlsplit(address)
            if parts.scheme in ("https", "mailto") and address not in page.loaded:
                continue
            if picture := re.search(r"/sphx_glr_(\w+?)_(?:\d+|thumb)\.png$", address):
                assert (ROOT / "docs" / "gallery" / f"{picture[1]}.py").is_file(), f"{path.name}: {address}"
                continue  # made when the script runs
            assert not parts.scheme or parts.scheme == "data", f"{path.name}: {address}"
            to = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert to.is_file(), f"{path.name}: {address} is not there"
            if parts.fragment and to in found:
                known = found[to].ids
                assert unquote(parts.fragment) in known, f"{path.name}: {address} names nothing"
    styles = "".join(path.read_text("utf-8") for path in built.rglob("*.css"))
    assert not re.search(r"@import|url\(\s*['\"]?https?:", styles)


def every_option() -> Iterator[tuple[str, Any, Any]]:
    """Name of the command, parameter and its default as the help shows it."""
    program = typer.main.get_command(app)
    waiting = [("zij", program, program.context_class(program, info_name="zij"))]
    while waiting:
        name, command, context = waiting.pop(0)
        for parameter in command.params:
            yield name, parameter, parameter.get_help_record(context)
        for word, below in getattr(command, "commands", {}).items():
            inner = below.context_class(below, info_name=word, parent=context)
            waiting.append((f"{name} {word}", below, inner))


def test_every_option_has_its_page_with_its_default(built: Path) -> None:
    """What stands behind an option on its page is the help text, and the default of the help."""
    html = "".join(path.read_text("utf-8") for path in (built / "reference" / "commands").glob("*.html"))
    shown = {
        name: text
        for head, text in re.findall(
            r'(<dt class="sig[^"]*" id="cmdoption-.*?</dt>)\s*<dd>(.*?)</dd>', html, re.S
        )
        for name in re.findall(r'(?:id|href)="#?cmdoption-([\w-]+)"', head)
    }
    count = 0
    for name, parameter, record in every_option():
        if parameter.param_type_name != "option":
            continue
        count += 1
        long = min(parameter.opts, key=len).lstrip("-")  # the first that the help shows
        text = shown[f"{name.replace(' ', '-')}-{long}"]
        plain = " ".join(unescape(re.sub(r"<[^>]+>", "", text)).split())
        told = " ".join(str(parameter.help).replace("`", "").split())
        assert plain.startswith(told), (name, long, plain)
        facts, default = plain[len(told) :].strip(), re.search(r"\[default: ([^;\]]*)", record[1])
        if default:
            assert facts.startswith(f"Default: {default[1]}"), (name, long, facts)
        elif "[required]" in record[1]:
            assert facts == "Required.", (name, long, facts)
        else:
            assert facts.startswith(("Off by default", "May be left out")), (name, long, facts)
    assert count > 120


def test_every_name_of_the_front_door_is_described(built: Path) -> None:
    described = set()
    for path in (built / "reference" / "api").glob("*.html"):
        described |= Links(path.read_text("utf-8")).ids
    homes = {
        name: getattr(zij, name).__module__
        for name in zij.__all__
        if name not in ("actions", "corpus", "plots")
    }
    for name, home in homes.items():
        assert {f"zij.{name}", f"{home}.{name}"} & described, name
    assert {f"zij.corpus.{name}" for name in zij.corpus.__all__} <= described
    assert {f"zij.plots.{name}" for name in zij.plots.__all__} <= described


def test_every_room_has_its_page() -> None:
    text = "".join(path.read_text("utf-8") for path in API.glob("*.rst"))
    rooms = set(re.findall(r"^\.\. room:: ([\w.]+)$", text, re.M))
    packages = {
        ".".join(["zij", *path.parent.relative_to(ROOT).parts])
        for room in ("tables", "similarity", "explain", "corpora")
        for path in (ROOT / room).rglob("__init__.py")
        if not path.parent.name.startswith("_")
        and any(p.name != "__init__.py" and not p.name.startswith("_") for p in path.parent.glob("*.py"))
    }
    assert rooms == packages
