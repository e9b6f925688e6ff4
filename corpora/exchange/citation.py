"""How a deposit is to be cited: CITATION.cff.

Citation File Format 1.2.0, https://doi.org/10.5281/zenodo.5171937.
"""

from __future__ import annotations

import json
import re
from importlib.metadata import version

from zij.corpora.exchange.options import NOT_STATED, Options

__all__ = ["citation"]

# Of the names that the format knows (SPDX), those that deposits of data bear; any other is said in words.
_LICENCES = re.compile(
    r"CC0-1\.0|CC-BY(-NC)?(-SA|-ND)?-[34]\.0|ODbL-1\.0|ODC-By-1\.0|PDDL-1\.0|OGL-UK-3\.0|MIT|Apache-2\.0"
)


def citation(options: Options) -> str:
    """The file's text; authors, licence and date are given only where the user states them.

    Parameters
    ----------
    options : Options
        `title`, `authors`, `date`, `licence`, `image_licence`.

    Returns
    -------
    str
    """
    lines = [
        "cff-version: 1.2.0",
        "message: If you use these readings, please cite them with this file.",
        "type: dataset",
        f"title: {_quoted(options.title or 'Readings of tables')}",
        "authors:",
        *(_author(author) for author in options.authors or (NOT_STATED,)),
    ]
    if _LICENCES.fullmatch(options.licence):
        lines.append(f"license: {options.licence}")
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", options.date):
        lines.append(f"date-released: {options.date}")
    said = (
        f"Licence of the readings: {options.licence or NOT_STATED}. "
        f"Licence of the images: {options.image_licence or NOT_STATED}."
    )
    lines.append(f"abstract: {_quoted(said)}")
    lines += [
        "references:",
        "  - type: software",
        "    title: zij",
        f"    version: {_quoted(version('zij'))}",
        "    authors:",
        '      - name: "The zij developers"',
    ]
    return "\n".join(lines) + "\n"


def _author(name: str) -> str:
    """A person as "Family, Given"; a body or a lone name as it stands."""
    family, comma, given = (part.strip() for part in name.partition(","))
    if not comma:
        return f"  - name: {_quoted(name)}"
    return f"  - family-names: {_quoted(family)}\n    given-names: {_quoted(given)}"


def _quoted(text: str) -> str:
    """Text in YAML's double quotation marks, which are JSON's for what can be printed."""
    return json.dumps("".join(c if c.isprintable() else " " for c in text), ensure_ascii=False)
