"""PAGE-XML to and from a `Reading`.

`to_xml` and `write_pagexml` write PAGE 2019-07-15 (profiles nested and flat) or Transkribus' dialect of
2013-07-15. Every element of the reading is an element of the file under the same id, and `as_written` gives
the reading exactly as the file holds it.
"""

from zij.tables.pagexml._model import Notes, PageFile, as_written
from zij.tables.pagexml._write import Profile, to_xml, write_pagexml

__all__ = [
    "Notes",
    "PageFile",
    "Profile",
    "as_written",
    "to_xml",
    "write_pagexml",
]
