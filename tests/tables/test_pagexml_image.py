"""The image of a PAGE-XML file is found by hash, then by name, and never outside the folder."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from zij.errors import ImageError
from zij.files import sha256
from zij.tables.pagexml import PageFile, find_image
from zij.tables.reading import Reading


def paint(path, size=(30, 20), shade=0, **options):
    Image.fromarray(np.full((size[1], size[0]), shade, np.uint8)).save(path, **options)
    return path


@pytest.fixture
def page(tmp_path):
    return PageFile(Reading("a.png", "", 30, 20), tmp_path / "a.xml")


def test_beside_the_file_by_name(tmp_path, page):
    image = paint(tmp_path / "a.png")
    assert find_image(page) == image


def test_hash_counts_more_than_the_name(tmp_path, page):
    paint(tmp_path / "a.png")
    right = paint(tmp_path / "renamed.png", shade=9)
    known = replace(page, reading=replace(page.reading, sha256=sha256(right)))
    assert find_image(known) == right
    gone = replace(page, reading=replace(page.reading, sha256="0" * 64))
    assert find_image(gone) == tmp_path / "a.png"


def test_in_the_named_folder_only(tmp_path, page):
    paint(tmp_path / "a.png")
    (tmp_path / "scans").mkdir()
    with pytest.raises(ImageError, match=r"a\.xml: its image 'a\.png' is not in .*scans; --images names"):
        find_image(page, tmp_path / "scans")
    inside = paint(tmp_path / "scans" / "a.png")
    assert find_image(page, tmp_path / "scans") == inside


@pytest.mark.parametrize(
    "name", ["../a.png", "/etc/a.png", "C:\\scans\\a.png", "https://example.org/iiif/a.png", "x/../../a.png"]
)
def test_only_the_last_part_of_a_name_counts(tmp_path, page, name):
    (tmp_path / "in").mkdir()
    paint(tmp_path / "a.png")
    known = replace(page, path=tmp_path / "in" / "a.xml", reading=replace(page.reading, image=name))
    with pytest.raises(ImageError, match=r"'a\.png' is not in .*; name the folder .* with --images\."):
        find_image(known)
    image = paint(tmp_path / "in" / "a.png")
    assert find_image(known) == image


@pytest.mark.parametrize("name", ["", "..", ".", "scans/"])
def test_names_that_name_no_file(page, name):
    with pytest.raises(ImageError, match="is not in"):
        find_image(replace(page, reading=replace(page.reading, image=name)))


def test_links_out_of_the_folder_are_not_followed(tmp_path, page):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.png").symlink_to(paint(tmp_path / "secret.png"))
    with pytest.raises(ImageError, match="is not in"):
        find_image(page, tmp_path / "in")


def test_size_must_be_that_of_the_file(tmp_path, page):
    paint(tmp_path / "a.png", size=(60, 40))
    with pytest.raises(ImageError, match=r"is 60 x 40 pixels, but .* 30 x 20"):
        find_image(page)


def test_size_is_that_after_exif_orientation(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    image = paint(tmp_path / "a.jpg", size=(20, 30), exif=exif)
    assert find_image(PageFile(Reading("a.jpg", "", 30, 20), tmp_path / "a.xml")) == image


def test_folder_that_is_none(tmp_path, page):
    with pytest.raises(ImageError, match="cannot be searched for images"):
        find_image(page, tmp_path / "nowhere")
