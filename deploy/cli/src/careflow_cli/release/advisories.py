"""Whether anything that a lock file pins has a known vulnerability: what `make audit` asks of OSV or else of PyPI.

Invariant: "none" is said only where somebody who has advisories answered for every pin. pip-audit, which asks, says it
as well where its source knows no package at all, as a mirror of PyPI without the JSON interface does; so each source
first has to tell of a vulnerability that is known.
"""

import argparse
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

FOUND = 1
UNASKED = 3
"""Exit codes of `main` beside 0: something is to be done; nobody answered, so nothing is known."""

SECONDS = 600
"""After which a source that does not come to an end counts as silent."""

PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


class Pin(NamedTuple):
    """A distribution as a lock file names it."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


WITNESS = Pin("urllib3", "1.24.1")
"""Has known vulnerabilities since CVE-2019-11324: who knows none of them has no advisories."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A vulnerability of a pin, by all its names."""

    pin: Pin
    ids: tuple[str, ...]
    mended_in: tuple[str, ...]

    def __str__(self) -> str:
        mended = f"mended in {', '.join(self.mended_in)}" if self.mended_in else "not mended in any version"
        return f"{self.pin}: {', '.join(self.ids)}; {mended}"


@dataclass(frozen=True, slots=True)
class Waiver:
    """That one finding is lived with, why, and until when. Its last day still counts."""

    id: str
    package: str
    reason: str
    until: date

    def covers(self, finding: Finding, today: date) -> bool:
        return self.package == finding.pin.name and self.id in finding.ids and today <= self.until


@dataclass(frozen=True, slots=True)
class Source:
    """Somebody who may have advisories, and how pip-audit asks them."""

    name: str
    arguments: tuple[str, ...]


PUBLIC = (Source("OSV", ("--vulnerability-service", "osv")), Source("PyPI", ("--vulnerability-service", "pypi")))


class UnansweredError(Exception):
    """Somebody has no advisories, is not to be reached, or did not answer for every pin."""


def waivers(file: Path) -> tuple[Waiver, ...]:
    """Raises TypeError where one names more or less than it has to."""
    return tuple(Waiver(**each) for each in tomllib.loads(file.read_text("utf-8")).get("waiver", []))


def pinned(locks: Iterable[Path]) -> frozenset[Pin]:
    """By any of them, on whatever system."""
    return frozenset(Pin(*found) for lock in locks for found in PIN.findall(lock.read_text("utf-8")))


def rounds(pins: Collection[Pin]) -> list[list[Pin]]:
    """All of them, each name at most once in each: pip-audit takes no file with two versions of a name."""
    parts: list[dict[str, Pin]] = []
    for pin in sorted(pins):
        part = next((each for each in parts if pin.name not in each), None)
        if part is None:
            parts.append(part := {})
        part[pin.name] = pin
    return [list(part.values()) for part in parts]


def understood(report: str, asked: Collection[Pin]) -> list[Finding]:
    """What pip-audit's report finds. Raises UnansweredError where it is none, or leaves out anything that was asked."""
    try:
        told: list[dict[str, Any]] = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        raise UnansweredError("it made no report") from None
    answered = {Pin(each["name"], each["version"]): each["vulns"] for each in told if "skip_reason" not in each}
    if left_out := sorted(set(asked) - answered.keys()):
        named = ", ".join(str(pin) for pin in left_out[:3])
        raise UnansweredError(f"no answer for {len(left_out)} of {len(asked)}: {named}{', …' * (len(left_out) > 3)}")
    return [
        Finding(pin, tuple(sorted({each["id"], *each["aliases"]})), tuple(each["fix_versions"]))
        for pin, vulnerabilities in answered.items()
        for each in vulnerabilities
    ]


def ask(source: Source, pins: Collection[Pin]) -> list[Finding]:
    """Raises UnansweredError."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "pins.txt").write_text("".join(f"{pin.name}=={pin.version}\n" for pin in pins), "utf-8")
        command = [sys.executable, "-m", "pip_audit", "--requirement", "pins.txt", "--no-deps", "--disable-pip"]
        quietly = ["--format", "json", "--progress-spinner", "off", "--cache-dir", "cache"]
        try:
            done = subprocess.run(
                [*command, *quietly, *source.arguments],
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise UnansweredError(f"no end after {SECONDS} s") from None
    try:
        return understood(done.stdout, pins)
    except UnansweredError as error:
        why = done.stderr.strip().splitlines()
        raise UnansweredError(f"{error} ({why[-1]})" if why else str(error)) from None


def asked_for_all(source: Source, pins: Collection[Pin]) -> list[Finding]:
    """Of a source that has advisories. Raises UnansweredError."""
    if not ask(source, [WITNESS]):
        raise UnansweredError(f"it knows no vulnerability of {WITNESS}, so it has no advisories")
    return [finding for part in rounds(pins) for finding in ask(source, part)]


def first_answer(sources: Sequence[Source], pins: Collection[Pin]) -> list[Finding] | None:
    """Of whoever answers; None where nobody does."""
    for source in sources:
        try:
            found = asked_for_all(source, pins)
        except UnansweredError as error:
            print(f"audit: {source.name}: {error}", file=sys.stderr)
        else:
            print(f"audit: {source.name} was asked about {len(pins)} pins")
            return found
    return None


def judge(found: Sequence[Finding], waived: Sequence[Waiver], today: date) -> int:
    """Says what was found and what is lived with; the exit code."""
    open_ones = [each for each in found if not any(waiver.covers(each, today) for waiver in waived)]
    ended = [each for each in waived if each.until < today]
    for finding in found:
        print(f"audit: {'VULNERABLE' if finding in open_ones else 'waived'}: {finding}")
    for waiver in ended:
        print(f"audit: the waiver of {waiver.id} ({waiver.package}) has ended on {waiver.until}")
    for waiver in waived:
        if not any(waiver.covers(each, waiver.until) for each in found):
            print(f"audit: the waiver of {waiver.id} ({waiver.package}) waives nothing any more")
    if not found:
        print("audit: no known vulnerability")
    return FOUND if open_ones or ended else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0: none that is not waived; 1: something is to be done; 3: nobody answered, and nothing is known."""
    parser = argparse.ArgumentParser(prog="make audit", description=main.__doc__)
    parser.add_argument("--osv", metavar="URL", help="an OSV service of your own to ask, and nobody else")
    parser.add_argument("--locks", type=Path, default=Path("locks"), help="the folder of lock files")
    chosen = parser.parse_args(arguments)
    own = [Source(chosen.osv, ("--vulnerability-service", "osv", "--osv-url", chosen.osv))] if chosen.osv else []
    pins = pinned(chosen.locks.glob("*.txt"))
    found = first_answer(own or PUBLIC, pins)
    if found is None:
        print(
            f"audit: NOT ASKED: nobody with advisories answers here; of {len(pins)} pins nothing is known",
            file=sys.stderr,
        )
        return UNASKED
    return judge(found, waivers(chosen.locks / "waivers.toml"), datetime.now(UTC).date())


if __name__ == "__main__":
    raise SystemExit(main())
