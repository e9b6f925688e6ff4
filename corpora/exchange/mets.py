"""METS, the list of files that accompanies a document, in the two forms that editors expect.

METS 1.12, https://www.loc.gov/standards/mets/.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from lxml import etree

from zij.tables.pagexml._tree.model import clean_text

__all__ = ["Sheet", "escriptorium_mets", "transkribus_metadata", "transkribus_mets"]

METS = "http://www.loc.gov/METS/"
XLINK = "http://www.w3.org/1999/xlink"
_MIME = {"jpg": "jpeg", "jpeg": "jpeg", "jpe": "jpeg", "png": "png", "tif": "tiff", "tiff": "tiff"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page as a METS file lists it: the names of its files and, for Transkribus, their MD5 sums.

    Attributes
    ----------
    page : str
        Name of the PAGE-XML file.
    image : str or None
        Name of the image, None where it is not at hand.
    page_md5 : str
    image_md5 : str
        "" where they are not wanted.
    """

    page: str
    image: str | None = None
    page_md5: str = ""
    image_md5: str = ""


def escriptorium_mets(sheets: Sequence[Sheet]) -> bytes:
    """The list of a eScriptorium archive: a group of images, a group of PAGE-XML, a `div` a page."""
    root = _root()
    files = _add(root, "fileSec")
    groups = {"image": _add(files, "fileGrp", USE="image"), "export": _add(files, "fileGrp", USE="export")}
    document = _add(_add(root, "structMap", TYPE="physical"), "div", TYPE="document")
    for n, sheet in enumerate(sheets, 1):
        page = _add(document, "div", TYPE="page")
        for kind, name in (("image", sheet.image), ("export", sheet.page)):
            if name is not None:
                _location(_add(groups[kind], "file", ID=f"{kind}{n}"), name)
                _add(page, "fptr", FILEID=f"{kind}{n}")
    if not len(groups["image"]):
        files.remove(groups["image"])
    return _bytes(root)


def transkribus_mets(sheets: Sequence[Sheet], title: str, authors: Sequence[str]) -> bytes:
    """The list of a Transkribus document: groups IMG and PAGEXML with MD5 sums, a `div` a page.

    Parameters
    ----------
    sheets : sequence of Sheet
        The pages, in order.
    title : str
    authors : sequence of str

    Returns
    -------
    bytes
        UTF-8.
    """
    root = _root(LABEL=clean_text(title), PROFILE="TRP_V1")
    agent = _add(_add(root, "metsHdr"), "agent", ROLE="CREATOR", TYPE="OTHER", OTHERTYPE="SOFTWARE")
    _add(agent, "name", f"zij {version('zij')}")
    source = _add(_add(root, "amdSec", ID="SOURCE"), "sourceMD", ID="MD_ORIG")
    wrapped = _add(_add(source, "mdWrap", ID="TRP_DOC_MD", MDTYPE="OTHER"), "xmlData")
    wrapped.append(_metadata(len(sheets), title, authors))
    master = _add(_add(root, "fileSec"), "fileGrp", ID="MASTER")
    groups = {"IMG": _add(master, "fileGrp", ID="IMG"), "PAGEXML": _add(master, "fileGrp", ID="PAGEXML")}
    structure = _add(root, "structMap", ID="TRP_STRUCTMAP", TYPE="MANUSCRIPT")
    document = _add(structure, "div", ID="TRP_DOC_DIV", ADMID="MD_ORIG")
    for n, sheet in enumerate(sheets, 1):
        page = _add(document, "div", ID=f"PAGE_{n}", ORDER=str(n), TYPE="SINGLE_PAGE")
        images = [("IMG", sheet.image, sheet.image_md5)] if sheet.image is not None else []
        for kind, name, md5 in (*images, ("PAGEXML", sheet.page, sheet.page_md5)):
            suffix = name.rpartition(".")[2].lower()
            mime = f"image/{_MIME.get(suffix, suffix)}" if kind == "IMG" else "application/xml"
            facts = {"SEQ": str(n), "MIMETYPE": mime, "CHECKSUM": md5, "CHECKSUMTYPE": "MD5"}
            _location(_add(groups[kind], "file", ID=f"{kind}_{n}", **facts), name)
            _add(_add(page, "fptr"), "area", FILEID=f"{kind}_{n}")
    if not len(groups["IMG"]):
        master.remove(groups["IMG"])
    return _bytes(root)


def transkribus_metadata(pages: int, title: str, authors: Sequence[str]) -> bytes:
    """Transkribus' `metadata.xml`: title, authors, number of pages; -1 for a document without a number.

    Parameters
    ----------
    pages : int
        How many.
    title : str
    authors : sequence of str

    Returns
    -------
    bytes
        UTF-8.
    """
    return _bytes(_metadata(pages, title, authors))


def _metadata(pages: int, title: str, authors: Sequence[str]) -> etree._Element:
    root = etree.Element("trpDocMetadata")
    facts = {"docId": "-1", "title": title, "author": "; ".join(authors), "nrOfPages": str(pages)}
    for name, value in facts.items():
        if value:
            etree.SubElement(root, name).text = clean_text(value)
    return root


def _root(**attributes: str) -> etree._Element:
    spaces = {None: METS, "xlink": XLINK}
    return etree.Element(f"{{{METS}}}mets", attributes, nsmap=spaces)  # type: ignore[arg-type]


def _location(file: etree._Element, name: str) -> None:
    """Where a file lies; eScriptorium takes the name as it stands, so nothing is escaped."""
    other = {"LOCTYPE": "OTHER", "OTHERLOCTYPE": "FILE"}
    _add(file, "FLocat", **other, **{f"{{{XLINK}}}href": name})


def _add(parent: etree._Element, tag: str, text: str | None = None, **attributes: str) -> etree._Element:
    node = etree.SubElement(parent, f"{{{METS}}}{tag}", attributes)
    node.text = text
    return node


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
