"""Where the clinic's people go: the first page of each kind of work, whichever service it is of.

Invariant: a way is shown to whom the service it leads to lets in there, by a table that a test holds against the
services' own; who is let in, that service says by its own rows alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from careflow_events.topics import SERVICES
from careflow_service.emergency.accesses import REVIEWERS
from careflow_service.identity import Role

START: Final = "start"
"""The page that names them all, in every service."""

_CLINICIANS: Final = frozenset({Role.PRESCRIBER, Role.THERAPIST, Role.NURSE, Role.MEDICAL_DIRECTOR})
_CARE_TEAM: Final = _CLINICIANS | {Role.COORDINATOR}


@dataclass(frozen=True, slots=True)
class Way:
    """One kind of work: `name` is what words call it, `page` where it begins within a service's pages, `doors` who is
    let in there, by the service.
    """

    name: str
    page: str
    doors: Mapping[str, frozenset[Role]]

    def open_to(self, roles: frozenset[Role]) -> tuple[str, ...]:
        """The services where somebody in these roles has such work."""
        return tuple(service for service, doors in self.doors.items() if roles & doors)


WAYS: Final = (
    Way("day", "day", {"booking": _CARE_TEAM}),
    Way("desk", "desk", {"booking": _CARE_TEAM}),
    Way("bedside", "bedside", {"sessions": _CLINICIANS}),
    Way(
        "drug_log",
        "drug-log",
        {"sessions": frozenset({Role.NURSE, Role.PRESCRIBER, Role.MEDICAL_DIRECTOR, Role.AUDITOR})},
    ),
    Way("consents", "consents", {"sessions": _CARE_TEAM}),
    Way("cases", "cases", {"screening": _CLINICIANS}),
    Way("money", "money", {"billing": frozenset({Role.BILLER, Role.MEDICAL_DIRECTOR})}),
    Way(
        "records",
        "record-shares",
        {
            "booking": frozenset({Role.COORDINATOR, Role.MEDICAL_DIRECTOR}),
            "screening": frozenset({Role.PRESCRIBER, Role.MEDICAL_DIRECTOR}),
            "sessions": frozenset({Role.PRESCRIBER, Role.THERAPIST, Role.MEDICAL_DIRECTOR}),
            "billing": frozenset({Role.BILLER, Role.MEDICAL_DIRECTOR}),
        },
    ),
    Way("emergencies", "emergencies", dict.fromkeys(("booking", "screening", "sessions"), frozenset(REVIEWERS))),
    Way("operations", "operations", dict.fromkeys(SERVICES, frozenset({Role.OPERATOR}))),
)
"""Every kind of work that begins on a page of its own, in the order of a day."""

GOERS: Final = frozenset[Role]().union(*(roles for way in WAYS for roles in way.doors.values()))
"""Who goes anywhere."""


@dataclass(frozen=True, slots=True)
class Signpost:
    """A way as one reader sees it from one service: `here` while they are on it. It leads to their own service's where
    there is one; `places` are all there are.
    """

    name: str
    page: str
    place: str
    places: tuple[str, ...]
    here: bool


def signposts(roles: frozenset[Role], service: str, page: str) -> tuple[Signpost, ...]:
    """The ways open to a reader in these roles who is on that page of this service."""
    found = ((way, way.open_to(roles)) for way in WAYS)
    return tuple(
        Signpost(
            way.name,
            way.page,
            service if service in places else places[0],
            places,
            here=service in places and (page == way.page or page.startswith(f"{way.page}/")),
        )
        for way, places in found
        if places
    )
