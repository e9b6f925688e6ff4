"""What a deposit says about making it again: commands to be taken literally, and what they cannot do."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from zij.corpora.exchange.leaf import Leaf
from zij.corpora.exchange.options import Options
from zij.corpora.exchange.pairset import read_pairs
from zij.files import sha256

__all__ = ["Comparison", "comparison_of", "remaking"]

_USUAL_TOP = 2000
_NAMED = 20


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison whose pairs are deposited.

    Attributes
    ----------
    pages : tuple of two Leaf
        Its two pages, such as A-one and B-two.
    facts : mapping
        The contents of its `explanation.json`; empty where that is not at hand.
    """

    pages: tuple[Leaf, Leaf]
    facts: Mapping[str, Any]

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What it depended on."""
        found = self.facts.get("parameters")
        return found if isinstance(found, dict) else {}

    @property
    def by_digits(self) -> bool:
        """Whether the bigram network was asked, of which all options are known."""
        return bool(self.facts.get("model", "bigram") == "bigram")

    def wrote(self, leaf: Leaf) -> bool:
        """Whether a page is as the comparison wrote it, as far as that is recorded."""
        files = self.facts.get("files")
        known = files.get(leaf.path.name) if isinstance(files, dict) else None
        corrected = leaf.path.with_suffix(".cells.csv").is_file()
        return not corrected and (known is None or known == sha256(leaf.path))


def comparison_of(leaves: Sequence[Leaf], pair_files: Sequence[Path]) -> Comparison | None:
    """The comparison that wrote these pages and pairs; None if they are not those of one alone.

    Pages that were corrected since are none of it.

    Parameters
    ----------
    leaves : sequence of Leaf
        The pages.
    pair_files : sequence of Path
        The files of pairs (`*.jsonld`) that go with them.

    Returns
    -------
    Comparison or None
    """
    if len(pair_files) != 1 or pair_files[0].name != "pairs.jsonld" or len(leaves) != 2:
        return None
    if not any(read_pairs(pair_files[0]).among(leaves)):
        return None
    a, b = sorted(leaves, key=lambda leaf: leaf.stem)
    if not (a.stem.startswith("A-") and b.stem.startswith("B-")):
        return None
    try:
        facts = json.loads(pair_files[0].with_name("explanation.json").read_text("utf-8"))
    except (OSError, ValueError):
        facts = {}
    found = Comparison((a, b), facts if isinstance(facts, dict) else {})
    return found if all(map(found.wrote, found.pages)) else None


def remaking(
    leaves: Sequence[Leaf],
    comparison: Comparison | None,
    options: Options,
    *,
    own: str,
    notes: Sequence[str] = (),
    loose_pairs: bool = False,
) -> str:
    """The section "To make it again" of a deposit's README.

    Parameters
    ----------
    leaves : sequence of Leaf
        The pages.
    comparison : Comparison or None
        The one that wrote them.
    options : Options
        What the user says about the deposit.
    own : str
        Name and hash of the digit model that comes with zij.
    notes : sequence of str
        Files of a corpus that stand beside the readings, which no reading gives again.
    loose_pairs : bool
        Whether there are pairs that no single comparison explains.

    Returns
    -------
    str
        Markdown that ends with a line break.
    """
    first, source = _readings(leaves, comparison, own, anew=not notes and not loose_pairs)
    at_hand = first or all(leaf.image is not None for leaf in leaves)
    export = ["zij", "corpus", "export", source, "-o", "again", *_stated(options, at_hand=bool(at_hand))]
    lines = [*first, shlex.join(export), "cd again && sha256sum -c ../manifest-sha256.txt"]
    where = "The images are in `images`." if options.copy_images else (
        "Put the images that `images.csv` names into a folder `images`; their SHA-256 tells whether they are "
        "the same."
    )  # fmt: skip
    steps = [f"Install zij {version('zij')} (Python 3.11 or newer).", *([where] if at_hand else [])]
    steps.append("Say in this folder:")
    numbered = "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))
    commands = "".join(f"   {line}\n" for line in lines)
    left = [f"`{name}`" for name in notes] + ["`pairs`"] * loose_pairs
    said = [_promise(comparison, options, left, source), _corrected(leaves)]
    if not first and (machine := sum(leaf.head.source == "machine" for leaf in leaves)):
        said.append(_read_anew(machine, len(leaves)))
    text = "\n\n".join(filter(None, said))
    return f"## To make it again\n\n{numbered}\n\n   ```sh\n{commands}   ```\n\n{text}\n"


def _readings(
    leaves: Sequence[Leaf], comparison: Comparison | None, own: str, *, anew: bool
) -> tuple[list[str], str]:
    """The command that makes the readings again, if one does; and the folder where they then lie."""
    if comparison is not None:
        pages = [
            f"images/{leaf.image_name}"
            if comparison.parameters.get(f"{side}_input") == "image"
            else f"page/{leaf.stem}.xml"
            for side, leaf in zip("ab", comparison.pages, strict=True)
        ]
        words = ["zij", "compare", *pages, "-o", "read", "--images", "images", *_asked(comparison)]
        return [shlex.join(words)], "read"
    if anew and all(_is_read_anew(leaf, own) for leaf in leaves):
        return ["zij annotate images/* -o read"], "read"
    return [], "page"


def _is_read_anew(leaf: Leaf, own: str) -> bool:
    """Whether `zij annotate` alone makes this reading, under this name."""
    named = leaf.image_name.rpartition(".")[0] == leaf.stem
    return leaf.head.source == "machine" and leaf.head.model == own and named


def _asked(comparison: Comparison) -> list[str]:
    """Options of the comparison that were not the usual ones, as far as they are known."""
    words = []
    top = comparison.parameters.get("top", _USUAL_TOP)
    if top != _USUAL_TOP:
        words += ["--top", str(top)]
    if comparison.parameters.get("only_tables"):
        words.append("--only-tables")
    if not comparison.by_digits:
        words += ["--model", str(comparison.facts["model"])]
    return words


def _stated(options: Options, *, at_hand: bool) -> list[str]:
    """The options of the export."""
    words = ["--format", "deposit", "--profile", options.profile]
    words += ["--images", "images"] if at_hand else []
    words += ["--copy-images"] if options.copy_images else []
    pairs = [("--title", options.title), *(("--author", author) for author in options.authors)]
    pairs += [("--date", options.date), ("--licence", options.licence)]
    pairs += [("--image-licence", options.image_licence)]
    pairs += [("--model-card", "model-card.md" if options.model_card else "")]
    return words + [word for name, text in pairs if text for word in (name, " ".join(text.split()))]


def _promise(comparison: Comparison | None, options: Options, left: Sequence[str], source: str) -> str:
    """What the commands give."""
    same = "On the versions that `parameters.json` names"
    if comparison is not None and not comparison.by_digits:
        return (
            "Add the options of the comparison that stand under `parameters` in `pairs/explanation.json`. "
            f"{same} every file then comes out the same, and the last command says so of each."
        )
    if options.profile == "transkribus" and (comparison is not None or source == "page"):
        return (
            "Texts and boxes come out the same. The profile transkribus has no place for parameters and "
            "other possible digits; files that depend on these differ."
        )
    if left:
        return (
            f"{same} the readings come out the same. Not made again: {', '.join(left)}, and so the last "
            "command misses them and complains of the files that list them (`README.md`, "
            "`ro-crate-metadata.json`)."
        )
    return (
        f"{same} every file comes out the same, and the last command says so of each; on others, last "
        "decimals may differ."
    )


def _corrected(leaves: Sequence[Leaf]) -> str:
    """Which readings are people's."""
    human = [leaf.stem for leaf in leaves if leaf.head.source != "machine"]
    if not human:
        return ""
    names = f"{', '.join(human[:_NAMED])}{', ...' if len(human) > _NAMED else ''}"
    return (
        f"Readings that are not the machine's alone cannot be made from the images; they stand in `page` as "
        f"they were corrected or imported ({len(human)} of {len(leaves)}: {names})."
    )


def _read_anew(machine: int, count: int) -> str:
    """How to have the machine's readings anew."""
    those = "These readings are" if machine == count else f"{machine:,} of {count:,} readings are"
    return (
        f"{those} the machine's. `zij annotate images/* -o anew` reads the images again, with `--weights` "
        "where another digit model than zij's own is named above, and `--split` where a page is half an "
        "image."
    )
