"""A PAGE-XML file that is changed where it stands: what a reading says is new, all else is as it was.

Elements and attributes that zij does not know, other people's texts, comments and the order of everything
are kept; a document that is not changed is written byte for byte as it was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from lxml import etree

from zij.files import write_bytes
from zij.tables.pagexml._changes.change import changed, noted
from zij.tables.pagexml._dialects.dialect import Profile
from zij.tables.pagexml._dialects.profiles import converted, profile_of
from zij.tables.pagexml._reader.read import Places, bytes_of, page_of
from zij.tables.pagexml._tree.model import Notes, PageFile
from zij.tables.pagexml._tree.xml import parse
from zij.tables.reading import Reading

__all__ = ["PageDocument", "document_from_bytes", "open_document"]


@dataclass(frozen=True, slots=True, eq=False)
class PageDocument:
    """A PAGE-XML file with its tree; made by `open_document`, and never changed itself.

    Attributes
    ----------
    file : PageFile
        What was read.
    lost : tuple of str
        What a profile into which it was turned has no place for, a phrase for each kind.
    """

    file: PageFile
    _data: bytes = field(repr=False)
    _root: etree._Element = field(repr=False)
    _places: Places = field(repr=False)
    lost: tuple[str, ...] = ()

    @property
    def reading(self) -> Reading:
        """The reading, with the ids of `Reading.with_ids`."""
        return self.file.reading

    @property
    def profile(self) -> Profile:
        """How the file writes its cells."""
        return profile_of(self._root)

    @property
    def names(self) -> dict[str, str]:
        """The id that an element bears in the file, by its id in the reading; "" where it bears none.

        Numbers of lines whose words are not marked, and cells whose table is, are left out where they have
        no element of their own.
        """
        return {name: node.get("id", "") for name, node in self._places.elements.items()}

    def tobytes(self) -> bytes:
        """The file."""
        return self._data

    def updated(
        self,
        reading: Reading,
        *,
        notes: Mapping[str, Notes] | None = None,
        page_notes: Notes | None = None,
    ) -> PageDocument:
        """The document with another reading.

        Parameters
        ----------
        reading : Reading
            What is to stand there; usually `self.reading` with some cells replaced. Texts, states,
            confidences, glyphs, cells, tables and facts in which it differs from what stands there are
            changed, others left alone.
        notes : mapping of str to Notes, optional
            Notes on tables, cells, numbers and glyphs, by their ids in `reading`. They stand beside those
            that are there; only notes of the same name are replaced. A number that has no element of its own
            is given one, and with it all words of its line; one that a person has changed at another level of
            the text is made to agree with it. Where the version has no place for notes
            (Transkribus), they stand in `custom`.
        page_notes : Notes, optional
            Notes on the page.

        Returns
        -------
        PageDocument

        Raises
        ------
        UsageError
            If a note names no element.
        """
        notes, page_notes = dict(notes or {}), page_notes or Notes()
        data = changed(self._data, str(self.file.path), reading, frozenset(notes))
        if notes or page_notes != Notes():
            data = noted(data, str(self.file.path), notes, page_notes)
        return self if data == self._data else document_from_bytes(data, self.file.path)

    def as_profile(self, profile: Profile) -> PageDocument:
        """The document in another profile, with all that this has a place for.

        Nested and flat are turned into each other without loss; so is Transkribus' dialect into both, and
        back. What is not known to zij moves along.

        Raises
        ------
        UsageError
            If the profile is not one of the three.
        """
        data, lost = converted(self._data, str(self.file.path), profile)
        if data == self._data:
            return self
        return replace(document_from_bytes(data, self.file.path), lost=lost)

    def write(self, path: str | Path) -> Path:
        """Write the file, whole or not at all.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        return write_bytes(path, self._data)


def open_document(path: str | Path) -> PageDocument:
    """Open a PAGE-XML file of any version and program, to change it where it stands.

    Raises
    ------
    PageXMLError
        As `read_pagexml`.
    """
    return document_from_bytes(bytes_of(path), path)


def document_from_bytes(data: bytes, path: str | Path) -> PageDocument:
    """The document that a file holds; see `open_document`."""
    root = parse(data, str(path), whole_tree=True)
    file, places = page_of(root, path)
    return PageDocument(file, data, root, places)
