"""Whether the IIIF manifest and the RO-Crate are accepted by the libraries made for them.

Run with a Python that has iiif-prezi3 and rocrate: `python check_crate.py DIR`, after make_exports.py.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore")

from iiif_prezi3 import AnnotationPage, Manifest  # noqa: E402
from rocrate.rocrate import ROCrate  # noqa: E402


def main(folder: Path) -> None:
    """Load both, and count what was found in them."""
    manifest = Manifest.model_validate_json((folder / "iiif/manifest.json").read_text("utf-8"))
    pages = sorted((folder / "iiif/annotations").glob("*.json"))
    items = sum(len(AnnotationPage.model_validate_json(path.read_text("utf-8")).items) for path in pages)
    print(f"iiif-prezi3 accepts a manifest of {len(manifest.items)} canvases and {items} annotations")
    crate = ROCrate(str(folder / "deposit"))
    files = [entity for entity in crate.data_entities if entity.type == "File"]
    there = sum((folder / "deposit" / entity.id).is_file() for entity in files)
    assert files and there == len(files), (there, len(files))
    assert str(crate.root_dataset["license"]), "no licence"
    print(f"rocrate reads a crate of {len(files)} files: {crate.name}, {crate.datePublished}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
