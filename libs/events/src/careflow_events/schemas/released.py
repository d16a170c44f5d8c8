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

from careflow_events.catalogue import CATALOGUE, MalformedData, UnknownType, read
from careflow_events.contracts.sealed import sealed_fields
from careflow_events.envelope import MalformedEnvelope, decode
from careflow_events.evolution import Break, Rule, breaks
from careflow_events.schemas import FOLDER, files, put
from careflow_events.sealing import KeyMissing, SectionBroken
from careflow_events.testing import samples

RELEASES: Final = FOLDER.parent / "released"
"""Where releases are kept, in a checkout."""

_UNRELEASED: Final = "\n## Unreleased\n"
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
            place = path.relative_to(release / "samples")
            event, kept = str(place.with_suffix("")), path.read_bytes()
            if (fault := _unreadable(kept)) is not None:
                yield BrokenPromise(name, event, Break("event", Rule.NO_LONGER_READ, fault))
            if not (samples.FOLDER / place).exists() or (samples.FOLDER / place).read_bytes() != kept:
                yield BrokenPromise(name, event, Break("sample", Rule.SAMPLE_CHANGED))


def release(name: str, changes: Path, releases: Path = RELEASES) -> Path:
    """Keep today's published schemas and samples as the release `name`, e.g. `1.0`, and put what `changes` says under
    `## Unreleased` under a heading of that name; answers where it is kept.

    Raises ReleaseRefused for a name that is none, or not the next; when nothing stands under `## Unreleased`; and when
    a promise is broken. A release that is there is never touched.
    """
    made = names(releases)
    following = f"1.{len(made)}"
    if name != following:
        raise ReleaseRefused(f"{name} is not the next release: that is {following}")
    text = changes.read_text("utf-8")
    _, heading, after = text.partition(_UNRELEASED)
    if "\n- " not in after.partition("\n## ")[0]:
        raise ReleaseRefused(f"{changes.name} does not say what changed: nothing stands under `## Unreleased`")
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
    changes.write_text(text.replace(heading, f"{heading}\n## {name}\n", 1), "utf-8")
    return target


def _unreadable(event: bytes) -> str | None:
    """Why this event of the past cannot be read any more by whoever it was for, or None."""
    try:
        envelope = decode(event, [])
        contract = CATALOGUE.get(envelope.type)
        readers = {each for field in sealed_fields(contract) for each in field.consumers} if contract else set()
        for keys in (None, *map(samples.sample_key_ring, sorted(readers))):
            read(envelope, keys)
    except (MalformedEnvelope, MalformedData, SectionBroken, KeyMissing, UnknownType) as fault:
        return str(fault) or "unknown type"
    return None
