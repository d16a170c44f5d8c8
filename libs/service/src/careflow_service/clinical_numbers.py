"""One page with every clinical number a service decides by: what it is about, its value and unit, where it comes
from, where it acts, and who of the clinic has signed this version.

    python -m careflow_service.clinical_numbers docs/operators/clinical-numbers.md screening sessions [--check]

Invariant: nothing is typed here: numbers, sources and signatures are the policy's, meanings the docstrings of its
types, and where a number acts is where the service's domain and application read it.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal
from functools import cache
from importlib import import_module
from inspect import getdoc
from pathlib import Path
from typing import Any, Final

from careflow_domain.setting import Setting

HEAD: Final = """# The clinical numbers

Generated from what is shipped (`make generated`). None of it is advice: a clinic's medical director reads every number,
changes what is not theirs in `content/` ([how](compose.md#what-the-clinic-decides-for-itself)), and signs the version
with a line in the document itself, one for each version:

```json
"signed": [{"version": "2026-12-01", "by": "their name", "licence": "state, kind and number", "on": "2026-12-01"}]
```

A changed document gets a new `version`, which nobody has signed until its line is there; earlier lines stay. While the
version in force has none, `/health/ready` of the service says `"without": ["policy_signature"]`, the page of operations
tells it, and `careflow doctor --deployment .` warns. Each decision keeps the version it was made by.
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


def page(service: str) -> str:
    """The part of one service."""
    policy = import_module(f"{service}.adapters.clinical_content").clinical_policy()
    signature = policy.signature
    signed = f"signed by {signature.by} ({signature.licence}) on {signature.on}" if signature else "signed by nobody"
    parts = [f"\n## {service.capitalize()}: version {policy.version}, {signed}\n"]
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


def main(arguments: list[str]) -> int:
    """Writes the page, or says that what is there is another."""
    check = "--check" in arguments
    target, *services = [each for each in arguments if each != "--check"]
    text, file = HEAD + "".join(map(page, services)), Path(target)
    if not check:
        file.write_text(text, "utf-8")
        return 0
    if file.is_file() and file.read_text("utf-8") == text:
        return 0
    print(f"{target} is not what the policies say; run make generated", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
