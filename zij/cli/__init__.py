"""The command line: parses, calls `zij.actions`, and says in one line what was found and where it lies.

Results go to stdout, progress and messages to stderr. Exit codes: 0 done; 1 some pages failed and the rest
is done; 2 nothing could be done.
"""

from __future__ import annotations

import functools
import io
import re
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer

from zij import __version__
from zij.cli import collation, corpus, explanations, files, pages, pairs
from zij.errors import ZijError

__all__ = ["app", "main"]

_PLAIN = {
    "Value error, ": "",
    r"Input should be (greater|less) than or equal to (\S+)": r"it must not be \1 than \2",
    "must not be greater than": "must be at least",
    "must not be less than": "must be at most",
    "Input should be a valid integer.*": "it must be a whole number",
    "Input should be a valid number.*": "it must be a number",
}
NOTHING_DONE = 2
INTERRUPTED = 130

app = typer.Typer(
    name="zij",
    help="Compare digitised numerical tables: read the digits, measure the similarity, explain it exactly.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
pages.register(app)
pairs.register(app)
explanations.register(app)
collation.register(app)
corpus.register(app)
files.register(app)


@app.callback(invoke_without_command=True)
def _front_door(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where in the program an error arose.")] = False,
) -> None:
    if version:
        typer.echo(f"zij {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(NOTHING_DONE)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and end the process with its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        What follows `zij`; default `sys.argv`. `--debug` may stand anywhere before a `--`.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    end = words.index("--") if "--" in words else len(words)
    debug = "--debug" in words[:end]
    words = [word for place, word in enumerate(words) if word != "--debug" or place > end]
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name that the terminal cannot show is no error
            stream.reconfigure(errors="backslashreplace")
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _interrupt)
    sys.exit(_run(words, debug))


@functools.cache
def _built() -> Any:
    """The commands as click has them; made once, for who runs many in one process."""
    return typer.main.get_command(app)


def _interrupt(*_: object) -> NoReturn:
    """End as at Ctrl-C, so that scratch files are removed."""
    raise KeyboardInterrupt


def _run(words: list[str], debug: bool) -> int:
    try:
        code = int(_built()(words, prog_name="zij", standalone_mode=False) or 0)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except Exception as error:
        if debug:
            traceback.print_exc()
        for sentence in (_sentence(error, debug), *map(_one_line, getattr(error, "__notes__", ()))):
            typer.echo(f"zij: {sentence}", err=True)
        return NOTHING_DONE
    if code == INTERRUPTED:  # so typer, too, reports Ctrl-C
        typer.echo("zij: interrupted; nothing half-written was left behind.", err=True)
    return code


def _sentence(error: Exception, debug: bool) -> str:
    """What went wrong, in one line that says what to do."""
    if isinstance(error, ZijError):
        return _one_line(str(error))
    if isinstance(error, MemoryError):
        return "there is not enough memory for this; close other programs or use smaller images."
    tell = getattr(error, "format_message", None)  # wrong use, as typer tells it
    if tell is not None:
        path = getattr(getattr(error, "ctx", None), "command_path", "zij")
        if (meant := _elsewhere(tell())) is not None:
            return meant
        return f"{_plain(_one_line(tell())).rstrip('.')}; see {path} --help."
    what = _one_line(f"{type(error).__name__}: {error}").rstrip(".: ")
    advice = "please report it" if debug else "run again with --debug and report it"
    return f"internal error ({what}); {advice}."


def _elsewhere(text: str) -> str | None:
    """What to say of a command that stands in another group than the one in which it was asked for."""
    asked = re.match(r"No such command '([a-z-]+)'", text)
    if asked is None:
        return None
    name, front = asked[1], _built().commands
    paths = [f"zij {name}"] if name in front else []
    paths += [f"zij {group} {name}" for group, own in front.items() if name in getattr(own, "commands", ())]
    return f"No such command '{name}'; did you mean {' or '.join(paths)}?" if paths else None


def _plain(text: str) -> str:
    """What typer says of a value, in plain words; other wordings of it are left as they are."""
    for pattern, words in _PLAIN.items():
        text = re.sub(pattern, words, text)
    return text


def _one_line(text: str) -> str:
    return " ".join(text.split())
