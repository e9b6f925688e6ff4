"""What people said of the pages that a search found: tags, and judgements of each beside the query."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from zij.corpora.finding.records import Hits, Said
from zij.corpora.store import Corpus

__all__ = ["judged_words", "with_said"]

_JUDGED = {"same": "the same", "related": "related", "different": "different"}


def with_said(corpus: Corpus, query: int | None, found: Hits) -> Hits:
    """The hits with what was said of them; it changes nothing in their order.

    Parameters
    ----------
    corpus : Corpus
    query : int or None
        The page searched for; None where it is not in the corpus, so that nobody can have judged it.
    found : Hits

    Returns
    -------
    Hits
    """
    tags: dict[int, dict[str, None]] = defaultdict(dict)
    if found.hits:
        for tag in corpus.tags():
            tags[tag.page][tag.tag] = None
    judged = {}
    if query is not None and found.hits:
        for said in corpus.judgements():
            if query in (said.a, said.b):
                judged[said.b if said.a == query else said.a] = said
    return replace(
        found,
        hits=tuple(
            replace(hit, said=Said(tuple(tags.get(hit.page_id, ())), judged.get(hit.page_id)))
            for hit in found.hits
        ),
    )


def judged_words(said: Said, page: int) -> str:
    """What somebody called a hit beside the query: "judged the same by J. Kepler"; "" where nobody did.

    Parameters
    ----------
    said : Said
    page : int
        Number of the hit.

    Returns
    -------
    str
    """
    judgement = said.judgement
    if judgement is None:
        return ""
    part = "a part of the page asked for" if judgement.a == page else "to have the page asked for as a part"
    by = f" by {judgement.who}" if judgement.who else ""
    return f"judged {_JUDGED.get(judgement.verdict, part)}{by}"
