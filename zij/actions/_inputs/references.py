"""Pages of a corpus as page arguments, `CORPUS#PAGE`, and a corpus as a collection of readings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from zij.errors import InputError, ZijError
from zij.tables.pagexml import as_written
from zij.tables.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from zij.corpora.exchange.forms import Collection
    from zij.corpora.exchange.leaf import Leaf
    from zij.corpora.store import Corpus, Where

__all__ = ["CorpusPage", "Reference", "collected_corpus", "is_stored", "page_of", "reference"]


@dataclass(frozen=True, slots=True)
class Reference:
    """A page of a corpus, as it is named in an argument.

    Attributes
    ----------
    folder : Path
        Of the corpus.
    name : str
        Of the page.
    """

    folder: Path
    name: str

    @property
    def stem(self) -> str:
        """What results are named after: the page's full name without its book, if there is such a page."""
        from zij.corpora.store import open_corpus

        try:
            with open_corpus(self.folder) as corpus:
                name = corpus.page(self.name).name
        except ZijError:  # whoever opens the page will say what is wrong
            name = self.name
        return name.rpartition("/")[2]

    def __str__(self) -> str:
        """As it is written in an argument."""
        return f"{self.folder}#{self.name}"


@dataclass(frozen=True, slots=True)
class CorpusPage:
    """A page of a corpus with all that an action asks for.

    Attributes
    ----------
    reference : Reference
        With the page's full name.
    reading : Reading or None
        A person's if there is one, else the machine's, as PAGE-XML holds it; None if it was not read yet.
    image : Path or None
        Its image, where that is found.
    sha256 : str
        Of the image when it was added.
    """

    reference: Reference
    reading: Reading | None
    image: Path | None
    sha256: str


def reference(page: str | Path) -> Reference | None:
    """The page of a corpus that an argument names; None where it names a file.

    A file whose name has a "#" is taken as a file.

    Raises
    ------
    InputError
        If a folder stands before the "#" that is no corpus, or no name after it.
    """
    from zij.corpora.store import is_corpus

    folder, sign, name = str(page).rpartition("#")
    if not sign or not folder or Path(page).exists():
        return None
    if not is_corpus(folder):
        if Path(folder).is_dir():
            raise InputError(f"{page}: {folder} is no corpus; make one with zij corpus add.")
        if not Path(folder).exists() and not Path(name).suffix:
            raise InputError(f"{page}: there is no corpus {folder}; check the name.")
        return None
    name = name.replace("\\", "/").strip("/ ")
    if not name:
        raise InputError(f"{page}: names no page; write {folder}#PAGE.")
    return Reference(Path(folder), name)


def page_of(where: Reference, *, need_image: bool = True) -> CorpusPage:
    """A page with its reading and image.

    Parameters
    ----------
    where : Reference
    need_image : bool
        Whether the image must be there, as it was when the page was added.

    Raises
    ------
    InputError
        If there is no such page, or its image is missing or another one.
    """
    from zij.corpora.store import open_corpus
    from zij.files import sha256

    with open_corpus(where.folder) as corpus:
        page = corpus.page(where.name)
        reading, image = corpus.reading(page.id), corpus.image_file(page)
    named = Reference(where.folder, page.name)
    if need_image and image is None:
        was = f"its image {page.image!r} is not where it was" if page.image else "it has no image"
        raise InputError(f"{named}: {was}; add the page again from the folder in which the image lies now.")
    if need_image and image is not None and page.sha256 and sha256(image) != page.sha256:
        raise InputError(
            f"{named}: its image {image} has changed since it was added; add it again to have it read anew."
        )
    if reading is not None:
        name = page.image or reading.image
        reading = as_written(replace(reading, image=name, sha256=page.sha256 or reading.sha256))
    return CorpusPage(named, reading, image, page.sha256)


def collected_corpus(
    corpus: Corpus, where: Where, progress: Callable[[str, int, int], None] | None
) -> tuple[Collection, tuple[str, ...]]:
    """The pages of a corpus that have a reading with what is said of them; and what is missing, in words.

    Raises
    ------
    InputError
        If there is none.
    """
    from zij.corpora.exchange.corpusleaves import corpus_leaves, notes_of
    from zij.corpora.exchange.forms import Collection

    if progress is not None:
        progress("reading the corpus", 0, 0)
    leaves, unread = corpus_leaves(corpus, where)
    if not leaves:
        which = f"no page with a reading of which {where} holds" if where else "no page that was read"
        raise InputError(f"{corpus.folder}: has {which}; see zij corpus status and zij corpus process.")
    pages = f"readings of {len(unread):,} page{'s' * (len(unread) != 1)} (zij corpus process makes them)"
    return Collection(tuple(leaves), notes=notes_of(corpus, where)), (pages,) if unread else ()


def is_stored(leaf: Leaf, standing: Reading) -> bool:
    """Whether the page's corpus keeps a reading that stands in a folder, so that it may be overwritten."""
    from zij.corpora.store import open_corpus

    try:
        found = reference(leaf.path)
    except InputError:
        return False
    if found is None:
        return False
    with open_corpus(found.folder) as corpus:
        known = corpus.history(corpus.page(found.name).id)
    return any(as_written(_as_of(old.reading, standing)) == standing for old in known)


def _as_of(reading: Reading, other: Reading) -> Reading:
    """The reading under the facts that an export may have set."""
    return replace(reading, image=other.image, sha256=other.sha256, source=other.source)
