"""`.env`, made of `.env.example`. Invariant: one that is there is read and never written."""

from collections.abc import Mapping
from pathlib import Path

from careflow_cli.errors import CareflowError


def values(file: Path) -> dict[str, str]:
    """What a file of `NAME=value` lines sets."""
    lines = (line.strip() for line in file.read_text("utf-8").splitlines())
    rows = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("'\"") for name, _, value in rows}


def write(file: Path, example: Path, chosen: Mapping[str, str]) -> None:
    """Write `file` as `example` with the chosen values instead of its own. Raises CareflowError for unknown names."""
    lines = example.read_text("utf-8").splitlines()
    if unknown := chosen.keys() - values(example).keys():
        raise CareflowError(f"{example} does not know {', '.join(sorted(unknown))}")
    filled = [_filled(line, chosen) for line in lines]
    draft = file.with_name(f"{file.name}.draft")
    draft.write_text("\n".join(filled) + "\n", "utf-8")
    draft.replace(file)


def _filled(line: str, chosen: Mapping[str, str]) -> str:
    name = line.partition("=")[0]
    return f"{name}={chosen[name]}" if name in chosen else line
