"""All checks of one or more explanations of a page beside another, through one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zij.errors import UsageError
from zij.explain.checks.agreement import agreement
from zij.explain.checks.controls import CONTROLS, Control
from zij.explain.checks.faithfulness import Faithfulness, controls_of, faithfulness
from zij.explain.checks.methods import Sampled, method_for
from zij.explain.checks.randomisation import Changed, changed_subjects, null_band, randomisation
from zij.explain.checks.ranks import spearman
from zij.explain.checks.sensitivity import SIGMAS, Looks, noisy_looks, sensitivity
from zij.explain.subjects import DigitSubject, Method, Subject

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CHECKS", "COLUMNS", "TRUTH", "CheckResults", "check"]

CHECKS = ("faithfulness", "sensitivity", "randomisation", "agreement")
"""Names of the checks, in the order in which they are made."""
TRUTH = "truth"
"""One more, for digits alone and slower: pages made so that it is known which digits match."""
COLUMNS = ("check", "method", "setting", "measure", "value")
"""Columns of the figures: which check of which method, under what circumstances, what, how much."""

Row = tuple[str, str, str, str, float]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class CheckResults:
    """What the checks found.

    Attributes
    ----------
    figures : DataFrame
        With the columns `COLUMNS`.
    relevances : mapping of str to (R,) ndarray
        The explanations that were checked, by method.
    names : tuple of str
        Of the regions.
    curves : mapping of str to Faithfulness
        By method; empty where that was not checked.
    controls : mapping of str to tuple of Faithfulness
        The same of attributions that know nothing, by kind.
    parameters : mapping
        What the checks depended on.
    """

    figures: pd.DataFrame
    relevances: Mapping[str, NDArray[np.float64]]
    names: tuple[str, ...]
    curves: Mapping[str, Faithfulness] = field(default_factory=dict)
    controls: Mapping[Control, tuple[Faithfulness, ...]] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def value(self, check: str, method: str, measure: str, setting: str = "") -> float:
        """One of the figures.

        Raises
        ------
        UsageError
            If there is none.
        """
        table = self.figures
        here = (table.check == check) & (table.method == method) & (table.measure == measure)
        found = table.value[here & (table.setting == setting)]
        if len(found) != 1:
            raise UsageError(
                f"there is no figure {measure!r} of {method!r} ({check}, {setting or 'no setting'})."
            )
        return float(found.iloc[0])

    def frame(self) -> pd.DataFrame:
        """The figures, in the columns of checks.csv."""
        return self.figures

    def _repr_html_(self) -> str:
        from zij.explain.report.inline import checks_html

        return checks_html(self)

    def as_dict(self) -> dict[str, Any]:
        """Figures, curves and explanations for a JSON file; what is no number is None."""
        curves = {
            name: {
                f"{curve.kind}_{curve.order}": {
                    "share": curve.shares.tolist(),
                    "distance": curve.distances.tolist(),
                }
                for curve in found.curves
            }
            for name, found in self.curves.items()
        }
        figures = [
            {**row, "value": float(row["value"]) if np.isfinite(row["value"]) else None}
            for row in self.figures.to_dict("records")
        ]
        return {
            "figures": figures,
            "curves": curves,
            "regions": list(self.names),
            "relevance": {name: values.tolist() for name, values in self.relevances.items()},
            "parameters": dict(self.parameters),
        }


def check(
    subject: Subject,
    methods: Mapping[str, Method] | Sequence[str],
    checks: Sequence[str] = CHECKS,
    *,
    against: Mapping[str, Method] | Sequence[str] = (),
    seed: int = 0,
    controls: int = 20,
    steps: int = 50,
    samples: int = 8,
    layers: int | None = None,
    sigmas: Sequence[float] = SIGMAS,
    pairs: int = 10,
    progress: Progress | None = None,
) -> CheckResults:
    """Check explanations of a page beside another.

    Noise, networks drawn anew and controls are the same for all methods.

    Parameters
    ----------
    subject : Subject
        The page, its regions, and the other page.
    methods : mapping of str to Method, or sequence of str
        By name; names alone are those of `DIGIT_METHODS` or `IMAGE_METHODS` of `zij.explain.checks.methods`.
    checks : sequence of str
        Some of `CHECKS`, and `TRUTH`.
    against : mapping or sequence of str
        Further methods, which only faithfulness, agreement and truth look at.
    seed : int
        Of all that is drawn.
    controls : int
        Attributions of each kind that know nothing.
    steps : int
        Points of a curve.
    samples : int
        Draws of the noise of each strength.
    layers : int, optional
        How many of the model's layers are drawn anew, evenly from the last to the first; all by default.
    sigmas : sequence of float
        Strengths of the noise, in units of the input's range.
    pairs : int
        Pairs of pages that are made for `TRUTH`, seeds from `seed` on.
    progress : callable, optional
        Called with what is being done, how much is done, and how much there is.

    Returns
    -------
    CheckResults

    Raises
    ------
    UsageError
        If there is no such method or check, no region, or an explanation does not fit the regions.
    InputError
        If a check needs a scan that the subject does not have.
    """
    import pandas as pd

    named, others = (_named(subject, some) for some in (methods, against))
    _refuse(subject, named, checks)
    wanted = [name for name in (*CHECKS, TRUTH) if name in checks]
    beside = others if {"faithfulness", "agreement"} & set(wanted) else {}
    relevances = {
        name: _asked(subject, name, named.get(name) or beside[name]) for name in {**named, **beside}
    }
    rows: list[Row] = []
    curves: dict[str, Faithfulness] = {}
    nothing: dict[Control, tuple[Faithfulness, ...]] = {}
    for number, name in enumerate(wanted):
        if progress is not None:
            progress(f"checking {name}", number, len(wanted))
        if name == "faithfulness":
            nothing = controls_of(subject, count=controls, steps=steps, seed=seed)
            curves = {
                key: faithfulness(subject, values, steps=steps, seed=seed)
                for key, values in relevances.items()
            }
            rows += _faithful(curves, nothing)
        elif name == "sensitivity":
            rows += _sensitive(noisy_looks(subject, sigmas=sigmas, samples=samples, seed=seed), named, seed)
        elif name == "randomisation":
            rows += _random(subject, changed_subjects(subject, layers=layers, seed=seed), named, seed)
        elif name == "agreement":
            rows += _agreeing(relevances)
        else:
            rows += _true([*named, *others], pairs, seed)
    parameters = {
        "checks": wanted, "seed": seed, "controls": controls, "steps": steps, "samples": samples,
        "sigmas": list(sigmas), "regions": subject.regions, "layers": subject.stages, "pairs": pairs,
    }  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return CheckResults(table, relevances, subject.names, curves, nothing, parameters)


def _named(subject: Subject, methods: Mapping[str, Method] | Sequence[str]) -> dict[str, Method]:
    if isinstance(methods, Mapping):
        return dict(methods)
    return {name: method_for(subject, name) for name in methods}


def _refuse(subject: Subject, methods: Mapping[str, Method], checks: Sequence[str]) -> None:
    for name in checks:
        if name not in (*CHECKS, TRUTH):
            raise UsageError(f"check {name!r} is not known; choose {', '.join((*CHECKS, TRUTH))}.")
    if TRUTH in checks and not isinstance(subject, DigitSubject):
        raise UsageError("the check truth is of pairs of digits; leave it out for an encoder of images.")
    if not methods or not checks:
        raise UsageError("nothing is to be checked; name a method and a check.")
    if subject.regions < 2:
        raise UsageError(f"a page of {subject.regions} regions has no order to check; take smaller regions.")


def _asked(subject: Subject, name: str, method: Method) -> NDArray[np.float64]:
    found = np.asarray(method(subject), float)
    if found.shape != (subject.regions,) or not np.isfinite(found).all():
        raise UsageError(
            f"method {name!r} has to give one finite number for each of {subject.regions} regions."
        )
    return found


def _faithful(
    curves: Mapping[str, Faithfulness], nothing: Mapping[Control, tuple[Faithfulness, ...]]
) -> list[Row]:
    """Areas, and the share of each kind of controls whose gap is as large: a p for this one pair of pages."""
    rows: list[Row] = []
    for name, found in curves.items():
        rows += [("faithfulness", name, "", measure, value) for measure, value in found.figures().items()]
        for kind, others in nothing.items():
            reached = sum(other.gap >= found.gap for other in others)
            rows.append(("faithfulness", name, kind, "p_gap", (1 + reached) / (1 + len(others))))
    for kind, others in nothing.items():
        figures = [other.figures() for other in others]
        for measure in figures[0] if figures else ():
            values = [float(one[measure]) for one in figures]
            rows.append(("faithfulness", f"control {kind}", "", measure, float(np.mean(values))))
    return rows


def _sensitive(looks: Looks, methods: Mapping[str, Method], seed: int) -> list[Row]:
    rows: list[Row] = []
    for name, method in methods.items():
        for found in sensitivity(looks, method, seed=seed):
            setting = f"sigma {found.sigma:g}" + (f", {found.masks} masks" if found.masks != "none" else "")
            rows.append(("sensitivity", name, setting, "average", found.average))
            rows.append(("sensitivity", name, setting, "maximum", found.maximum))
    return rows


def _random(
    subject: Subject, changed: Sequence[Changed], methods: Mapping[str, Method], seed: int
) -> list[Row]:
    rows: list[Row] = []
    for name, method in methods.items():
        results = randomisation(subject, changed, method, seed=seed)
        for found in results:
            setting = f"{found.change} {found.stage}" if found.stage else found.change
            rows.append(("randomisation", name, setting, "spearman", found.spearman))
            rows.append(("randomisation", name, setting, "pearson", found.pearson))
        values = _asked(subject, name, method)
        layers = [abs(found.spearman) for found in results if found.change == "cascading"]
        for kind in CONTROLS:
            band = null_band(values, subject.centres, kind, seed=seed)
            rows.append(("randomisation", name, kind, "null_band", band))
            if layers:
                share = float(np.mean([value <= band for value in layers]))
                rows.append(("randomisation", name, kind, "cascading_inside_band", share))
        if isinstance(method, Sampled):
            again = np.asarray(method.fresh(method.seed + 1)(subject), float)
            rows += [("randomisation", name, "fresh masks", "spearman", spearman(values, again))]
    return rows


def _true(methods: Sequence[str], pairs: int, seed: int) -> list[Row]:
    """Average cosine similarity with what is known of generated pages, for methods that explain pairs."""
    from zij.explain.bilrp.candidates import PAIR_METHODS
    from zij.explain.checks.truth import average, read_case, scores
    from zij.tables.generate.matching import matching_pair

    names = [name for name in PAIR_METHODS if name in methods or name.partition("-")[0] in methods]
    if not names:
        raise UsageError(
            f"the check truth is of pairs of digits, which {', '.join(methods)} does not explain; choose "
            f"{', '.join(name for name in PAIR_METHODS if '-' not in name)}."
        )
    cases = (read_case(matching_pair(seed + k)) for k in range(pairs))
    table = scores(cases, {name: PAIR_METHODS[name] for name in names})
    means = average(table)
    return [
        (TRUTH, str(name), str(truth), "acs", float(means.loc[name, truth]))
        for name in means.index
        for truth in means.columns
    ]


def _agreeing(relevances: Mapping[str, NDArray[np.float64]]) -> list[Row]:
    """The figures of each pair of methods, once."""
    rows: list[Row] = []
    names = list(relevances)
    for row in agreement(relevances).to_dict("records"):
        if names.index(row["one"]) < names.index(row["two"]):
            for measure in ("spearman", "overlap", "sign"):
                rows.append(
                    ("agreement", str(row["one"]), f"with {row['two']}", measure, float(row[measure]))
                )
    return rows
