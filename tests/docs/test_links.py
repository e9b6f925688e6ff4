"""Every link in the prose of the project leads somewhere: to a file, a heading in it, or well formed out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("docs", "notebooks", "benchmarks", "tables/weights")
PROSE = sorted(
    [
        *ROOT.glob("*.md"),
        *(p for f in FOLDERS for p in (ROOT / f).rglob("*") if p.suffix in (".md", ".ipynb")),
    ]
)
LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
BARE = re.compile(r"<(https?://[^>\s]+)>")
MADE = ROOT / "docs" / "examples"  # by the build, from docs/gallery


def prose(path: Path) -> str:
    """The text without code; of a notebook that of its cells of prose."""
    text = path.read_text("utf-8")
    if path.suffix == ".ipynb":
        cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown"]
        text = "\n\n".join("".join(cell["source"]) for cell in cells)
    text = re.sub(r"^( *)(```+|~~~+).*?^\1\2 *$", "", text, flags=re.M | re.S)
    return re.sub(r"`[^`\n]*`", "", text)


def links(path: Path) -> Iterator[str]:
    """Targets of all links and pictures."""
    yield from LINK.findall(prose(path))
    yield from BARE.findall(prose(path))


def anchors(path: Path) -> set[str]:
    """What a link may name in a page: its headings, as GitHub names them, and labels."""
    found: dict[str, int] = {}
    names = set()
    text = re.sub(r"^```.*?^```$", "", path.read_text("utf-8"), flags=re.M | re.S)
    for heading in re.findall(r"^#+ +(.+?) *$", text, re.M):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        names.add(slug + (f"-{found[slug]}" if slug in found else ""))
        found[slug] = found.get(slug, 0) + 1
    return names | set(re.findall(r"^\(([\w-]+)\)=$", text, re.M))


def wrong(path: Path, target: str) -> str:
    """What is wrong with a link, "" if nothing is."""
    if re.match(r"[a-z][a-z0-9+.-]*:", target):
        parts = urlsplit(target)
        if parts.scheme == "mailto":
            return "" if "@" in parts.path else "is no address"
        fine = parts.scheme == "https" and re.fullmatch(r"[\w-]+(\.[\w-]+)+(:\d+)?", parts.netloc)
        return "" if fine else "is no address on the web that begins with https"
    name, _, anchor = target.partition("#")
    to = (path.parent / unquote(name)).resolve() if name else path
    if not to.is_relative_to(ROOT):
        return "leads out of the project"
    if to.is_relative_to(MADE):
        stem = to.relative_to(MADE).with_suffix("").as_posix()
        source = "GALLERY_HEADER.rst" if stem == "index" else f"{stem}.py"
        return "" if (ROOT / "docs" / "gallery" / source).is_file() else "is no page of the gallery"
    if not to.exists():
        return "is not there"
    if anchor and to.suffix == ".md" and anchor not in anchors(to):
        return "names no heading of that page"
    return ""


def test_links_are_found_and_judged(tmp_path: Path) -> None:
    page = ROOT / "docs" / "index.md"
    text = '[a](b.md) ![p](c.png "t") [x [y] z](d.md#e) <https://example.org/f>\n`[no](no.md)`\n```\n[n](n.md)\n```\n'
    (tmp_path / "page.md").write_text(text)
    assert list(links(tmp_path / "page.md")) == ["b.md", "c.png", "d.md#e", "https://example.org/f"]
    assert wrong(page, "nowhere.md") == "is not there"
    assert wrong(page, "figures.md#no-such-heading") == "names no heading of that page"
    assert wrong(page, "http://example.org") and wrong(page, "https://example")
    assert wrong(page, "examples/plot_nothing.rst") == "is no page of the gallery"
    assert wrong(page, "../../elsewhere.md") == "leads out of the project"
    assert not wrong(page, "figures.md#reading") and not wrong(page, "https://doi.org/10.1126/sciadv.adj1719")


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(path: Path) -> None:
    told = [f"{target}: {said}" for target in links(path) if (said := wrong(path, target))]
    assert not told, "; ".join(told)
