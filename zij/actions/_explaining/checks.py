"""The checks behind `zij explain --check`: whether the explanation of the first page can be trusted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zij.actions._explaining.inside import image_subject
from zij.actions._explaining.questions import Question
from zij.actions._explaining.seen import LEVELS
from zij.actions._inputs.sources import Source
from zij.errors import UsageError
from zij.files import write_text

if TYPE_CHECKING:
    from zij.explain.checks import CheckResults
    from zij.explain.subjects import DigitSubject, Method, Subject
    from zij.explain.subjects.looking import Scan
    from zij.tables.digits.network import Weights

__all__ = ["CHOICES", "checked", "chosen_checks", "verdict", "write_checks"]

CHOICES = ("faithfulness", "sensitivity", "randomisation", "agreement", "truth", "all")
"""What `zij explain --check` takes."""

_BESIDE = {True: ("bilrp", "distance", "gxi", "products"), False: ("bilrp", "gxi")}
_MASKS = {True: 2000, False: 200}  # the bigram network takes a tenth of a millisecond for one
# encoders take a second for what digits do in a millisecond; fewer than 19 controls could never give p = 0.05
_EFFORT: dict[bool, dict[str, Any]] = {
    True: {"controls": 50, "steps": 50, "samples": 8, "layers": 10, "pairs": 10},
    False: {"controls": 20, "steps": 16, "samples": 2, "layers": 4},
}


def chosen_checks(names: Sequence[str], masks: str, encoder: object | None) -> tuple[str, ...]:
    """The checks that a user names, in their order.

    Raises
    ------
    UsageError
        If there is no such check, or no part of the page that can be hidden by itself.
    """
    for name in names:
        if name not in CHOICES:
            raise UsageError(f"check {name!r} is not known; choose {', '.join(CHOICES)}.")
    if names and encoder is None and masks not in LEVELS:
        raise UsageError(
            f"checks hide parts of a page one by one, of which --masks {masks} has none; choose cells,"
            " digits, numbers, rows or columns."
        )
    if encoder is not None and "truth" in names:
        raise UsageError("--check truth is of pairs of digits; leave it out for an encoder of images.")
    every = [name for name in CHOICES[:-1] if encoder is None or name != "truth"] if "all" in names else []
    return tuple(name for name in CHOICES[:-1] if name in names or name in every)


def checked(
    question: Question, method: str, checks: Sequence[str], weights: Weights | None = None
) -> CheckResults:
    """Check a method's explanation of the first page, beside other methods."""
    from zij.explain.checks import check
    from zij.explain.checks.methods import distance, method_for

    quick = question.encoder is None
    subject: Subject = _digits(question, weights) if quick else image_subject(question, *question.sources)[0]
    number = max(question.number or _MASKS[quick], 4 * subject.regions)
    every = question.select == "all"
    masks: dict[str, Any] = {"number": number, "keep": question.keep, "batch": 256 if quick else 8}
    masks |= {"estimator": "regression", "antithetic": True} if every else {"selection": _selection(question)}
    methods: dict[str, Method] = {
        name: distance(**masks) if name == "distance" else method_for(subject, name)
        for name in dict.fromkeys((method, *_BESIDE[quick]))
    }
    wanted = {method: methods.pop(method)}
    return check(
        subject,
        wanted,
        checks,
        against=methods,
        seed=question.seed,
        progress=question.progress,
        **_EFFORT[quick],
    )


def _selection(question: Question) -> Any:
    from zij.explain.distance.selection import Selection

    return Selection.named(question.select)


def _digits(question: Question, weights: Weights | None) -> DigitSubject:
    from zij.explain.subjects import DigitSubject
    from zij.similarity.evidence import evidence_from_reading

    a, b = (evidence_from_reading(source.reading, source.doubtful) for source in question.sources)
    scans = [_scan(source, weights) for source in question.sources]
    return DigitSubject(a, b, LEVELS[question.masks], *scans)


def _scan(source: Source, weights: Weights | None) -> Scan | None:
    from zij.explain.bilrp.heat import page_view
    from zij.explain.subjects.looking import Scan
    from zij.tables.digits.network import load_weights
    from zij.tables.scan.page import prepare

    view = source.view or page_view(source.reading)
    return Scan(prepare(source.image), view, weights or load_weights()) if view else None


def verdict(results: CheckResults, method: str) -> str:
    """What the checks of a method found, in a few words; "" where there is nothing to say."""
    said = []
    made = set(results.figures["check"])
    if "faithfulness" in made:
        p = results.value("faithfulness", method, "p_gap", "smooth")
        said.append(f"deletion {'beats' if p <= 0.05 else 'does not beat'} smooth noise (p {p:.2f})")
    if "randomisation" in made:
        table = results.figures
        share = table.value[(table.measure == "cascading_inside_band") & (table.setting == "random")]
        if len(share):
            layers = table.setting[table.setting.str.startswith("cascading ")].nunique()
            inside = round(float(share.iloc[0]) * layers)
            said.append(
                f"of {layers} networks with layers drawn anew, {inside} leave no more of it than chance"
            )
    if "truth" in made and method in set(results.figures.method[results.figures.check == "truth"]):
        acs = results.value("truth", method, "acs", "bigram")
        said.append(f"on pages whose matching digits are known it finds them by {acs:.2f}, at best 1")
    return "; ".join(said)


def write_checks(
    folder: Path, results: CheckResults, summary: Mapping[str, Any], pages: Sequence[str]
) -> None:
    """Write `checks.csv`, `checks.json` and `checks.png`."""
    from zij.explain.checks.curves import save_checks

    write_text(folder / "checks.csv", results.figures.to_csv(index=False, lineterminator="\n"))
    facts = {name: summary[name] for name in ("method", "model", "versions", "hashes", "pages")}
    text = json.dumps({**facts, **results.as_dict()}, indent=1, ensure_ascii=False)
    write_text(folder / "checks.json", text + "\n")
    save_checks(folder / "checks.png", results, f"{pages[0]} beside {pages[1]}")
