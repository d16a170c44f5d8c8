"""One page with every clinical number a service decides by: what it is about, its value and unit, where it comes
from, where it acts, what is signed and who of the clinic has signed it.

    python -m careflow_service.clinical_numbers screening sessions [--content FOLDER] [--write FILE | --check FILE]

Invariant: nothing is typed here: numbers, sources and signatures are the policy's, meanings the docstrings of its
types, and where a number acts is where the service's domain and application read it.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal
from functools import cache
from importlib import import_module
from inspect import getdoc
from pathlib import Path
from typing import Any, Final

from careflow_domain.setting import Setting
from careflow_service.content import Unusable
from careflow_service.policies import decided

HEAD: Final = """# The clinical numbers

Generated from what is shipped (`make generated`). None of it is advice: a clinic's medical director reads every number
the clinic decides by. What is not theirs is changed in `content/`, in a document with a `version` of its own
([how](compose.md#what-the-clinic-decides-for-itself)). Then this prints the same page of the clinic's own numbers, and
with each service the line that signs them:

```sh
.venv/bin/careflow numbers --deployment .
```

The medical director reads it, and puts the line into the document, with their name, their licence and the day:

```json
"signed": [
  {
    "version": "2026-12-01", "digest": "sha256:…",
    "by": "their name", "licence": "state, kind and number", "on": "2026-12-01"
  }
]
```

The digest binds the signature to what was read: SHA-256 of the whole document without `signed`, in the canonical form
of [RFC 8785](https://www.rfc-editor.org/rfc/rfc8785). White space and the order of names do not matter. Whatever else
is changed, be it one number under the same `version`, nobody has signed until there is a new line; earlier lines stay.
While nobody has signed what is in force, `/health/ready` of the service says `"without": ["policy_signature"]`, the
page of operations tells it, and `careflow doctor --deployment .` warns. Each decision keeps the version it was made by:
give a changed document a new one.
"""
OWN_HEAD: Final = """# The clinical numbers of this clinic

What screening and sessions decide by as soon as they start with what is in `content/` now. Whoever signs a document has
read every number of it, and puts the line that stands there under `signed` into it, with name, licence and day.
"""
UNITS: Final = ("minutes", "hours", "days", "months", "years", "weeks", "percent", "mg_per_kg", "mg")
SIGNS: Final = {
    "systolic": "mm[Hg]",
    "diastolic": "mm[Hg]",
    "heart_rate": "/min",
    "respiratory_rate": "/min",
    "oxygen_saturation": "%",
    "moaas": "MOAA/S",
}
"""UCUM units of what is measured."""


@dataclass(frozen=True, slots=True)
class Number:
    name: str
    value: str
    unit: str
    source: str
    read_as: str


@dataclass(frozen=True, slots=True)
class Section:
    """Numbers that belong together, and what the type that holds them says of them."""

    name: str
    about: str
    numbers: tuple[Number, ...]


def sections(policy: Any) -> list[Section]:
    """Everything in the document that has a source, by where it stands."""
    own = tuple(_own(policy, ""))
    return [Section("the whole document", "", own), *(each for each in _below(policy, "") if each.numbers)]


def _own(part: Any, above: str) -> Iterator[Number]:
    """Its settings; of what states one source for several values, each value."""
    common = getattr(part, "source", None)
    for each in fields(part):
        value, name = getattr(part, each.name), each.name
        if isinstance(value, Setting):
            yield _number(name, value, name, above)
        elif isinstance(common, str) and each.name != "source" and _is_plain(value):
            yield Number(name, _written(value), _unit(name, above), common, name)


def _number(name: str, setting: Setting[Any], read_as: str, above: str = "") -> Number:
    unit = getattr(setting, "unit", None) or _unit(name, above)
    return Number(name, _written(setting.value), str(unit), setting.source, read_as)


def _below(part: Any, above: str) -> Iterator[Section]:
    for each in fields(part):
        yield from _within(getattr(part, each.name), f"{above}{each.name}", each.name)


def _within(value: Any, name: str, key: str) -> Iterator[Section]:
    """What holds one kind of thing many times is one section."""
    if is_dataclass(value) and not isinstance(value, Setting):
        yield Section(name, _about(value), tuple(_own(value, key)))
        yield from _below(value, f"{name}.")
        return
    kept = [(str(inner), each) for inner, each in value.items()] if isinstance(value, Mapping) else []
    if isinstance(value, tuple):
        kept = [(_called(each, place), each) for place, each in enumerate(value) if is_dataclass(each)]
    settings = [(inner, one) for inner, one in kept if isinstance(one, Setting)]
    numbers = [_number(inner, one, key) for inner, one in settings]
    numbers += [replace(each, name=f"{inner}.{each.name}") for inner, one in kept for each in _all_of(one, inner)]
    if numbers:
        yield Section(name, _about(kept[0][1]), tuple(numbers))


def _all_of(part: Any, key: str) -> Iterator[Number]:
    """Its own numbers, and those of what it holds."""
    if isinstance(part, Setting) or not is_dataclass(part):
        return
    yield from _own(part, key)
    for section in _below(part, ""):
        yield from (replace(each, name=f"{section.name}.{each.name}") for each in section.numbers)


def _about(part: Any) -> str:
    return "" if isinstance(part, Setting) else _first(getdoc(type(part)) or "")


def _called(part: Any, place: int) -> str:
    named = (getattr(part, name, None) for name in ("rule", "code", "kind", "indication", "questionnaire", "name"))
    return next((str(each) for each in named if isinstance(each, str)), str(place + 1))


def _is_plain(value: Any) -> bool:
    return isinstance(value, int | Decimal | str) and not isinstance(value, bool)


def _unit(name: str, above: str) -> str:
    named = next((unit for unit in UNITS if name.endswith(unit)), "")
    return named.replace("mg_per_kg", "mg/kg") or SIGNS.get(above, "") or SIGNS.get(name, "")


def _written(value: Any) -> str:
    if is_dataclass(value):
        return ", ".join(f"{each.name} {_written(getattr(value, each.name))}" for each in fields(value))
    if isinstance(value, tuple):
        return ", ".join(_written(each) for each in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _first(text: str) -> str:
    """The first paragraph; what a dataclass calls itself where it has no docstring is none."""
    paragraph = " ".join(text.split("\n\n")[0].split())
    return "" if re.match(r"^\w+\(", paragraph) else paragraph


def page(service: str, own: Path | None = None) -> str:
    """The part of one service. Raises Unusable."""
    by = decided(service, own)
    policy, signature = by.policy, by.signature
    signed = f"signed by {signature.by} ({signature.licence}) on {signature.on}" if signature else "signed by nobody"
    whose = "the clinic's own" if by.own else "as shipped"
    parts = [f"\n## {service.capitalize()}: version {policy.version}, {signed}\n"]
    parts.append(f"\n`{by.file}`, {whose}: `{by.digest}`\n")
    if by.own and signature is None:
        line = {"version": policy.version, "digest": by.digest, **dict.fromkeys(("by", "licence", "on"), "…")}
        parts.append(f"\n```json\n{json.dumps(line, ensure_ascii=False)}\n```\n")
    for section in sections(policy):
        if not section.numbers:
            continue
        parts.append(f"\n### `{section.name}`\n" if section.name != "the whole document" else "")
        parts.append(f"\n{section.about}\n" if section.about else "")
        parts.append("\n| number | value | unit | source | acts in |\n| --- | --- | --- | --- | --- |\n")
        parts += [_row(service, each) for each in section.numbers]
    return "".join(parts)


def _row(service: str, number: Number) -> str:
    cells = (f"`{number.name}`", number.value, number.unit, number.source, ", ".join(_acts(service, number.read_as)))
    return "| " + " | ".join(each.replace("|", "\\|") for each in cells) + " |\n"


def _acts(service: str, name: str) -> list[str]:
    """Where the service decides by it, or else shows it; what all services decide alike is in the shared libraries."""
    rooms = ((service, "domain"), (service, "application"), (service, "entrypoints"))
    decided = [*_reads(*rooms[0], name), *_reads(*rooms[1], name)]
    return (
        decided
        or _reads(*rooms[2], name)
        or [*_reads("careflow_domain", "", name), *_reads("careflow_service", "", name)]
    )


def _reads(package: str, room: str, name: str) -> list[str]:
    return [f"`{place}`" for place, text in _sources(package, room) if re.search(rf"\.{name}\b", text)]


@cache
def _sources(package: str, room: str) -> tuple[tuple[str, str], ...]:
    """The modules and templates of one room, and what they say."""
    root = Path(import_module(package).__path__[0])
    found = sorted(file for file in (root / room).rglob("*") if file.suffix in {".py", ".html"})
    before = "" if room else f"libs/{package.removeprefix('careflow_')}/"
    named = ((before + file.relative_to(root).with_suffix("").as_posix(), file) for file in found)
    return tuple((name, file.read_text("utf-8")) for name, file in named)


def pages(services: Sequence[str], content: Path | None = None) -> str:
    """Of all of them, shipped or of a clinic whose `content` has a folder for each service. Raises Unusable."""
    if content is None:
        return HEAD + "".join(map(page, services))
    return OWN_HEAD + "".join(page(each, _own_folder(content, each)) for each in services)


def signatures(services: Sequence[str], content: Path) -> str:
    """Who has signed what each of them decides by, in JSON, by service. Raises Unusable."""
    return json.dumps({each: decided(each, _own_folder(content, each)).told() for each in services})


def _own_folder(content: Path, service: str) -> Path | None:
    folder = content / service
    return folder if folder.is_dir() else None


def main(arguments: Sequence[str]) -> int:
    """Writes the page, prints it, or says that what is there is another."""
    parser = argparse.ArgumentParser(prog="careflow_service.clinical_numbers")
    parser.add_argument("services", nargs="+")
    parser.add_argument("--content", type=Path, help="the clinic's own documents, a folder for each service")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--signatures", action="store_true", help="tell in JSON whether it is signed; with --content")
    where.add_argument("--write", type=Path)
    where.add_argument("--check", type=Path)
    asked = parser.parse_args(arguments)
    try:
        text = (signatures if asked.signatures else pages)(asked.services, asked.content)
    except Unusable as error:
        print(error, file=sys.stderr)
        return 3
    if asked.check is not None:
        if asked.check.is_file() and asked.check.read_text("utf-8") == text:
            return 0
        print(f"{asked.check} is not what the policies say; run make generated", file=sys.stderr)
        return 1
    if asked.write is not None:
        asked.write.write_text(text, "utf-8")
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
