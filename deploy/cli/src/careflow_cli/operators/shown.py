"""How answers are shown: aligned columns for people, JSON for programs.

Invariant: what is shown can be copied whole, so nothing is shortened or wrapped; text that came from a topic cannot
steer the terminal.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import typer


def plain(value: object) -> str:
    """A value as text of one line: `-` for none, and nothing a terminal would obey."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case _:
            return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in str(value))


def columns(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table as wide as it has to be."""
    lines = [[*headings], *([plain(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def facts(pairs: Mapping[str, object]) -> str:
    """Names and values, one to a line."""
    width = max(map(len, pairs))
    return "\n".join(f"{name.ljust(width)}  {plain(value)}" for name, value in pairs.items())


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """`1 event`, `2 events`, `3 people`."""
    return f"{number:,} {singular if number == 1 else plural or f'{singular}s'}"


def as_json(document: object) -> None:
    """Print for programs."""
    typer.echo(json.dumps(document, indent=2))


@dataclass(slots=True)
class Act:
    """Something that is shown before it is done. For programs all of it is one document, written at the end."""

    service: str
    execute: bool
    json: bool

    def plan(self, text: str, document: Any) -> None:
        """Show what is to be done."""
        if not self.json:
            typer.echo(text)
            if not self.execute:
                typer.echo("dry run: nothing was changed; --execute does it")
        elif not self.execute:
            as_json({"service": self.service, "executed": False, "plan": document})

    def done(self, text: str, plan: Any, result: Any) -> None:
        """Say that it was done."""
        if self.json:
            as_json({"service": self.service, "executed": True, "plan": plan, "result": result})
        else:
            typer.echo(text)
