"""The documentation is true: its commands run, and every command and option says what it does."""

from __future__ import annotations

import ast
import importlib
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import typer.main
from commands import VIEW, small_page
from commands import zij as commands_zij
from remembered import remembered

from zij.cli import app
from zij.files import sha256
from zij.tables.digits import detect
from zij.tables.generate.climates import climates
from zij.tables.generate.errors import copy_with_errors
from zij.tables.generate.pages import Setting, make_page
from zij.tables.overlay import save_png
from zij.tables.pagexml import write_pagexml

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs/tutorial/index.md"
DOCUMENTS = [ROOT / "README.md", *sorted(set((ROOT / "docs").rglob("*.md")) - {TUTORIAL})]
IMAGES = {".jpg", ".jpeg", ".png", ".tif", ".tiff"}
PROGRAM: Any = typer.main.get_command(app)
NOT_RUN = {
    "README.md": "make demo sets up the environment that this test runs in",
    "docs/index.md": "the same, and pip",
    "docs/how-to/cluster.md": "wants other machines; test_process_cluster.py has a scheduler on this one",
    "docs/how-to/corpus/gather.md": "fetches from a library; test_fetch.py has a server for it",
    "docs/how-to/corpus/search.md": "installs a package; test_finding.py runs the command",
    "docs/how-to/iiif.md": "fetches from a library; test_fetch.py has a server for it",
    "notebooks/README.md": "the notebooks have tests of their own",
}
"""Documents with commands that are shown and not run here, and why; that they could be said is tested."""


def commands(text: str) -> list[str]:
    """The `$ zij ...` lines of all console blocks; a backslash at the end of a line continues it."""
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.M | re.S)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ zij ")]


def test_commands_are_found() -> None:
    text = "```console\n$ zij demo \\\n  -o x\nsimilarity 1\n$ make test\n```\n```\n$ zij no\n```\n"
    assert [shlex.split(line) for line in commands(text)] == [["zij", "demo", "-o", "x"]]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Generated scans that stand for the user's, a third of a page each, with their truth."""
    folder = tmp_path_factory.mktemp("pages")
    for number in (1, 2, 3):
        table, _ = copy_with_errors(np.random.default_rng(number), climates().with_rows(0, 10), 3)
        setting = Setting.plain(digit_height=18.0, skew=0.4 * number, wear=0.4)
        page = make_page(number, table, setting, name=f"edition-{number}.png")
        image = save_png(folder / f"edition-{number}.png", page.pixels)
        write_pagexml(folder / f"edition-{number}.truth.xml", replace(page.truth, sha256=sha256(image)))
    return sorted(folder.glob("*.png"))


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory, pages: list[Path]) -> Path:
    """A folder of readings of those pages, apart from their images as in the tutorial."""
    folder = tmp_path_factory.mktemp("readings")
    for page in pages:
        shutil.copy(page.with_suffix(".truth.xml"), folder / f"{page.stem}.xml")
    return folder


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory, pages: list[Path]) -> Path:
    """A folder of those pages alone."""
    folder = tmp_path_factory.mktemp("scans")
    for page in pages:
        shutil.copy(page, folder)
    return folder


def zij(words: list[str], folder: Path) -> str:
    """Run a command in a folder as a user would, and return what it printed."""
    if words != ["--help"]:  # most take less time than starting the program, which this one shows to work
        with pytest.MonkeyPatch.context() as patch, remembered():
            patch.chdir(folder)
            called = commands_zij(*words)
        assert called.code == 0, f"zij {shlex.join(words)}: {called.err}"
        lost = re.search("its image ('|is not)|no pictures|missing: images", called.out + called.err)
        assert not lost, f"zij {shlex.join(words)} lacks images: {called.out}{called.err}"
        return called.out
    ended = subprocess.run(
        [sys.executable, "-c", "from zij.cli import main; main()", *words],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, f"zij {shlex.join(words)}: {ended.stderr}"
    return ended.stdout


def correct(folder: Path) -> None:
    """Go over what was read, as a scholar would: of the first number of each page she is not sure."""
    for path in folder.glob("*.cells.csv"):
        before = path.read_text("utf-8")
        assert ",read," in before
        path.write_text(before.replace(",read,", ",uncertain,", 1), "utf-8")


@pytest.mark.parametrize(
    "document",
    [d for d in DOCUMENTS if commands(d.read_text("utf-8"))],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_documented_commands_run(document: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """In order and in one folder; an image or a reading that is not there yet is generated."""
    for line in commands(document.read_text("utf-8")):
        words = shlex.split(re.sub(r"\s#.*", "", line))[1:]  # a "#" within a word is none of a comment
        wanted = [word for word in words if Path(word).suffix.lower() in IMAGES]
        for place, name in enumerate(word for word in wanted if not (tmp_path / word).exists()):
            pages: list[Path] = request.getfixturevalue("pages")
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(pages[place % len(pages)], tmp_path / name)
        images = words[words.index("--images") + 1] if "--images" in words else None
        for place, name in enumerate(word for word in words if word.endswith(".xml")):
            if not (tmp_path / name).exists():
                take_reading(request.getfixturevalue("pages")[place], tmp_path / name, images)
        for option in ("--witnesses", "--metadata"):
            if option in words and not (tmp_path / words[words.index(option) + 1]).exists():
                take_table(document, option, tmp_path / words[words.index(option) + 1])
        for name, kind in folders(words, images):
            if not Path(name).suffix and not (tmp_path / name).exists():
                shutil.copytree(request.getfixturevalue(kind), tmp_path / name)
        if "--pages" in words:
            correct(tmp_path / words[words.index("--pages") + 1])
        assert zij(words, tmp_path).strip(), f"{line}: printed nothing"
    if document.name in ("keep.md", "search.md"):  # whose Python goes on with what the commands made
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(tmp_path)
            for block in blocks(document):
                exec(compile(block, str(document), "exec"), {})


def folders(words: list[str], images: str | None) -> Iterator[tuple[str, str]]:
    """The folders that a command takes, each with the fixture that stands for it."""
    if words[0] == "corpus":
        for place in {"add": [3], "export": [2], "import": [3]}.get(words[1], []):
            yield words[place], "scans" if words[1] == "add" else "readings"
    if images is not None:
        yield images, "scans"


def take_reading(page: Path, name: Path, images: str | None) -> None:
    """Lay the reading of a generated page where a document has one, and its image where it is said to be."""
    name.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(page.with_suffix(".truth.xml"), name)
    if images is None:
        shutil.copy(page, name.parent)


def take_table(document: Path, option: str, name: Path) -> None:
    """Lay a CSV file where a document names one: the table of witnesses that it shows, or one page."""
    rows = "filename,place\nedition-1.png,Basel\n"
    if option == "--witnesses":
        (table,) = re.findall(r"^\| siglum .*\n\|[-| ]+\n(?:\|.*\n)+", document.read_text("utf-8"), re.M)
        lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
        rows = "\n".join(",".join(line) for line in lines if not line[0].startswith("-")) + "\n"
    name.write_text(rows, "utf-8")


def test_the_tutorial_is_true(tmp_path: Path) -> None:
    """What it says is printed, but for the numbers; and its finding is what was planted in the pages."""
    text = TUTORIAL.read_text("utf-8")
    told = re.findall(r"^\$ zij ((?:.*\\\n)*.*)\n([^$`].*)$", text, re.M)
    assert len(told) == len(commands(text)) > 7
    for line, answer in told:
        printed = zij(shlex.split(line.replace("\\\n", " ")), tmp_path).strip()
        assert re.sub(r"[\d.]+", "N", printed) == re.sub(r"[\d.]+", "N", answer), line
        if line.startswith("annotate"):
            change(tmp_path / "read/edition-1.cells.csv", "t1,1,3,1,1,25,uncertain", "t1,1,3,1,1,15,read")
            change(tmp_path / "read/edition-2.cells.csv", "t1,23,3,1,1,0,uncertain", "t1,23,3,1,1,0,read")
    found = pd.read_csv(tmp_path / "apparatus/variants.csv", dtype=str)
    planted = pd.read_csv(tmp_path / "scans/misprints.csv", dtype=str)
    assert set(found["status"]) == {"variant"}
    assert found[["row", "column", "edition-1", "edition-2"]].values.tolist() == (
        planted[["row", "column", "before", "after"]].values.tolist()
    )


def change(path: Path, before: str, after: str) -> None:
    """Correct a cell in a table of cells."""
    text = path.read_text("utf-8")
    assert text.count(before) == 1, path
    path.write_text(text.replace(before, after), "utf-8")


def blocks(document: Path) -> list[str]:
    """The Python of a document."""
    return re.findall(r"^```python\n(.*?)^```", document.read_text("utf-8"), re.M | re.S)


def test_documented_python_names_what_there_is() -> None:
    """What is imported from zij in any document can be imported."""
    found = 0
    for document in DOCUMENTS:
        for node in (node for block in blocks(document) for node in ast.walk(ast.parse(block))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "zij":
                module = importlib.import_module(str(node.module))
                for name in node.names:
                    assert hasattr(module, name.name), f"{document}: {node.module} has no {name.name}"
                    found += 1
    assert found > 15


def test_the_python_about_explanations_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (1, 2):
        save_png(tmp_path / f"scan{number}.png", small_page(number, rows=3))
        (tmp_path / f"scan{number}.png").rename(tmp_path / f"scan{number}.jpg")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(detect, "choose_view", lambda *_, **__: VIEW)
    found: dict[str, Any] = {}
    for block in blocks(ROOT / "docs/how-to/explain.md"):
        exec(compile(block, "docs/how-to/explain.md", "exec"), found)
    assert found["factors"].report()["similarity"] > 0
    assert found["found"].maps.shape == (1, 32, 32)


def told(text: str) -> Iterator[tuple[str, bool]]:
    """Every line of code of a document that is no Python, and whether it stands in a block."""
    for kind, block in re.findall(r"^```(\w*)\n(.*?)^```", text, re.M | re.S):
        if kind not in ("python", "js"):
            yield from ((line, True) for line in block.replace("\\\n", " ").splitlines())
    prose = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    yield from ((" ".join(code.split()), False) for code in re.findall(r"`([^`]+)`", prose))


def refusal(line: str) -> str:
    """What zij would have against the command and the options of a line; "" for nothing."""
    words = re.sub(r"\$\(.*?\)", "", line).removeprefix("$ ").split()
    command = PROGRAM
    for place, word in enumerate(words[1:], 1):
        inner = getattr(command, "commands", {})
        if inner and re.fullmatch("[a-z]+", word) and word not in inner:
            return f"{' '.join(words[:place])} has no command {word}"
        if word not in inner:
            break
        command = inner[word]
    known = {"--help"}.union(*(set(p.opts) | set(p.secondary_opts) for p in command.params))
    asked = re.findall(r"(?<!\S)(--?[a-z][\w-]*)", " ".join(words))
    return ", ".join(f"{command.name} has no option {word}" for word in asked if word not in known)


def test_what_zij_would_refuse_is_seen() -> None:
    assert refusal("$ zij compare a b -o c --pixels") == refusal("zij corpus ...") == ""
    assert refusal("zij compere a b") == "zij has no command compere"
    assert refusal("zij corpus serch x") == "zij corpus has no command serch"
    assert refusal("zij compare a b --pixel") == "compare has no option --pixel"


def test_every_command_in_prose_could_be_said() -> None:
    """Whether it stands in a block or a sentence; and what is not run is listed with its reason."""
    documents = [*DOCUMENTS, TUTORIAL, *(ROOT / f for f in ("CONTRIBUTING.md", "CHANGELOG.md"))]
    documents += sorted([*(ROOT / "notebooks").glob("*.md"), *(ROOT / "tables/weights").glob("*.md")])
    wrong, shown, count = [], set(), 0
    for document in documents:
        text = document.read_text("utf-8")
        run = set(commands(text))
        for line, in_block in told(text):
            if re.match(r"(\$ )?zij\b", line):
                count += 1
                wrong += [f"{document.name}: {said}" for said in [refusal(line)] if said]
            is_command = re.match(r"(\$ )?(zij|make|pip|dask|python|sbatch)\b", line)
            if in_block and is_command and line.removeprefix("$ ") not in run:
                shown.add(document.relative_to(ROOT).as_posix())
    assert not wrong, "; ".join(wrong)
    assert count > 300 and shown == set(NOT_RUN)


def every_command() -> Iterator[Any]:
    """The program, its commands, and those of its groups."""
    waiting = [typer.main.get_command(app)]
    while waiting:
        yield waiting[0]
        waiting += getattr(waiting.pop(0), "commands", {}).values()


def parameters() -> Iterator[tuple[str, str, str | None]]:
    """Command, name and help text of every argument and option."""
    for command in every_command():
        for parameter in command.params:
            yield str(command.name), str(parameter.name), getattr(parameter, "help", None)


@pytest.mark.parametrize(("command", "name", "text"), list(parameters()))
def test_every_option_says_what_it_does(command: str, name: str, text: str | None) -> None:
    assert text and text.endswith("."), f"{command} {name} has no help text that is a sentence"


def test_every_command_says_what_it_does() -> None:
    for command in every_command():
        assert command.help and command.help.split("\n")[0].strip(), command.name
