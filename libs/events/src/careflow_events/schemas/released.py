"""What was promised: each released version of the contract, kept for ever, and whether today's keeps all of them.

A release holds the published schemas and the samples as they were. Nobody has to read releases one after the other:
today's version is compared with every one of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from careflow_events.catalogue import MalformedData, UnknownType, read
from careflow_events.envelope import MalformedEnvelope, decode
from careflow_events.evolution import Break, Rule, breaks
from careflow_events.schemas import FOLDER, files, put
from careflow_events.sealing import SectionBroken
from careflow_events.testing import samples

RELEASES: Final = FOLDER.parent / "released"
"""Where releases are kept, in a checkout."""

_NAME = re.compile(r"1\.(0|[1-9][0-9]*)", re.ASCII)


class ReleaseRefused(Exception):
    """No release is made; the message says why."""


@dataclass(frozen=True, slots=True)
class BrokenPromise:
    """One rule that today's version breaks of one release."""

    release: str
    event: str
    broken: Break

    def __str__(self) -> str:
        return f"{self.release}: {self.event}: {self.broken}"


def names(releases: Path = RELEASES) -> list[str]:
    """What has been released, oldest first."""
    found = [path.name for path in releases.glob("*") if _NAME.fullmatch(path.name)]
    return sorted(found, key=lambda name: int(name.removeprefix("1.")))


def broken_promises(releases: Path = RELEASES) -> Iterator[BrokenPromise]:
    """Every rule that today's version breaks of any release: of its schemas, and of its samples."""
    today = dict(files())
    for name in names(releases):
        release = releases / name
        for path in sorted((release / "schemas").glob("**/*.json")):
            place = path.relative_to(release / "schemas")
            event = str(place.with_suffix(""))
            if place not in today:
                yield BrokenPromise(name, event, Break("event", Rule.REMOVED))
                continue
            for broken in breaks(orjson.loads(path.read_bytes()), orjson.loads(today[place])):
                yield BrokenPromise(name, event, broken)
        for path in sorted((release / "samples").glob("**/*.json")):
            fault = _unreadable(path.read_bytes())
            if fault is not None:
                event = str(path.relative_to(release / "samples").with_suffix(""))
                yield BrokenPromise(name, event, Break("event", Rule.NO_LONGER_READ, fault))


def release(name: str, changes: Path, releases: Path = RELEASES) -> Path:
    """Keep today's published schemas and samples as the release `name`, e.g. `1.0`; answers where.

    Raises ReleaseRefused for a name that is none, or not the next; without a heading of that name in `changes`; and
    when a promise is broken. A release that is there is never touched.
    """
    made = names(releases)
    following = f"1.{len(made)}"
    if name != following:
        raise ReleaseRefused(f"{name} is not the next release: that is {following}")
    if f"\n## {name}\n" not in changes.read_text("utf-8"):
        raise ReleaseRefused(f"{changes.name} does not say what changed: it has no heading `## {name}`")
    if any(True for _ in broken_promises(releases)):
        raise ReleaseRefused("a promise of an earlier release is broken: see `careflow contract check`")
    schemas = {Path("schemas") / path: content for path, content in files() if ".producer" not in path.name}
    kept = {
        Path("samples") / path.relative_to(samples.FOLDER): path.read_bytes()
        for path in samples.FOLDER.glob("*/*/*.json")
    }
    target = releases / name
    target.mkdir(parents=True)
    put(target, {**schemas, **kept})
    return target


def _unreadable(event: bytes) -> str | None:
    """Why this event of the past cannot be read any more, or None."""
    try:
        read(decode(event, []), None)
    except (MalformedEnvelope, MalformedData, SectionBroken, UnknownType) as fault:
        return str(fault) or "unknown type"
    return None
