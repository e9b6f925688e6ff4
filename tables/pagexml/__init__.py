"""PAGE-XML to and from a `Reading`.

`to_xml` and `write_pagexml` write PAGE 2019-07-15 (profiles nested and flat) or Transkribus' dialect of
2013-07-15. Every element of the reading is an element of the file under the same id, and `as_written` gives
the reading exactly as the file holds it. `read_pagexml` reads PAGE of any version and program; what
`open_document` opens is changed where it stands and turned from one profile into another without loss.
"""

from zij.tables.pagexml._changes.rescale import rescaled
from zij.tables.pagexml._checks.check import check_pagexml, examine_pagexml
from zij.tables.pagexml._checks.finding import Finding
from zij.tables.pagexml._checks.schema import Schema
from zij.tables.pagexml._reader.image import find_image, image_size
from zij.tables.pagexml._reader.read import page_from_bytes, read_pagexml
from zij.tables.pagexml._reader.standing import Standing, page_elements
from zij.tables.pagexml._tree.model import Notes, PageFile, as_written
from zij.tables.pagexml._write import Profile, to_xml, write_pagexml
from zij.tables.pagexml.document import PageDocument, document_from_bytes, open_document

__all__ = [
    "Finding",
    "Notes",
    "PageDocument",
    "PageFile",
    "Profile",
    "Schema",
    "Standing",
    "as_written",
    "check_pagexml",
    "document_from_bytes",
    "examine_pagexml",
    "find_image",
    "image_size",
    "open_document",
    "page_elements",
    "page_from_bytes",
    "read_pagexml",
    "rescaled",
    "to_xml",
    "write_pagexml",
]
