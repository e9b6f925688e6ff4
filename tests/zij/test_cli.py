"""The command line: what reaches the actions, what is printed where, and the exit codes."""

from __future__ import annotations

import io
import signal
import sys
import time
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import zij
from zij.cli import main, progress
from zij.errors import ImageError


@dataclass(frozen=True)
class Result:
    sentence: str = "similarity 0.97; report: OUT/report.html"
    failures: tuple[tuple[str, str], ...] = ()


class Actions(types.ModuleType):
    """Stands for `zij.actions`; remembers calls and ends as it is told to."""

    def __init__(self) -> None:
        super().__init__("zij.actions")
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.outcome: Result | BaseException = Result()

    def __getattr__(self, name: str) -> Callable[..., Result]:
        if name.startswith("_"):
            raise AttributeError(name)

        def action(*args: Any, **options: Any) -> Result:
            self.calls.append((name, args, options))
            if isinstance(self.outcome, BaseException):
                raise self.outcome
            return self.outcome

        return action


@pytest.fixture
def actions(monkeypatch: pytest.MonkeyPatch) -> Actions:
    stub = Actions()
    monkeypatch.setitem(sys.modules, "zij.actions", stub)
    monkeypatch.setattr(zij, "actions", stub, raising=False)
    return stub


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(words)
    assert isinstance(end.value.code, int)
    return end.value.code


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            "annotate a.jpg b.xml -o out",
            ("annotate", (["a.jpg", "b.xml"], Path("out")), {"profile": "nested", "device": "auto"}),
        ),
        (
            "annotate a.jpg -o out --profile flat --device cpu --split --images scans",
            (
                "annotate",
                (["a.jpg"], Path("out")),
                {"profile": "flat", "split": True, "images": Path("scans")},
            ),
        ),
        (
            "compare a.jpg b.jpg --out out",
            ("compare", ("a.jpg", "b.jpg", Path("out")), {"top": 2000, "weights": None, "pixels": False}),
        ),
        (
            "compare a.jpg b.jpg -o out --top 5 --weights w.safetensors --images d",
            ("compare", ("a.jpg", "b.jpg", Path("out")), {"top": 5, "weights": Path("w.safetensors")}),
        ),
        (
            "compare a.jpg b.jpg -o out --pixels",
            ("compare", ("a.jpg", "b.jpg", Path("out")), {"pixels": True, "images": None}),
        ),
        ("demo", ("demo", (Path("demo"),), {"seed": 0})),
        ("demo -o x --seed 3", ("demo", (Path("x"),), {"seed": 3})),
        ("generate -o x --count 2", ("generate", (Path("x"),), {"kind": "climates", "seed": 0, "count": 2})),
        (
            "train --out w.safetensors --fonts f --seed 1 --steps 9 --device cpu",
            ("train", (Path("w.safetensors"),), {"fonts": Path("f"), "seed": 1, "steps": 9, "minutes": None}),
        ),
        (
            "train --pages mine -o w.safetensors --weights old.safetensors --images scans",
            (
                "train",
                (Path("w.safetensors"),),
                {"pages": Path("mine"), "weights": Path("old.safetensors"), "images": Path("scans")},
            ),
        ),
        (
            "annotate a.jpg -o out --weights w.safetensors",
            ("annotate", (["a.jpg"], Path("out")), {"weights": Path("w.safetensors")}),
        ),
    ],
)
def test_what_reaches_the_action(actions: Actions, words: str, expected: tuple[Any, Any, Any]) -> None:
    assert run(*words.split()) == 0
    [(name, args, options)] = actions.calls
    assert (name, args) == expected[:2]
    assert expected[2].items() <= options.items()
    assert options["progress"] is None  # no terminal here


def test_the_closing_line_is_all_of_stdout(actions: Actions, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("compare", "a", "b", "-o", "x") == 0
    assert capsys.readouterr() == ("similarity 0.97; report: OUT/report.html\n", "")


def test_some_pages_failed(actions: Actions, capsys: pytest.CaptureFixture[str]) -> None:
    failures = (("a.jpg", "a.jpg: is a text file; give an image."), ("b.jpg", "is empty."))
    actions.outcome = Result("1 of 3 pages read", failures)
    assert run("annotate", "a.jpg", "b.jpg", "c.jpg", "-o", "x") == 1
    out, err = capsys.readouterr()
    assert out == "1 of 3 pages read\n"
    assert err == "a.jpg: is a text file; give an image.\nb.jpg: is empty.\n"


def test_an_error_is_one_sentence(actions: Actions, capsys: pytest.CaptureFixture[str]) -> None:
    actions.outcome = ImageError("a.jpg: is a text file;\n give an image.")
    assert run("annotate", "a.jpg", "-o", "x") == 2
    assert capsys.readouterr() == ("", "zij: a.jpg: is a text file; give an image.\n")


@pytest.mark.parametrize("words", [["--debug", "demo"], ["demo", "--debug"]])
def test_debug_shows_the_traceback(
    actions: Actions, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    actions.outcome = ImageError("a.jpg: is empty.")
    assert run(*words) == 2
    err = capsys.readouterr().err
    assert "Traceback" in err and err.endswith("\nzij: a.jpg: is empty.\n")


def test_an_unexpected_error_asks_for_a_report(actions: Actions, capsys: pytest.CaptureFixture[str]) -> None:
    actions.outcome = ZeroDivisionError("division by zero")
    assert run("demo") == 2
    wanted = (
        "zij: internal error (ZeroDivisionError: division by zero); run again with --debug and report it.\n"
    )
    assert capsys.readouterr() == ("", wanted)


def test_too_little_memory_is_no_internal_error(actions: Actions, capsys: pytest.CaptureFixture[str]) -> None:
    actions.outcome = MemoryError()
    assert run("demo") == 2
    assert "not enough memory" in capsys.readouterr().err


def test_an_interrupt_is_clean(actions: Actions, capsys: pytest.CaptureFixture[str]) -> None:
    actions.outcome = KeyboardInterrupt()
    assert run("demo") == 130
    assert capsys.readouterr() == ("", "zij: interrupted; nothing half-written was left behind.\n")


def test_being_ended_is_an_interrupt(
    actions: Actions, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGTERM, as a cluster or a shutdown sends it, unwinds, so that scratch folders are removed."""
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(actions, "demo", lambda *_, **__: signal.raise_signal(signal.SIGTERM), raising=False)
    try:
        assert run("demo") == 130
    finally:
        signal.signal(signal.SIGTERM, before)
    assert capsys.readouterr().err == "zij: interrupted; nothing half-written was left behind.\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("compare a", "see zij compare --help"),
        ("compare a b", "--out"),
        ("frobnicate", "frobnicate"),
        ("annotate a -o x --profile no", "'--profile': 'no' is not one of 'nested', "),
        ("compare a b -o x --top 0", "'--top': it must be at least 1; see zij compare --help."),
        ("search corpus page", "No such command 'search'; did you mean zij corpus search?"),
        ("corpus compare a b", "No such command 'compare'; did you mean zij compare?"),
        ("compare a b -o x --top ten", "'--top': it must be a whole number; see"),
        ("generate -o x --misread 2", "'--misread': it must be at most 1; see"),
        ("annotate -o x -- --debug --no", None),
    ],
)
def test_wrong_use(
    actions: Actions, capsys: pytest.CaptureFixture[str], words: str, told: str | None
) -> None:
    code = run(*words.split())
    out, err = capsys.readouterr()
    if told is None:  # after "--" all words are pages
        assert code == 0 and actions.calls[0][1][0] == ["--debug", "--no"]
        return
    assert code == 2 and out == "" and err.count("\n") == 1
    assert err.startswith("zij: ") and told in err
    assert not actions.calls


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert capsys.readouterr().out == f"zij {zij.__version__}\n"
    assert run() == 2
    assert "annotate" in capsys.readouterr().out
    assert run("corpus") == 2
    assert capsys.readouterr().out.startswith("Usage: zij corpus [OPTIONS] COMMAND")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("delay", "seen"), [(0.01, True), (60.0, False)])
def test_progress_is_drawn_only_after_a_while(
    monkeypatch: pytest.MonkeyPatch, delay: float, seen: bool
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(progress, "DELAY", delay)
    with progress.shown_progress() as told:
        assert told is not None
        told("reading digits", 1, 2)
        end = time.monotonic() + 5
        while seen and "reading digits" not in terminal.getvalue() and time.monotonic() < end:
            time.sleep(0.02)
    assert ("reading digits" in terminal.getvalue()) is seen
