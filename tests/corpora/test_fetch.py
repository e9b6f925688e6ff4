"""Fetching from a server that fails, stalls, truncates, asks to wait, lies, or leads where it must not."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from web import Answer, Web, web

from zij.corpora.sources import fetch, patience
from zij.corpora.sources.address import LOCAL, PRIVATE, PUBLIC, checked_target, inside_of, reach_of
from zij.corpora.sources.fetch import Fetcher
from zij.corpora.sources.patience import Limits, NotHad, retry_after
from zij.errors import InputError, OutputError
from zij.tables.scan.image import read_image

LIMITS = Limits(connect=2, read=0.4, total=3, attempts=3, pause=0.01, longest_pause=5, image_bytes=1 << 20)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setattr(patience, "getproxies", dict)
    with web() as served:
        yield served


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(rate=0, limits=LIMITS, sleep=lambda _: None) as made:
        yield made


def jpeg(seed: int = 0, side: int = 120) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (side, side, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Pillow.fromarray(pixels).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def check(path: Path) -> None:
    read_image(path)


def got(fetcher: Fetcher, url: str, folder: Path) -> bytes:
    fetcher.file(url, folder / "a", check, LOCAL)
    assert sorted(path.name for path in folder.iterdir()) == ["a"]
    return (folder / "a").read_bytes()


def refused(fetcher: Fetcher, url: str, folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        fetcher.file(url, folder / "a", check, LOCAL)
    assert not (folder / "a").exists()
    assert str(caught.value).startswith(url) or url in str(caught.value)
    return str(caught.value)


def test_a_file_comes_as_it_is(server: Web, fetcher: Fetcher, tmp_path: Path) -> None:
    assert got(fetcher, server.put("/a.jpg", jpeg()), tmp_path) == jpeg()
    ((_, headers),) = server.asked
    assert headers["User-Agent"].startswith("zij/")
    assert headers["Host"] == server.url[7:]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(server: Web, fetcher: Fetcher, tmp_path: Path, status: int) -> None:
    url = server.put("/a.jpg", lambda n: Answer(jpeg()) if n == 3 else Answer(b"no", status))
    assert got(fetcher, url, tmp_path) == jpeg()
    assert server.counts["/a.jpg"] == 3


@pytest.mark.parametrize(
    ("status", "words"), [(404, "is not there"), (403, "may not be had"), (401, "password"), (400, "400")]
)
def test_what_will_not_pass_is_not_tried_again(
    server: Web, fetcher: Fetcher, tmp_path: Path, status: int, words: str
) -> None:
    url = server.put("/a.jpg", Answer(b"no", status))
    assert words in refused(fetcher, url, tmp_path)
    assert server.counts["/a.jpg"] == 1


def test_attempts_end(server: Web, fetcher: Fetcher, tmp_path: Path) -> None:
    url = server.put("/a.jpg", Answer(b"no", 503))
    assert "503" in refused(fetcher, url, tmp_path)
    assert server.counts["/a.jpg"] == LIMITS.attempts


def test_retry_after_is_honoured(server: Web, tmp_path: Path) -> None:
    slept: list[float] = []
    url = server.put("/a.jpg", lambda n: Answer(jpeg()) if n == 2 else Answer(b"", 429, {"Retry-After": "4"}))
    with Fetcher(rate=0, limits=LIMITS, sleep=slept.append) as fetcher:
        got(fetcher, url, tmp_path)
    assert slept == [4]


def test_a_server_that_asks_to_wait_for_long_is_left_alone(
    server: Web, fetcher: Fetcher, tmp_path: Path
) -> None:
    url = server.put("/a.jpg", Answer(b"", 429, {"Retry-After": "3600"}))
    assert "asks to wait 3600 s" in refused(fetcher, url, tmp_path)
    assert server.counts["/a.jpg"] == 1
    other = server.put("/b.jpg", jpeg())
    assert "was not asked for, as" in refused(fetcher, other, tmp_path)
    assert "/b.jpg" not in server.counts


def test_a_server_that_is_unwell_is_asked_once_for_each_file(
    server: Web, fetcher: Fetcher, tmp_path: Path
) -> None:
    bad = [server.put(f"/{n}.jpg", Answer(b"", 503)) for n in range(7)]
    for url in bad:
        refused(fetcher, url, tmp_path)
    assert [server.counts[f"/{n}.jpg"] for n in range(7)] == [3, 3, 3, 3, 3, 1, 1]
    got(fetcher, server.put("/good.jpg", jpeg()), tmp_path)
    (tmp_path / "a").unlink()
    refused(fetcher, bad[0], tmp_path)
    assert server.counts["/0.jpg"] == 6  # it is trusted again


def test_a_server_that_cannot_be_reached_is_asked_no_more(fetcher: Fetcher, tmp_path: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # nobody listens there
        url = f"http://127.0.0.1:{held.getsockname()[1]}"
        said = [refused(fetcher, f"{url}/{n}.jpg", tmp_path) for n in range(4)]
    assert all("cannot be reached" in reason for reason in said[:3])
    assert "was not asked for, as 127.0.0.1:" in said[3] and "could not be reached" in said[3]


@pytest.mark.parametrize(
    ("text", "seconds"), [("7", 7), ("", 0), ("soon", 0), ("-3", 0), ("١", 0), ("9" * 50, 999999999)]
)
def test_how_long_to_wait(text: str, seconds: float) -> None:
    assert retry_after(text) == seconds


def test_how_long_to_wait_until_a_date() -> None:
    then = datetime.now(UTC) + timedelta(seconds=90)
    assert 85 < retry_after(format_datetime(then, usegmt=True)) <= 90
    assert retry_after(format_datetime(then - timedelta(days=1), usegmt=True)) == 0


def test_pauses_double_and_depend_on_the_seed_alone() -> None:
    limits = Limits(pause=1, longest_pause=6)
    one, same, other = (Fetcher(seed=seed, limits=limits) for seed in (3, 3, 4))
    pauses = [one._pause(n) for n in range(1, 6)]
    assert pauses == [same._pause(n) for n in range(1, 6)]
    assert pauses != [other._pause(n) for n in range(1, 6)]
    for pause, most in zip(pauses, (1, 2, 4, 6, 6), strict=True):
        assert most / 2 <= pause <= most


def test_the_rate_of_a_host_is_kept(server: Web, tmp_path: Path) -> None:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    with Fetcher(rate=4, limits=LIMITS, clock=lambda: now[0], sleep=sleep) as fetcher:
        for n in range(5):
            fetcher.file(server.put(f"/{n}.jpg", jpeg()), tmp_path / str(n), check, LOCAL)
    assert now[0] == pytest.approx(4 * 0.25)


def test_a_broken_file_is_resumed_where_it_broke_off(server: Web, fetcher: Fetcher, tmp_path: Path) -> None:
    body = jpeg()
    tag = {"ETag": '"one"'}
    url = server.put("/a.jpg", lambda n: Answer(body, headers=tag, cut=2000 if n == 1 else None))
    assert got(fetcher, url, tmp_path) == body
    assert [headers.get("Range") for _, headers in server.asked] == [None, "bytes=2000-"]
    assert server.asked[1][1]["If-Range"] == '"one"'


def test_it_is_resumed_by_a_later_run_too(server: Web, tmp_path: Path) -> None:
    body = jpeg()
    dated = {"Last-Modified": "Tue, 01 Feb 2000 00:00:00 GMT"}
    url = server.put("/a.jpg", lambda n: Answer(body, headers=dated, cut=1500 * n if n < 4 else None))
    with (
        Fetcher(rate=0, limits=LIMITS, sleep=lambda _: None) as fetcher,
        pytest.raises(NotHad, match="broke off"),
    ):
        fetcher.file(url, tmp_path / "a", check, LOCAL)
    with Fetcher(rate=0, limits=LIMITS) as fetcher:
        assert got(fetcher, url, tmp_path) == body
    assert "Range" in server.asked[3][1]


def test_a_file_that_changed_meanwhile_comes_whole(server: Web, fetcher: Fetcher, tmp_path: Path) -> None:
    old, new = jpeg(1), jpeg(2)
    url = server.put(
        "/a.jpg",
        lambda n: (
            Answer(old, headers={"ETag": '"1"'}, cut=3000) if n == 1 else Answer(new, headers={"ETag": '"2"'})
        ),
    )
    assert got(fetcher, url, tmp_path) == new


def test_without_a_version_nothing_is_resumed(server: Web, fetcher: Fetcher, tmp_path: Path) -> None:
    body = jpeg()
    url = server.put(
        "/a.jpg", lambda n: Answer(body, headers={"ETag": 'W/"1"'}, cut=3000 if n == 1 else None)
    )
    assert got(fetcher, url, tmp_path) == body
    assert all("Range" not in headers for _, headers in server.asked)


def test_a_server_that_sends_the_wrong_part_is_not_believed(
    server: Web, fetcher: Fetcher, tmp_path: Path
) -> None:
    body = jpeg()

    def answer(n: int) -> Answer:
        if n == 1:
            return Answer(body, headers={"ETag": '"1"'}, cut=3000)
        if n == 2:
            return Answer(body[:100], 206, {"Content-Range": f"bytes 0-99/{len(body)}", "ETag": '"1"'})
        return Answer(body, headers={"ETag": '"1"'})

    assert got(fetcher, server.put("/a.jpg", answer), tmp_path) == body
    assert server.counts["/a.jpg"] == 3


def test_truncation_that_no_length_tells_is_noticed(server: Web, fetcher: Fetcher, tmp_path: Path) -> None:
    body = jpeg()
    url = server.put("/a.jpg", lambda n: Answer(body if n == 2 else body[:2500], length=False))
    assert got(fetcher, url, tmp_path) == body
    assert server.counts["/a.jpg"] == 2


@pytest.mark.parametrize("lie", [500, -2500])
def test_a_server_that_lies_about_the_length(server: Web, fetcher: Fetcher, tmp_path: Path, lie: int) -> None:
    url = server.put("/a.jpg", Answer(jpeg(), lie=lie))
    said = refused(fetcher, url, tmp_path)
    assert "broke off" in said or "cut off" in said
    assert server.counts["/a.jpg"] == LIMITS.attempts


def test_a_server_that_stalls(server: Web, fetcher: Fetcher, tmp_path: Path) -> None:
    url = server.put("/a.jpg", lambda n: Answer(jpeg(), stall=5 if n == 1 else 0))
    assert got(fetcher, url, tmp_path) == jpeg()


def test_an_answer_takes_no_longer_than_the_limit(server: Web, tmp_path: Path) -> None:
    now = [0.0]

    def clock() -> float:
        now[0] += 2
        return now[0]

    url = server.put("/a.jpg", Answer(jpeg(side=900)))
    with Fetcher(rate=0, limits=LIMITS, clock=clock, sleep=lambda _: None) as fetcher:
        assert "took longer than 3 s" in refused(fetcher, url, tmp_path)


def test_a_server_that_never_ends(server: Web, fetcher: Fetcher, tmp_path: Path) -> None:
    assert "more than 1 MB" in refused(fetcher, server.put("/a.jpg", Answer(endless=True)), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_stated_too_large_is_not_fetched(
    server: Web, fetcher: Fetcher, tmp_path: Path
) -> None:
    assert "larger than 1 MB" in refused(fetcher, server.put("/a.jpg", Answer(b"x", lie=1 << 21)), tmp_path)


@pytest.mark.parametrize("body", [b"<html>please log in</html>", b"", b"GIF89a", b"\xff\xd8\xffnothing"])
def test_what_is_no_image_is_not_kept(server: Web, fetcher: Fetcher, tmp_path: Path, body: bytes) -> None:
    url = server.put("/a.jpg", Answer(body, headers={"Content-Type": "text/html"}))
    said = refused(fetcher, url, tmp_path)
    assert "text/html" in said or "cut off" in said
    assert list(tmp_path.iterdir()) == []


def test_nobody_listens(fetcher: Fetcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "getproxies", dict)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert "cannot be reached" in refused(fetcher, f"http://127.0.0.1:{port}/a.jpg", tmp_path)


def test_redirects_are_followed_but_not_for_ever(server: Web, fetcher: Fetcher, tmp_path: Path) -> None:
    server.put("/a.jpg", jpeg())
    url = server.put("/1", Answer(status=302, headers={"Location": "/2"}))
    server.put("/2", Answer(status=301, headers={"Location": f"{server.url}/a.jpg"}))
    assert got(fetcher, url, tmp_path) == jpeg()
    (tmp_path / "a").unlink()
    loop = server.put("/loop", Answer(status=302, headers={"Location": "/loop"}))
    assert "leads on and on" in refused(fetcher, loop, tmp_path)


@pytest.mark.parametrize(
    "goal", ["file:///etc/passwd", "ftp://example.org/a", "gopher://x", "http://user:pw@example.org/"]
)
def test_redirects_lead_to_the_web_alone(server: Web, fetcher: Fetcher, tmp_path: Path, goal: str) -> None:
    url = server.put("/1", Answer(status=302, headers={"Location": goal}))
    with pytest.raises(InputError, match=r"is no http|user name"):
        fetcher.file(url, tmp_path / "a", check, LOCAL)


def names(hosts: dict[str, list[str]]) -> object:
    def look_up(host: str, port: int) -> list[str]:
        if host not in hosts:
            raise OSError("not known")
        return hosts[host]

    return look_up


def test_a_public_place_does_not_lead_into_the_network(server: Web, tmp_path: Path) -> None:
    """A public server that redirects to this machine is not followed, and asks nothing of it."""
    port = server.url.rpartition(":")[2]
    server.put("/secret", jpeg())
    hosts = names({"library.example": ["127.0.0.1"], "127.0.0.1": ["127.0.0.1"]})
    with Fetcher(rate=0, limits=LIMITS, names=hosts) as fetcher:  # type: ignore[arg-type]
        with pytest.raises(InputError, match="private network"):
            fetcher.file(f"http://library.example:{port}/secret", tmp_path / "a", check, PUBLIC)
        assert server.asked == []
        fetcher.file(f"http://library.example:{port}/secret", tmp_path / "a", check, LOCAL)
    assert server.asked[0][1]["Host"] == f"library.example:{port}"


def test_the_address_that_was_checked_is_the_one_that_is_asked(server: Web, tmp_path: Path) -> None:
    """A name that stands for another address the next time it is looked up changes nothing."""
    port = server.url.rpartition(":")[2]
    server.put("/a.jpg", jpeg())
    asked: list[str] = []

    def look_up(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["203.0.113.1"]

    with Fetcher(rate=0, limits=LIMITS, names=look_up) as fetcher:
        fetcher.file(f"http://turncoat.example:{port}/a.jpg", tmp_path / "a", check, LOCAL)
    assert asked == ["turncoat.example"]


@pytest.mark.parametrize(
    ("address", "reach"),
    [
        ("8.8.8.8", PUBLIC), ("2001:4860:4860::8888", PUBLIC), ("127.0.0.1", LOCAL), ("127.8.9.1", LOCAL),
        ("::1", LOCAL), ("::ffff:127.0.0.1", LOCAL), ("10.1.2.3", PRIVATE), ("192.168.0.1", PRIVATE),
        ("172.16.0.1", PRIVATE), ("::ffff:10.0.0.1", PRIVATE), ("fd00::1", PRIVATE), ("100.64.0.1", PRIVATE),
        ("64:ff9b::7f00:1", LOCAL), ("2002:7f00:1::", LOCAL), ("169.254.169.254", 3), ("fe80::1", 3),
        ("0.0.0.0", 3), ("::", 3), ("224.0.0.1", 3), ("255.255.255.255", PRIVATE),
    ],
)  # fmt: skip
def test_how_far_inside_an_address_lies(address: str, reach: int) -> None:
    assert reach_of(address) == reach


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.org/", "http://", "http:///x", "javascript:alert(1)", "", "a b",
        "http://exa mple.org/", "http://[::1", "http://user@example.org/", "http://example.org:99999/",
        "http://example.org/\n", "data:image/png;base64,x", "//example.org/x", "http://" + "a" * 5000,
        "http://unknown.example/", "\\\\host\\share",
    ],
)  # fmt: skip
def test_what_is_no_address_of_the_web(url: str) -> None:
    with pytest.raises(InputError) as caught:
        checked_target(url, LOCAL, names=names({"example.org": ["203.0.113.1"]}))  # type: ignore[arg-type]
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://2130706433/", "http://0x7f.1/", "http://127.1/", "http://localhost/", "http://[::1]/"]
)
def test_other_spellings_of_this_machine_are_this_machine(url: str) -> None:
    with pytest.raises(InputError):
        checked_target(url, PUBLIC)
    assert inside_of("http://localhost:1/") == LOCAL


def test_two_processes_do_not_write_one_file(server: Web, tmp_path: Path) -> None:
    """While one fetches, the other waits its turn; both end well."""
    body = jpeg()
    url = server.put("/a.jpg", lambda n: Answer(body, stall=0.3 if n == 1 else 0))
    results: list[str] = []

    def run(name: str) -> None:
        with Fetcher(rate=0, limits=Limits(attempts=8, pause=0.1, longest_pause=0.2)) as fetcher:
            fetcher.file(url, tmp_path / "a", check, LOCAL)
            results.append(name)

    threads = [threading.Thread(target=run, args=(name,)) for name in "xy"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["x", "y"]
    assert (tmp_path / "a").read_bytes() == body


def test_a_folder_that_cannot_be_written_is_told(server: Web, fetcher: Fetcher, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot be made"):
        fetcher.file(server.put("/a.jpg", jpeg()), tmp_path / "file" / "a", check, LOCAL)


def test_json_is_read_with_a_limit(server: Web, fetcher: Fetcher) -> None:
    assert fetcher.json(server.put("/m.json", b'{"a": [1]}'), LOCAL) == {"a": [1]}
    with pytest.raises(NotHad, match="no JSON"):
        fetcher.json(server.put("/x.json", b"<html>"), LOCAL)
    with pytest.raises(NotHad, match="no JSON"):
        fetcher.json(server.put("/deep.json", b"[" * 200_000), LOCAL)
    small = Limits(json_bytes=10, attempts=1)
    with Fetcher(rate=0, limits=small) as strict, pytest.raises(NotHad, match=r"larger|more than"):
        strict.json(server.put("/long.json", b"[" + b"1," * 50 + b"1]"), LOCAL)


def test_without_httpx_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from zij.errors import UsageError

    monkeypatch.setitem(sys.modules, "httpx", None)
    with Fetcher() as fetcher, pytest.raises(UsageError, match=r'pip install "zij\[iiif\]"'):
        fetcher.json("http://127.0.0.1:9/", LOCAL)
    assert fetch.Fetcher is Fetcher
