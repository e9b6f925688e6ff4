"""`zij convert --rescale`: a page's file fitted to its image at another size."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import pytest
from commands import refused, zij
from lxml import etree
from made_pair import made_page
from PIL import Image

from zij.files import sha256
from zij.tables.overlay import save_png
from zij.tables.pagexml import Profile, read_pagexml, rescaled, write_pagexml


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page of 400 x 520 whose image is twice as large now."""
    rgb, reading = made_page("a.png")
    save_png(tmp_path / "a.png", cv2.resize(rgb, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST))
    write_pagexml(tmp_path / "a.xml", replace(reading, image="a.png"))
    return tmp_path / "a.xml"


@pytest.mark.parametrize("profile", ["nested", "flat", "transkribus"])
def test_all_places_are_moved_and_texts_are_not(page: Path, tmp_path: Path, profile: Profile) -> None:
    before = read_pagexml(page).reading
    assert zij("convert", page, tmp_path / "b.xml", "--to", profile, "--rescale").code == 0
    after = read_pagexml(tmp_path / "b.xml").reading
    assert (after.width, after.height) == (800, 1040)
    assert after.digit_height == 2 * before.digit_height
    assert after.sha256 == sha256(page.with_name("a.png"))
    assert [n.text for n in after.numbers()] == [n.text for n in before.numbers()]
    for old, new in zip(before.numbers(), after.numbers(), strict=True):
        assert [new.box.x, new.box.y, new.box.w, new.box.h] == pytest.approx(
            [2 * old.box.x, 2 * old.box.y, 2 * old.box.w, 2 * old.box.h], abs=1
        )
    ended = zij("compare", tmp_path / "b.xml", page.with_name("a.png"), "-o", tmp_path / "out")
    assert "other image" not in ended.err


def test_compare_says_what_to_do_and_does_it_afterwards(page: Path, tmp_path: Path) -> None:
    (tmp_path / "c.xml").write_bytes(page.read_bytes())
    said = refused(zij("compare", page, tmp_path / "c.xml", "-o", tmp_path / "out"), "zij convert --rescale")
    assert "400 x 520" in said
    for name in ("a", "c"):
        words = ("convert", tmp_path / f"{name}.xml", tmp_path / "fit", "--to", "nested", "--rescale")
        assert zij(*words).code == 0
    pages = (tmp_path / "fit" / "a.xml", tmp_path / "fit" / "c.xml")
    assert zij("compare", *pages, "-o", tmp_path / "out", "--images", tmp_path).code == 0


def test_points_of_every_make_are_moved() -> None:
    ns = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2010-03-19"
    text = (
        f'<PcGts xmlns="{ns}"><Metadata/><Page imageFilename="a" imageWidth="100" imageHeight="200">'
        '<TextRegion id="r"><Coords><Point x="10" y="20"/><Point x="-3" y="7.6"/></Coords></TextRegion>'
        '<TextRegion id="s" custom="x {y:1;}"><Coords points="1,2 3.5,4"/></TextRegion></Page></PcGts>'
    )
    root = etree.fromstring(rescaled(text.encode(), "p.xml", 50, 100))
    assert [(p.get("x"), p.get("y")) for p in root.iter(f"{{{ns}}}Point")] == [("5", "10"), ("-2", "4")]
    assert [c.get("points") for c in root.iter(f"{{{ns}}}Coords")][1] == "0,1 2,2"
    assert rescaled(text.encode(), "p.xml", 100, 200) == text.encode()


def test_an_image_of_another_shape_is_refused(page: Path, tmp_path: Path) -> None:
    Image.new("RGB", (520, 400)).save(page.with_name("a.png"))
    refused(zij("convert", page, tmp_path / "b.xml", "--to", "nested", "--rescale"), "of another shape")
    page.with_name("a.png").unlink()
    refused(zij("convert", page, tmp_path / "b.xml", "--to", "nested", "--rescale"), "is not in")
    assert not (tmp_path / "b.xml").exists()
    refused(zij("convert", page, tmp_path / "j", "--to", "json", "--rescale"), "rescale to a profile first")
