"""Pages of the commands, made from what `zij COMMAND --help` says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import typer.main
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from zij.cli import app

__all__ = ["Command", "Parameter", "commands", "setup"]

_KINDS = {"int": "INTEGER", "float": "NUMBER", "str": "TEXT", "path": "PATH"}
_BOUNDS = [
    (r"(\S+)<=x<=(\S+)", r"from \1 to \2"),
    (r"x>=(\S+)", r"at least \1"),
    (r"x>(\S+)", r"more than \1"),
    (r"x<=(\S+)", r"at most \1"),
]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument or option as the help shows it.

    Attributes
    ----------
    names : str
        For instance ``-o, --out DIR``.
    text : str
        What it does.
    facts : tuple of str
        ``required``, ``default: ...``, ``off by default`` or ``may be left out``; then its bounds.
    is_option : bool
        Whether it begins with a hyphen.
    """

    names: str
    text: str
    facts: tuple[str, ...]
    is_option: bool


@dataclass(frozen=True, slots=True)
class Command:
    """One command as the help shows it.

    Attributes
    ----------
    name : str
        Without the program: ``annotate``, ``corpus add``; empty for the program itself.
    text : str
        Paragraphs; the first is a sentence.
    parameters : tuple of Parameter
        Arguments, then options, without ``--help``.
    """

    name: str
    text: str
    parameters: tuple[Parameter, ...]

    @property
    def usage(self) -> str:
        """The least that has to be written."""
        needed = [p for p in self.parameters if "required" in p.facts]
        words = [p.names.split(", ")[0 if not p.is_option else -1] for p in needed]
        options = "" if all(p in needed for p in self.parameters) else "[OPTIONS]"
        return " ".join(filter(None, ["zij", self.name, *words, options]))


def commands() -> dict[str, Command]:
    """Every command by its name, in the order of the help; groups are left out."""
    program = typer.main.get_command(app)
    found = {}
    for name, command, context in _walk(program, "", program.context_class(program, info_name="zij")):
        records = [(p, p.get_help_record(context)) for p in command.params]
        parameters = tuple(_parameter(p, record) for p, record in records if record is not None)
        ordered = sorted(parameters, key=lambda parameter: parameter.is_option)
        found[name] = Command(name, str(command.help or "").strip(), tuple(ordered))
    return found


def _walk(command: Any, name: str, context: Any) -> Iterator[tuple[str, Any, Any]]:
    inner = getattr(command, "commands", {})
    if not inner or not name:
        yield name, command, context
    for word, below in inner.items():
        yield from _walk(
            below, f"{name} {word}".strip(), below.context_class(below, info_name=word, parent=context)
        )


def _parameter(parameter: Any, record: tuple[str, str]) -> Parameter:
    names, text = record
    is_option = names.startswith("-")
    facts: list[str] = []
    end = re.search(r"\s*\[((?:required|default: |[^\[\]]*x[<>]).*)\]$", text, re.S)
    if end:
        text, facts = text[: end.start()], end[1].split("; ")
    if not any(fact == "required" or fact.startswith("default") for fact in facts):
        facts.insert(0, "off by default" if getattr(parameter, "is_flag", False) else "may be left out")
    for pattern, words in _BOUNDS:
        facts = [re.sub(f"^{pattern}$", words, fact) for fact in facts]
    return Parameter(_names(names), " ".join(text.split()), tuple(facts), is_option)


def _names(names: str) -> str:
    """`--top <int range>` as `--top INTEGER`, `--to <a|b>` as `--to a|b`, `PAGE <list[str]>` as `PAGE...`."""
    name, _, kind = names.replace(" / ", ", ").partition(" <")
    kind = kind.removesuffix(">").removesuffix(" range")
    if not names.startswith("-"):
        return f"{name.rstrip('.')}..." if kind.startswith("list") or name.endswith("...") else name
    kind = kind.removeprefix("list[").removesuffix("]")
    return f"{name} {_KINDS.get(kind, kind)}".strip()


class CommandsDirective(SphinxDirective):
    """The commands named in its content, a line each, as sections with all their options."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """The sections."""
        known = commands()
        text = "\n".join(
            _section(known[name.strip().removeprefix("zij")]) for name in self.content if name.strip()
        )
        return self.parse_text_to_nodes(text, allow_section_headings=True)


class CommandListDirective(SphinxDirective):
    """Every command with the first sentence of its help, and a link."""

    def run(self) -> list[nodes.Node]:
        """The list."""
        lines = [".. list-table::", "   :widths: 30 70", ""]
        for name, command in commands().items():
            if name:
                lines.append(f"   * - :ref:`zij {name} <{_label(name)}>`")
                lines.append(f"     - {_quoted(command.text.split(chr(10) * 2)[0])}")
        return self.parse_text_to_nodes("\n".join(lines))


def _label(name: str) -> str:
    return f"zij-{name.replace(' ', '-')}"


def _section(command: Command) -> str:
    title = f"zij {command.name}".strip()
    heading = f".. _{_label(command.name)}:\n\n{title}\n{'-' * len(title)}\n" if command.name else ""
    arguments = [p for p in command.parameters if not p.is_option]
    options = [p for p in command.parameters if p.is_option]
    parts = [heading, _quoted(command.text), f".. code-block:: text\n\n   {command.usage}"]
    if arguments:
        parts.append("\n\n".join(f".. describe:: {p.names}\n\n   {_described(p)}" for p in arguments))
    parts.append(f".. program:: {title}")
    parts += [f".. option:: {p.names}\n\n   {_described(p)}" for p in options]
    return "\n\n".join(filter(None, parts)) + "\n"


def _described(parameter: Parameter) -> str:
    facts = ", ".join(re.sub("^(default: )(.*)$", r"\1``\2``", fact) for fact in parameter.facts)
    return f"{_quoted(parameter.text)} {facts[:1].upper()}{facts[1:]}."


def _quoted(text: str) -> str:
    """Plain text as reStructuredText; a word in backticks stays code."""
    escaped = re.sub(
        r"([\\*|_])|(?<=[a-z]):(?=//)", lambda sign: f"\\{sign[0]}", text
    )  # no address is a link
    return re.sub(r"`([^`]*)`", lambda code: "``" + code[1].replace("\\", "") + "``", escaped)


def setup(app: Sphinx) -> dict[str, Any]:
    """Give Sphinx the two directives."""
    app.add_directive("commands", CommandsDirective)
    app.add_directive("command-list", CommandListDirective)
    return {"parallel_read_safe": True}
