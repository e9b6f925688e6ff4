"""What CONTRIBUTING, CITATION and CHANGELOG say is true and well formed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import torch
import yaml

import zij

ROOT = Path(__file__).parents[2]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
CITATION: dict[str, Any] = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))


def test_files_that_contributors_are_sent_to_exist() -> None:
    named = set(re.findall(r"`((?:[\w-]+/)+[\w.-]*|[\w-]+\.(?:md|toml|py))`", CONTRIBUTING))
    assert len(named) > 25
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_names_that_contributors_are_sent_to_exist() -> None:
    for name, file in {
        "MODELS": "zij/actions/_pairs/encoder.py",
        "FORMS": "corpora/exchange/forms.py",
        "Form": "zij/cli/corpus/export.py",
        "RULES": "tests/explain/test_lrp.py",
    }.items():
        assert f"`{name}`" in CONTRIBUTING and f"`{file}`" in CONTRIBUTING
        assert re.search(rf"^{name}\b.* = ", (ROOT / file).read_text("utf-8"), re.M), (name, file)


def test_the_rule_that_contributors_are_shown_conserves_relevance() -> None:
    (block,) = re.findall(r"^```python\n(.*?)^```", CONTRIBUTING, re.M | re.S)
    found: dict[str, Any] = {}
    exec(compile(block, "CONTRIBUTING.md", "exec"), found)
    layers = [layer.weight.detach().abs() for layer in found["network"] if hasattr(layer, "weight")]
    fires = found["network"][:2](torch.ones(1, 4)) > 0
    middle = layers[1] * found["network"][:2](torch.ones(1, 4)).abs()
    seeds = torch.eye(2) @ (middle / middle.sum(1, keepdim=True).clamp(min=1e-9)).detach()
    slow = (seeds * fires) @ (layers[0] / layers[0].sum(1, keepdim=True))
    torch.testing.assert_close(found["relevance"], slow)


def test_the_citation_follows_its_form() -> None:
    """The fields of the Citation File Format 1.2.0 that are used, with their types; the rest is told."""
    texts = {
        "title",
        "message",
        "abstract",
        "journal",
        "notes",
        "doi",
        "status",
        "version",
        "license",
        "type",
    }
    numbers = {"volume", "issue", "start", "end", "year"}
    assert CITATION["cff-version"] == "1.2.0" and CITATION["type"] == "software"
    assert CITATION["version"] == zij.__version__ and CITATION["license"] == "MIT"
    for work in (CITATION, *CITATION["references"]):
        assert {"title", "authors", "type"} <= set(work)
        assert all(isinstance(work[name], str) and work[name] for name in texts & set(work))
        assert all(isinstance(work[name], int) for name in numbers & set(work))
        assert set(work) <= texts | numbers | {
            "cff-version",
            "authors",
            "references",
            "keywords",
            "date-released",
        }
        for author in work["authors"]:
            assert set(author) in ({"name"}, {"family-names", "given-names"})
    for work in CITATION["references"]:
        assert work["type"] == "article" and work.get("status", "preprint") == "preprint"
        assert re.fullmatch(r"10\.\d{4,9}/[A-Za-z0-9:/_;\-.()\[\]\\]+", work["doi"])


def test_what_the_front_page_cites_is_in_the_citation() -> None:
    cited = re.findall(r"https://doi\.org/(\S+?)\)", (ROOT / "README.md").read_text("utf-8"))
    assert len(cited) >= 2
    assert set(cited) <= {work["doi"] for work in CITATION["references"]}


def test_the_newest_changes_are_those_of_this_version() -> None:
    """Each change stands under a heading that says of what kind it is."""
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## \[?(.+?)\]?(?: - .*)?$", text, re.M)
    assert versions[0] == "Unreleased" or versions[0].startswith(zij.__version__)
    released = re.search(rf"^## \[?{re.escape(zij.__version__)}\]? - (\d{{4}}-\d\d-\d\d)$", text, re.M)
    dated = CITATION.get("date-released")
    assert str(dated or "") == (released[1] if released else ""), "the day stands in both or in none"
    kinds = set(re.findall(r"^### (.+)$", text, re.M))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"} and kinds
