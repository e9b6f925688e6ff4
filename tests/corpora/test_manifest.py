"""IIIF manifests of both versions, in the many forms in which libraries write them."""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow
from web import Answer, Web, web

from zij.corpora.sources import patience
from zij.corpora.sources.fetch import Fetcher
from zij.corpora.sources.found import Found, Told, Wishes
from zij.corpora.sources.iiif import manifest_file_pages, manifest_pages
from zij.corpora.sources.imageapi import image_addresses
from zij.corpora.sources.manifest import Canvas, Manifest, Service, read_manifest
from zij.corpora.sources.patience import Limits
from zij.corpora.store.records import Book, Missed, NewPage
from zij.errors import InputError

LIMITS = Limits(connect=2, read=0.5, total=5, attempts=2, pause=0.01)


def jpeg(seed: int, width: int = 60, height: int = 90) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (height, width, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Pillow.fromarray(pixels).save(stream, "JPEG", quality=80)
    return stream.getvalue()


def version2(base: str, count: int = 2) -> dict[str, Any]:
    """A manifest as version 2 has it, with an image service of version 2."""
    canvases = [
        {
            "@id": f"{base}/canvas/{n}",
            "@type": "sc:Canvas",
            "label": f"f. {n}r",
            "width": 600,
            "height": 900,
            "images": [
                {
                    "@type": "oa:Annotation",
                    "motivation": "sc:painting",
                    "on": f"{base}/canvas/{n}",
                    "resource": {
                        "@id": f"{base}/image/{n}/full/full/0/default.jpg",
                        "@type": "dctypes:Image",
                        "width": 600,
                        "height": 900,
                        "service": {
                            "@context": "http://iiif.io/api/image/2/context.json",
                            "@id": f"{base}/image/{n}",
                            "profile": "http://iiif.io/api/image/2/level2.json",
                        },
                    },
                }
            ],
        }
        for n in range(1, count + 1)
    ]
    return {
        "@context": "http://iiif.io/api/presentation/2/context.json",
        "@id": f"{base}/manifest2.json",
        "@type": "sc:Manifest",
        "label": "Tabulae",
        "attribution": "A <b>library</b>",
        "license": "https://creativecommons.org/publicdomain/mark/1.0/",
        "metadata": [
            {"label": "Date", "value": "c. 1550"},
            {"label": [{"@value": "Place", "@language": "en"}], "value": "Basel"},
            {"label": "Shelfmark", "value": ["A 1", "B 2"]},
        ],
        "sequences": [{"@type": "sc:Sequence", "canvases": canvases}],
    }


def version3(base: str, count: int = 2) -> dict[str, Any]:
    """The same as version 3 has it."""
    items = [
        {
            "id": f"{base}/canvas3/{n}",
            "type": "Canvas",
            "label": {"none": [f"p. {n}"]},
            "width": 600,
            "height": 900,
            "items": [
                {
                    "type": "AnnotationPage",
                    "items": [
                        {
                            "type": "Annotation",
                            "motivation": "painting",
                            "target": f"{base}/canvas3/{n}",
                            "body": {
                                "id": f"{base}/image/{n}/full/max/0/default.jpg",
                                "type": "Image",
                                "width": 600,
                                "height": 900,
                                "service": [
                                    {"id": f"{base}/image/{n}", "type": "ImageService3", "profile": "level1"}
                                ],
                            },
                        }
                    ],
                }
            ],
        }
        for n in range(1, count + 1)
    ]
    return {
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "id": f"{base}/manifest3.json",
        "type": "Manifest",
        "label": {"la": ["Tabulae III"], "en": ["Tables III"]},
        "rights": "http://rightsstatements.org/vocab/NoC-NC/1.0/",
        "requiredStatement": {"label": {"en": ["Attribution"]}, "value": {"en": ["Held by X"]}},
        "navDate": "1585-01-01T00:00:00Z",
        "items": items,
    }


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setattr(patience, "getproxies", dict)
    with web() as served:
        yield served


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(rate=0, limits=LIMITS, sleep=lambda _: None) as made:
        yield made


def serve(server: Web, data: Any, path: str = "/m.json") -> str:
    return server.put(path, json.dumps(data).encode())


def gathered(
    url: str, fetcher: Fetcher, folder: Path, **wishes: Any
) -> tuple[list[NewPage], list[Missed], list[Told], list[Book]]:
    return parted(manifest_pages(url, Wishes(folder / "images", **wishes), fetcher))


def parted(found: Iterator[Found]) -> tuple[list[NewPage], list[Missed], list[Told], list[Book]]:
    things = list(found)
    return tuple([x for x in things if isinstance(x, kind)] for kind in (NewPage, Missed, Told, Book))  # type: ignore[return-value]


def test_both_versions_say_the_same() -> None:
    two, three = read_manifest(version2("http://a.org")), read_manifest(version3("http://a.org"))
    assert isinstance(two, Manifest) and isinstance(three, Manifest)
    assert two.label == "Tabulae" and three.label == "Tables III"
    assert two.rights == "https://creativecommons.org/publicdomain/mark/1.0/; A library"
    assert three.rights == "http://rightsstatements.org/vocab/NoC-NC/1.0/; Held by X"
    assert two.facts == (("Date", "c. 1550"), ("Place", "Basel"), ("Shelfmark", "A 1; B 2"))
    assert three.date == "1585-01-01T00:00:00Z"
    for one, other, version, level in zip(two.canvases, three.canvases, (2, 2), (1, 1), strict=True):
        assert (one.width, one.height) == (other.width, other.height) == (600, 900)
        assert one.service == Service(one.image.removesuffix("/full/full/0/default.jpg"), version, 2)
        assert other.service == Service(other.image.removesuffix("/full/max/0/default.jpg"), 3, level)
    assert [canvas.label for canvas in two.canvases] == ["f. 1r", "f. 2r"]


Change = Any
TOLERATED: dict[str, Change] = {
    "service in a list": lambda r: r.update(service=[r["service"]]),
    "service without an address": lambda r: r.update(service={"profile": "level2"}),
    "a search service before it": lambda r: r.update(
        service=[{"@id": "http://a.org/s", "profile": "search"}, r["service"]]
    ),
    "profile as a list": lambda r: r["service"].update(profile=[r["service"]["profile"], {"maxWidth": 9}]),
    "sizes as text": lambda r: r.update(width="600", height="900"),
    "type unknown": lambda r: r.pop("@type"),
    "@type as a list": lambda r: r.update({"@type": ["dctypes:Image"]}),
    "service of version 1": lambda r: r.update(
        service={
            "@id": "http://a.org/1",
            "profile": "http://library.stanford.edu/iiif/image-api/1.1/x.html#level1",
        }
    ),
}


@pytest.mark.parametrize("change", TOLERATED.values(), ids=TOLERATED)
def test_resources_are_read_in_other_forms(change: Change) -> None:
    data = version2("http://a.org", 1)
    change(data["sequences"][0]["canvases"][0]["images"][0]["resource"])
    manifest = read_manifest(data)
    assert isinstance(manifest, Manifest)
    (canvas,) = manifest.canvases
    assert canvas.image == "http://a.org/image/1/full/full/0/default.jpg" and not canvas.trouble
    assert (canvas.width, canvas.height) == (600, 900)


def test_choices_give_their_first_image() -> None:
    data = version2("http://a.org", 1)
    images = data["sequences"][0]["canvases"][0]["images"]
    inner = images[0]["resource"]
    images[0]["resource"] = {"@type": "oa:Choice", "default": inner, "item": [{"@id": "http://a.org/other"}]}
    assert read_manifest(data).canvases[0].image == inner["@id"]  # type: ignore[union-attr]
    data3 = version3("http://a.org", 1)
    annotation = data3["items"][0]["items"][0]["items"][0]
    inner = annotation["body"]
    annotation["body"] = {"type": "Choice", "items": [inner, {"id": "http://a.org/other", "type": "Image"}]}
    assert read_manifest(data3).canvases[0].image == inner["id"]  # type: ignore[union-attr]
    annotation["body"] = {"type": "SpecificResource", "source": inner, "selector": {}}
    assert read_manifest(data3).canvases[0].image == inner["id"]  # type: ignore[union-attr]
    annotation["body"] = [inner]
    assert read_manifest(data3).canvases[0].image == inner["id"]  # type: ignore[union-attr]


def test_details_on_a_canvas_are_not_the_page() -> None:
    data = version2("http://a.org", 1)
    images = data["sequences"][0]["canvases"][0]["images"]
    detail = copy.deepcopy(images[0])
    detail["on"] += "#xywh=1,1,9,9"
    detail["resource"]["@id"] = "http://a.org/detail"
    images.insert(0, detail)
    assert read_manifest(data).canvases[0].image.endswith("full/full/0/default.jpg")  # type: ignore[union-attr]
    images[0]["on"] = images[1]["on"]
    canvas = read_manifest(data).canvases[0]  # type: ignore[union-attr]
    assert canvas.image == "http://a.org/detail" and "several images" in canvas.remark


@pytest.mark.parametrize("wrong", [None, 3, "x", [], {}, {"type": "Annotation"}, {"@type": "sc:Layer"}, [1]])
def test_what_is_no_manifest(wrong: Any) -> None:
    with pytest.raises(InputError, match="is no IIIF manifest"):
        read_manifest(wrong, "m.json")


def addresses(canvas: Canvas, size: int, info: Any = None) -> list[str]:
    return list(image_addresses(canvas, size, lambda: info))


@pytest.mark.parametrize(
    ("version", "small", "large"),
    [
        (1, "full/full/0/native.jpg", "full/200,/0/native.jpg"),
        (2, "full/full/0/default.jpg", "full/200,/0/default.jpg"),
        (3, "full/max/0/default.jpg", "full/200,/0/default.jpg"),
    ],
)
def test_the_size_that_is_asked_for(version: int, small: str, large: str) -> None:
    canvas = Canvas(
        "c", image="http://a/i.jpg", service=Service("http://a/i", version, 2), width=600, height=900
    )
    assert addresses(canvas, 900)[0] == f"http://a/i/{small}"
    assert addresses(canvas, 300)[0] == f"http://a/i/{large}"
    assert addresses(canvas, 300)[-1] == "http://a/i.jpg"


def test_what_a_service_says_it_can_give() -> None:
    canvas = Canvas("c", image="http://a/i.jpg", service=Service("http://a/i", 2, None))
    info = {
        "width": 6000,
        "height": 9000,
        "profile": ["http://iiif.io/api/image/2/level1.json", {"maxWidth": 1500}],
    }
    assert addresses(canvas, 3000, info)[0] == "http://a/i/full/1000,/0/default.jpg"
    fixed = {
        "width": 6000,
        "height": 9000,
        "profile": ["http://iiif.io/api/image/2/level0.json"],
        "sizes": [
            {"width": 100, "height": 150},
            {"width": 1500, "height": 2250},
            {"width": 2400, "height": 3600},
        ],
    }
    assert addresses(canvas, 2000, fixed)[0] == "http://a/i/full/1500,/0/default.jpg"
    assert addresses(canvas, 9000, fixed)[0] == "http://a/i/full/2400,/0/default.jpg"
    for nonsense in (
        None,
        [],
        {"width": "wide"},
        {"sizes": 3},
        {"sizes": [3, {"width": -1}]},
        {"profile": {}},
    ):
        found = addresses(canvas, 2000, nonsense)
        assert found[0].startswith("http://a/i/full/") and found[-1] == "http://a/i.jpg"


@pytest.mark.parametrize("make", [version2, version3])
def test_pages_of_a_manifest(server: Web, fetcher: Fetcher, tmp_path: Path, make: Any) -> None:
    for n in (1, 2):
        for whole in ("full", "max"):
            server.put(f"/image/{n}/full/{whole}/0/default.jpg", jpeg(n))
    data = make(server.url)
    url = serve(server, data)
    pages, missed, _, (book,) = gathered(url, fetcher, tmp_path)
    assert missed == []
    assert [page.sequence for page in pages] == [1, 2]
    assert len({page.name for page in pages}) == len({page.key for page in pages}) == 2
    for n, page in enumerate(pages, 1):
        assert page.file is not None and page.file.read_bytes() == jpeg(n)
        assert page.file.is_relative_to(tmp_path / "images") and page.file.suffix == ".jpg"
        assert (page.width, page.height) == (60, 90)
        assert page.service == f"{server.url}/image/{n}" and page.canvas.endswith(f"/{n}")
        assert page.key == f"iiif:{page.canvas}" and "; " in page.rights
        assert page.book == book.name and page.label in (f"f. {n}r", f"p. {n}")
    assert book.metadata.others["manifest"] == data.get("@id", data.get("id"))
    if make is version2:
        assert (book.metadata.date, book.metadata.year_from, book.metadata.place) == (
            "c. 1550",
            1550,
            "Basel",
        )
        assert book.metadata.others["Shelfmark"] == "A 1; B 2"
    else:
        assert book.metadata.year_from == 1585


def test_what_cannot_be_had_is_told_and_the_rest_comes(server: Web, fetcher: Fetcher, tmp_path: Path) -> None:
    data = version2(server.url, 5)
    canvases = data["sequences"][0]["canvases"]
    server.put("/image/1/full/full/0/default.jpg", jpeg(1))
    server.put("/image/2/full/full/0/default.jpg", Answer(b"<html>", headers={"Content-Type": "text/html"}))
    canvases[2]["images"] = []
    canvases[3]["images"][0]["resource"] = {"@id": "file:///etc/passwd", "@type": "dctypes:Image"}
    server.put("/image/5/full/full/0/default.jpg", Answer(jpeg(5), 500))
    pages, missed, _, _ = gathered(serve(server, data), fetcher, tmp_path)
    assert [page.sequence for page in pages] == [1]
    assert [item.item for item in missed] == [f"{server.url}/canvas/{n}" for n in (2, 3, 4, 5)]
    for item, words in zip(
        missed, ("is no image", "no image in the manifest", "no http", "error (500)"), strict=True
    ):
        assert words in item.reason
    assert all(path.suffix == ".jpg" for path in (tmp_path / "images").rglob("*") if path.is_file())


def test_a_service_that_fails_is_got_around(server: Web, fetcher: Fetcher, tmp_path: Path) -> None:
    """The wanted size is refused; the service's own document names one; else the resource itself is taken."""
    data = version2(server.url, 2)
    for canvas in data["sequences"][0]["canvases"]:
        canvas["images"][0]["resource"].update(width=6000, height=9000, **{"@id": canvas["@id"] + ".jpg"})
    info = {"width": 6000, "height": 9000, "profile": ["level0"], "sizes": [{"width": 60, "height": 90}]}
    server.put("/image/1/info.json", json.dumps(info).encode())
    server.put("/image/1/full/60,/0/default.jpg", jpeg(1))
    server.put("/canvas/2.jpg", jpeg(2))
    pages, missed, told, _ = gathered(serve(server, data), fetcher, tmp_path)
    assert missed == [] and [page.file.read_bytes() for page in pages if page.file] == [jpeg(1), jpeg(2)]
    assert {item.remark for item in told} == {"came less than half as large as was asked for"}


def test_known_pages_are_not_asked_for_again(server: Web, fetcher: Fetcher, tmp_path: Path) -> None:
    for n in (1, 2):
        server.put(f"/image/{n}/full/full/0/default.jpg", jpeg(n))
    url = serve(server, version2(server.url))
    gathered(url, fetcher, tmp_path)
    before = server.counts.total()
    pages, missed, _, _ = gathered(
        url, fetcher, tmp_path
    )  # stopped before anything was noted: files are there
    assert len(pages) == 2 and not missed
    assert server.counts.total() == before + 1


def test_a_collection_is_followed_to_a_limit(server: Web, fetcher: Fetcher, tmp_path: Path) -> None:
    server.put("/image/1/full/full/0/default.jpg", jpeg(1))
    serve(server, version2(server.url, 1), "/manifest2.json")
    entry = {"@id": f"{server.url}/manifest2.json", "@type": "sc:Manifest", "label": "T"}
    top = {"@type": "sc:Collection", "@id": f"{server.url}/c.json", "manifests": [entry, entry, 7, None]}
    top["collections"] = [{"@id": f"{server.url}/c.json", "@type": "sc:Collection"}]
    top["members"] = [{"@id": f"{server.url}/gone.json", "@type": "sc:Manifest"}]
    pages, missed, _, _ = gathered(serve(server, top, "/c.json"), fetcher, tmp_path)
    assert len(pages) == 1
    assert [item.item for item in missed] == [f"{server.url}/gone.json"]
    deep: Any = version3(server.url, 0)
    for n in range(8):
        deep = {"type": "Collection", "id": f"{server.url}/{n}", "items": [deep]}
    _, missed, _, _ = gathered(serve(server, deep, "/deep.json"), fetcher, tmp_path)
    assert "collections deep" in missed[0].reason


def test_a_collection_in_leaves(server: Web, fetcher: Fetcher, tmp_path: Path) -> None:
    server.put("/image/1/full/full/0/default.jpg", jpeg(1))
    serve(server, version2(server.url, 1), "/manifest2.json")
    entry = {"id": f"{server.url}/manifest2.json", "type": "Manifest"}
    serve(server, {"type": "Collection", "id": "x", "items": [entry], "next": f"{server.url}/1"}, "/2")
    first = {
        "type": "Collection",
        "id": "x",
        "items": [],
        "next": f"{server.url}/2",
        "first": f"{server.url}/1",
    }
    pages, missed, _, _ = gathered(serve(server, first, "/1"), fetcher, tmp_path)
    assert len(pages) == 1 and missed == []


def test_offline_asks_nobody(server: Web, fetcher: Fetcher, tmp_path: Path) -> None:
    url = serve(server, version2(server.url))
    _, missed, _, _ = gathered(url, fetcher, tmp_path, offline=True)
    assert "--offline" in missed[0].reason
    (tmp_path / "m.json").write_text(json.dumps(version2(server.url)))
    wishes = Wishes(tmp_path / "images", offline=True, private=True)
    _, missed, _, _ = parted(manifest_file_pages(tmp_path / "m.json", "m.json", wishes, fetcher))
    assert len(missed) == 2 and all("--offline" in item.reason for item in missed)
    assert server.asked == []


def test_a_manifest_in_a_file_reaches_no_private_server_unless_told(
    server: Web, fetcher: Fetcher, tmp_path: Path
) -> None:
    server.put("/image/1/full/full/0/default.jpg", jpeg(1))
    path = tmp_path / "m.json"
    path.write_text(json.dumps(version2(server.url, 1)))
    pages, missed, _, _ = parted(manifest_file_pages(path, "m.json", Wishes(tmp_path / "images"), fetcher))
    assert pages == [] and "private network" in missed[0].reason and server.asked == []
    pages, missed, _, _ = parted(
        manifest_file_pages(path, "m.json", Wishes(tmp_path / "images", private=True), fetcher)
    )
    assert len(pages) == 1 and missed == []


def test_a_manifest_in_a_file_names_images_beside_it_and_no_others(fetcher: Fetcher, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "pictures").mkdir(parents=True)
    (home / "pictures" / "1.jpg").write_bytes(jpeg(1))
    (tmp_path / "outside.jpg").write_bytes(jpeg(2))
    (home / "link.jpg").symlink_to(tmp_path / "outside.jpg")
    names = [
        "pictures/1.jpg",
        "../outside.jpg",
        str(tmp_path / "outside.jpg"),
        "link.jpg",
        "file:pictures/1.jpg",
    ]
    data = version3("http://a.org", len(names))
    for name, canvas in zip(names, data["items"], strict=True):
        canvas["items"][0]["items"][0]["body"] = {"id": name, "type": "Image"}
    (home / "m.json").write_text(json.dumps(data))
    pages, missed, _, _ = parted(
        manifest_file_pages(home / "m.json", "m", Wishes(tmp_path / "images"), fetcher)
    )
    assert [page.file for page in pages] == [home / "pictures" / "1.jpg"]
    assert len(missed) == 4
    assert not (tmp_path / "images").exists()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b"3", b'{"type": "Manifest", "items": 4}']
)
def test_files_that_are_no_manifests_are_told(fetcher: Fetcher, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m.json"
    path.write_bytes(content)
    pages, missed, _, _ = parted(manifest_file_pages(path, "m.json", Wishes(tmp_path / "images"), fetcher))
    assert pages == [] and len(missed) == (0 if b"Manifest" in content else 1)


def test_hostile_labels_make_no_paths(server: Web, fetcher: Fetcher, tmp_path: Path) -> None:
    data = version2(server.url, 1)
    data["label"] = "../../etc/\x00pass\nwd" + "x" * 5000
    data["sequences"][0]["canvases"][0]["label"] = "/../..\\..\\a:b*?\u202e"
    server.put("/image/1/full/full/0/default.jpg", jpeg(1))
    (page,), missed, _, _ = gathered(serve(server, data), fetcher, tmp_path)
    assert missed == [] and page.file is not None
    assert page.file.resolve().is_relative_to((tmp_path / "images").resolve())
    assert len(page.name) <= 200 and page.name.isprintable() and "/" not in page.name
