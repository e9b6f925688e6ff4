"""`zij corpus evaluate`: how well search finds what is known to belong together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zij.actions._showing.shown import Shown
from zij.actions.corpus._looking import Progress, close, facts, versions, write_json
from zij.errors import InputError, UsageError
from zij.files import check_folder, staged_folder, write_text

if TYPE_CHECKING:
    import pandas as pd

    from zij.corpora.judging.judgehtml import Miss
    from zij.corpora.judging.judging import Judged
    from zij.corpora.judging.measures import Measure
    from zij.corpora.judging.truth import Truth
    from zij.corpora.store import Corpus, Where

__all__ = ["QUERIES", "EvaluatedCorpus", "evaluate"]

QUERIES = 500
"""Pages with which is searched at most."""

_ENOUGH = 20  # searches from which figures say something
_WORST = 20  # queries shown
_NAMES = 5  # pages named beside each of them


@dataclass(frozen=True, slots=True, eq=False)
class EvaluatedCorpus(Shown):
    """What `evaluate` found.

    Attributes
    ----------
    folder : Path
        Where the files lie.
    judged : Judged
        All figures.
    summary : dict
        The contents of `evaluation.json`.
    sentence : str
    queries : DataFrame
        The contents of `queries.csv`: a row for each page that was searched with and mode.
    """

    folder: Path
    judged: Judged
    summary: dict[str, Any]
    sentence: str
    queries: pd.DataFrame

    @property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """Nothing fails page by page."""
        return ()

    def frame(self) -> pd.DataFrame:
        """The contents of `evaluation.csv`: a row for each similarity and mode.

        Figures are floats from 0 to 1, NaN where they are not known.
        """
        from zij.corpora.judging.judgetables import figures_lines, judged_frame

        return judged_frame(figures_lines(self.judged))

    def _repr_html_(self) -> str:
        from zij.actions.corpus._shows import evaluated_html

        return evaluated_html(self)


def evaluate(
    corpus: str | Path,
    out: str | Path = "evaluation",
    *,
    truth: str | Path | None = None,
    where: Sequence[str] | Where | None = None,
    queries: int = QUERIES,
    vgg: bool = True,
    seed: int = 0,
    progress: Progress | None = None,
) -> EvaluatedCorpus:
    """Judge search, and what it is to be better than, by what is known of the pages.

    Writes `evaluation.csv`, `queries.csv`, `evaluation.json`, `evaluation.png`, `evaluation.svg` and
    `evaluation.html` into `out`, all or none.

    Parameters
    ----------
    corpus : path
    out : path
        Folder for the results.
    truth : path, optional
        CSV with the columns page and family, as `zij generate --families` writes it; by default what
        scholars judged of pairs is taken.
    where : sequence of str or Where, optional
        Only these pages.
    queries : int
        With so many pages is searched, drawn by chance; 0 for all.
    vgg : bool
        Whether images are shown to a network with random weights, too; that takes the longest.
    seed : int
        Of everything that is drawn by chance but for the splits, which are fixed.
    progress : callable, optional

    Returns
    -------
    EvaluatedCorpus

    Raises
    ------
    ZijError
        If nothing is known of the pages, none is processed, or the folder cannot be written to.
    """
    from zij.corpora.judging.judgetables import judged_frame, query_lines
    from zij.corpora.judging.judging import chosen_queries, judge
    from zij.corpora.store import open_corpus
    from zij.corpora.store.where import described

    out, conditions = Path(out), described(where)
    if queries < 0:
        raise UsageError(f"{queries} queries cannot be; give a number above 0, or 0 for all pages.")
    check_folder(out)
    with open_corpus(corpus) as opened:
        known = _truth(opened, Path(truth) if truth is not None else None, conditions)
        measures, notes = _measures(opened, known, vgg, seed, progress)
        chosen = chosen_queries(known, queries, seed=seed)
        judged = judge(known, measures, chosen, progress=progress)
        if not judged.queries:
            raise InputError(
                f"{opened.folder}: nothing belongs to any of the {len(chosen):,} pages with which was"
                " searched; ask for more with --queries."
            )
        parameters = {
            "corpus": opened.folder.name, "truth": known.words, "where": str(conditions or ""),
            "pages": len(known.pages), "searched with": len(chosen), "seed": seed,
        }  # fmt: skip
        few = _few(judged)
        notes = [*filter(None, [few]), *_left_out(known), *notes]
        sentence = _sentence(judged, few.partition(":")[0].lower(), out)
        summary = _summary(judged, parameters, notes)
        with staged_folder(out) as folder:
            _write(folder, known, judged, measures, summary, notes, parameters)
    return EvaluatedCorpus(out, judged, summary, sentence, judged_frame(query_lines(known, judged, measures)))


def _truth(corpus: Corpus, path: Path | None, where: Where | None) -> Truth:
    from zij.corpora.judging.truth import truth_from_file, truth_from_judgements

    pages = corpus.pages(where)
    if not pages:
        raise InputError(f"{corpus.folder}: no page fulfils the request; see zij corpus status.")
    if not any(page.state in ("read", "stale") for page in pages):
        raise InputError(f"{corpus.folder}: no page is processed yet; run zij corpus process first.")
    if path is not None:
        return truth_from_file(path, pages)
    return truth_from_judgements(corpus.judgements(), pages)


def _measures(
    corpus: Corpus, truth: Truth, vgg: bool, seed: int, progress: Progress | None
) -> tuple[list[Measure], list[str]]:
    """What is judged, the best first, and why something is not."""
    from zij.corpora.judging.looks import random_vgg
    from zij.corpora.judging.measures import arranged, bigrams, digit_counts, random_vectors

    pages = truth.pages
    plain = bigrams(corpus, pages)
    found = [arranged(corpus, pages, plain), plain, digit_counts(corpus, pages)]
    looks = random_vgg(corpus, pages, seed=seed, progress=progress) if vgg else "it was not asked for"
    notes = []
    if isinstance(looks, str):
        notes.append(f"Random-weight VGG was not judged: {looks}.")
    else:
        found.append(looks)
    return [*found, random_vectors(pages, seed=seed)], notes


def _left_out(truth: Truth) -> list[str]:
    told = []
    lost = sum(page.state not in ("read", "stale") for page in truth.pages)
    if lost:
        told.append(
            f"{lost:,} of {len(truth.pages):,} pages are not processed; they count as like no other page."
        )
    if truth.absent:
        names = ", ".join(truth.absent[:_NAMES]) + (", ..." if len(truth.absent) > _NAMES else "")
        told.append(
            f"{len(truth.absent):,} pages of the truth are not in the corpus and do not count: {names}."
        )
    if truth.unnamed:
        told.append(f"{truth.unnamed:,} pages of which the truth says nothing were left out.")
    return told


def _write(
    folder: Path, truth: Truth, judged: Judged, measures: Sequence[Measure], summary: dict[str, Any],
    notes: Sequence[str], parameters: dict[str, Any],
) -> None:  # fmt: skip
    from zij.corpora.judging.judgefigure import save_evaluation
    from zij.corpora.judging.judgehtml import evaluation_html
    from zij.corpora.judging.judgetables import figures_lines, judged_csv, query_lines

    write_json(folder / "evaluation.json", summary)
    write_text(folder / "evaluation.csv", judged_csv(figures_lines(judged)))
    write_text(folder / "queries.csv", judged_csv(query_lines(truth, judged, measures)))
    save_evaluation(folder, judged, caption(parameters))
    title = f"How well search does: {parameters['corpus']}"
    lead = f"{_figures(judged)}, on {parameters['pages']:,} pages ({truth.words})."
    text = evaluation_html(
        title, lead[0].upper() + lead[1:], judged, truth, (folder / "evaluation.png").read_bytes(),
        _misses(truth, judged, measures[0]), notes, facts(parameters, summary["versions"]),
    )  # fmt: skip
    write_text(folder / "evaluation.html", text)


def caption(parameters: dict[str, Any]) -> str:
    """What the figure shows, in a line."""
    pages = f"{parameters['pages']:,} pages, {parameters['truth']}"
    return f"{pages}; bars: 95 % over families; ± 1 s.d. over splits"


def _misses(truth: Truth, judged: Judged, measure: Measure) -> list[Miss]:
    """The queries that the first measure served worst, page-wise."""
    worst = sorted(
        (one for one in judged.queries if one.mode == "page-wise" and one.precision[0] < 1 - 1e-9),
        key=lambda one: (one.precision[0], one.query),
    )
    return [_miss(truth, one.query, one.precision[0], measure.scores) for one in worst[:_WORST]]


def _miss(truth: Truth, query: int, precision: float, scores: Callable[[int], Any]) -> Miss:
    import numpy as np

    from zij.corpora.judging.judgehtml import Miss

    relevant, ranked = truth.of(query)
    places = np.flatnonzero(ranked)
    order = places[np.argsort(-scores(query)[places], kind="stable")]
    hits = relevant[order]
    total = int(hits.sum())
    late = [(truth.pages[p].name, n + 1) for n, p in enumerate(order.tolist()) if hits[n] and n >= total]
    instead = [truth.pages[p].name for n, p in enumerate(order[:total].tolist()) if not hits[n]]
    page = truth.pages[query]
    family = page.metadata.others.get("family", "")
    return Miss(page.name, family, precision, total, tuple(late[:_NAMES]), tuple(instead[:_NAMES]))


def _summary(judged: Judged, parameters: dict[str, Any], notes: Sequence[str]) -> dict[str, Any]:
    from zij.corpora.judging.intervals import COVERED, ROUNDS
    from zij.corpora.judging.protocol import SEEDS
    from zij.corpora.judging.truth import LEAST_OVERLAP

    return {
        "parameters": {
            **parameters, "protocol_seeds": list(SEEDS), "bootstrap_rounds": ROUNDS,
            "interval": COVERED, "least_overlap": LEAST_OVERLAP,
        },
        "versions": versions("torch"),
        "notes": list(notes),
        "figures": [
            {
                "measure": one.measure.name, "words": one.measure.words, "mode": one.mode,
                "queries": one.queries, "mean_average_precision": asdict(one.precision),
                "recall_at_10": asdict(one.recall), "nearest_neighbour": asdict(one.neighbours),
            }
            for one in judged.figures
        ],
    }  # fmt: skip


def _figures(judged: Judged) -> str:
    """The main figures in a line."""
    first = [one for one in judged.figures if one.mode == "page-wise"]
    parts = [f"{one.measure.title} {one.precision.mean:.3f}" for one in first]
    return "mean average precision " + ", ".join(parts)


def _few(judged: Judged) -> str:
    """A warning where the figures rest on few searches; "" where they do not."""
    searches = max(one.queries for one in judged.figures)
    if searches >= _ENOUGH:
        return ""
    words = "1 search was" if searches == 1 else f"{searches:,} searches were"
    return f"Only {words} judged: so few tell little, and even random vectors can come out well."


def _sentence(judged: Judged, few: str, out: Path) -> str:
    return close([_figures(judged)], few, out / "evaluation.html", "report")
