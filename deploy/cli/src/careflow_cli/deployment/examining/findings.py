"""What was found: whether it is well, and what to do where it is not."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from careflow_cli.deployment import settings
from careflow_cli.deployment.overlays import Overlay, files, overlays_in
from careflow_cli.errors import CareflowError


class State(StrEnum):
    """FAIL keeps the clinic from working or its data from being safe; WARN is to be known."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: `check` is a stable name, `do` is empty where there is nothing to do."""

    check: str
    state: State
    says: str
    do: str = ""


@dataclass(frozen=True, slots=True)
class Deployed:
    """What is looked at: a checkout, its settings, the folder with its secrets."""

    checkout: Path
    environment: Path
    secrets: Path
    settings: dict[str, str] = field(repr=False)

    @property
    def overlays(self) -> frozenset[Overlay]:
        return overlays_in(self.settings.get("COMPOSE_FILE", ""))

    @property
    def version(self) -> str:
        """Of the images that would be started."""
        return self.settings.get("CAREFLOW_VERSION") or self.own_version

    @property
    def own_version(self) -> str:
        """What this checkout is, and compose takes where nothing else is said."""
        return settings.values(self.checkout / ".env.example")["CAREFLOW_VERSION"]

    @property
    def project(self) -> str:
        """What compose names everything after."""
        return self.settings.get("COMPOSE_PROJECT_NAME") or self.checkout.name

    @property
    def content(self) -> Path:
        """Where the clinic has what is its own."""
        return self.checkout / self.settings.get("CAREFLOW_CONTENT", "content")

    def files(self) -> list[dict[str, Any]]:
        """What its compose files say, each for itself. Raises OSError for one that is not there."""
        return [yaml.safe_load((self.checkout / place).read_text("utf-8")) for place in files(self.overlays)]

    @property
    def in_development(self) -> bool:
        return Overlay.DEVELOPMENT in self.overlays


Check = Callable[[Deployed], Iterable[Finding]]


def well(check: str, says: str) -> Finding:
    """Nothing to do."""
    return Finding(check, State.OK, says)


def known(check: str, says: str, do: str) -> Finding:
    """Something to be known."""
    return Finding(check, State.WARN, says, do)


def wrong(check: str, says: str, do: str) -> Finding:
    """Something to be done."""
    return Finding(check, State.FAIL, says, do)


def of(check: str, faults: Iterable[Finding], otherwise: str) -> Iterator[Finding]:
    """The faults, or that there is none."""
    found = list(faults)
    yield from found or [well(check, otherwise)]


def examined(deployed: Deployed, checks: Iterable[Check]) -> list[Finding]:
    """All that was found, in order. A check that cannot look says so and ends none of the others."""
    found: list[Finding] = []
    for check in checks:
        try:
            found += check(deployed)
        except (CareflowError, OSError, ValueError, yaml.YAMLError) as error:
            name = check.__name__.removesuffix("_found")
            why = str(error) if isinstance(error, CareflowError) else type(error).__name__
            found.append(wrong(name, f"it could not be looked at: {why}", "look at it yourself"))
    return found
