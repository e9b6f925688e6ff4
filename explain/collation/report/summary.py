"""What a collation was made from and what it found, for `collation.json`."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

from zij.explain.collation.collate import Collated
from zij.explain.collation.judging import ALTERNATIVE, SURE
from zij.explain.collation.laying import BESIDE, LEAST_COLUMN, LEAST_ROW, LEAST_SAME, LEAST_SCORE, LEAST_WORTH

__all__ = ["parameters", "summary"]


def parameters() -> dict[str, float]:
    """The thresholds that a collation depends on."""
    return {
        "least_score": LEAST_SCORE,
        "least_worth": LEAST_WORTH,
        "least_same": LEAST_SAME,
        "least_column": LEAST_COLUMN,
        "beside": BESIDE,
        "least_row": LEAST_ROW,
        "sure_digit": SURE,
        "alternative": ALTERNATIVE,
    }


def summary(collated: Collated) -> dict[str, Any]:
    """Counts, alignment scores, witnesses with the hashes of their pages, parameters."""
    apparatus = collated.apparatus
    scores = dict(collated.scores)
    kinds = Counter(
        kind for p in apparatus.places if p.status == "variant" for kind in p.kind.split("; ") if kind
    )
    shared = {"shared_errors": len(apparatus.errors)} if apparatus.errors else {}
    return {
        "places": len(apparatus.places),
        "counts": apparatus.counts(),
        **shared,
        "kinds": dict(sorted(kinds.items())),
        "witnesses": [
            {
                "siglum": witness.siglum,
                "date": witness.date,
                "years": list(witness.years),
                "score": scores[witness.siglum],
                "pages": [
                    {"image": r.image, "sha256": r.sha256, "model": r.model, "source": r.source}
                    for r in witness.readings
                ],
            }
            for witness in apparatus.witnesses
        ],
        "left_out": [
            {"siglum": name, "reason": why, "score": scores[name]} for name, why in collated.strangers
        ],
        "turned": [asdict(turned) for turned in collated.turned],
        "tables_alone": collated.alone,
        "tables": [
            {
                "name": table.name,
                "rows": table.rows,
                "columns": table.columns,
                "headings": list(table.headings),
                "parts": [
                    [
                        {
                            "page": p.page,
                            "table": p.table,
                            "rows": len(p.rows),
                            "columns": len(p.columns),
                            "score": p.score,
                        }
                        for p in parts
                    ]
                    for parts in table.parts
                ],
            }
            for table in apparatus.tables
        ],
        "parameters": parameters(),
    }
