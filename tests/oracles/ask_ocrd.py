"""What OCR-D makes of PAGE-XML files: what its model loses of them, and what its validator says.

Run with its packages in the path: ask_ocrd.py FILE... prints one JSON object for each file.
"""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import types
from collections import Counter
from pathlib import Path

from lxml import etree

# The validators of other things would bring sixty packages (Docker, MongoDB, ...) along.
_spec = importlib.util.find_spec("ocrd_validators")
assert _spec is not None and _spec.submodule_search_locations
_package = types.ModuleType("ocrd_validators")
_package.__path__ = list(_spec.submodule_search_locations)
sys.modules["ocrd_validators"] = _package

from ocrd_models.ocrd_page import parseString, to_xml  # noqa: E402
from ocrd_validators.page_validator import PageValidator  # noqa: E402

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE]-?[0-9]+)?")


def elements(root: etree._Element) -> Counter[tuple[object, ...]]:
    """The elements of a file with all that they hold, and the element in which each stands."""
    return Counter(
        (
            etree.QName(parent).localname if (parent := node.getparent()) is not None else "",
            parent.get("id", "") if parent is not None else "",
            etree.QName(node).localname,
            tuple(sorted((name, value(text)) for name, text in node.attrib.items())),
            (node.text or "") if not len(node) else "",
        )
        for node in root.iter()
    )


def value(text: str) -> object:
    """Numbers may be written otherwise."""
    return float(text) if NUMBER.fullmatch(text) else text


def asked(path: Path) -> dict[str, object]:
    data = path.read_bytes()
    page = parseString(data, silence=True)
    before, after = (elements(etree.fromstring(text)) for text in (data, to_xml(page).encode("utf-8")))
    report = PageValidator.validate(ocrd_page=page)  # strict text, coordinates, baselines
    return {
        "file": path.name,
        "elements": before.total(),
        "lost": [list(map(str, one)) for one in (before - after)],
        "invented": [list(map(str, one)) for one in (after - before)],
        "errors": [str(error) for error in report.errors],
        "lines": len(page.get_Page().get_AllTextLines()),
    }


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(json.dumps(asked(Path(name))))  # noqa: T201
