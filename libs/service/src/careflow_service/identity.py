"""Who acts: the actor behind a command or a read, and the identity of a request that may be sent twice.

Invariant: an actor is what a verified token (or the process itself) says, never what a request body says.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """The roles of the clinic; the values are the words in a token's `roles` claim."""

    PATIENT = "patient"
    COORDINATOR = "coordinator"
    PRESCRIBER = "prescriber"
    THERAPIST = "therapist"
    NURSE = "nurse"
    WELLNESS = "wellness"
    BILLER = "biller"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    MEDICAL_DIRECTOR = "medical_director"
    PRIVACY_OFFICER = "privacy_officer"
    """Looks at each emergency access; sees nothing clinical."""
    WALL_SCREEN = "wall_screen"
    """A screen that hangs in the clinic, before which nobody sits: sees the day in initials, and nothing else."""
    EVENTS_OPERATIONAL = "events_operational"
    """A machine that reads the operational events of the services that have any; so the two below."""
    EVENTS_SAFETY = "events_safety"
    EVENTS_FINANCIAL = "events_financial"
    SYSTEM = "system"
    """A process of CareFlow itself: timers, reactions, jobs. Never granted by a token."""
    PUBLIC = "public"
    """A caller without a token on a public route. Never granted by a token."""
    EMERGENCY = "emergency"
    """Somebody of the clinic who reads under an emergency access. Never granted by a token: the door gives it, for one
    call."""


BY_LINK: Final = "link:"
"""What the id of a patient begins with who came in by a link; the link's id follows. No token's subject does."""
NEVER_GRANTED: Final = frozenset({Role.SYSTEM, Role.PUBLIC, Role.EMERGENCY})
"""What no token says."""


@dataclass(frozen=True, slots=True)
class Actor:
    """One person, machine or process; `patient_id` is set when the actor is a patient. `consumer` is under which name
    sections of events are sealed to a machine.

    A patient is nothing else: whoever acts as a patient reaches what is their own, and no other role of theirs adds to
    it. A nurse who is a patient as well works with a login that does not say `patient`. Raises ValueError.
    """

    id: str
    roles: frozenset[Role]
    patient_id: str | None = None
    consumer: str | None = None

    def __post_init__(self) -> None:
        if Role.PATIENT in self.roles and len(self.roles) > 1:
            raise ValueError("a patient acts as a patient only")
        if self.patient_id is not None and Role.PATIENT not in self.roles:
            raise ValueError("only a patient has a patient's id")

    @property
    def is_patient(self) -> bool:
        """Whether somebody acts for themselves and not as one of the clinic."""
        return Role.PATIENT in self.roles

    def has(self, *roles: Role) -> bool:
        """True when the actor holds at least one of `roles`."""
        return not self.roles.isdisjoint(roles)

    def within(self, roles: frozenset[Role]) -> Actor:
        """The same actor in those of their roles that are among `roles`: the ones they do this in."""
        return replace(self, roles=self.roles & roles)

    def in_emergency(self, roles: frozenset[Role]) -> Actor:
        """The same actor under an emergency access, in those of their roles that are among `roles`."""
        return replace(self, roles=(self.roles & roles) | {Role.EMERGENCY})

    @property
    def is_screen(self) -> bool:
        """Whether this is a screen on a wall, and nobody who works."""
        return self.roles == {Role.WALL_SCREEN}

    @classmethod
    def granted(
        cls, subject: str, roles: frozenset[Role], patient_id: str | None, consumer: str | None = None
    ) -> Actor:
        """Whom a login with these roles speaks for: with `patient` among them, a patient and nobody else."""
        if Role.PATIENT in roles:
            return cls(subject, frozenset({Role.PATIENT}), patient_id)
        return cls(subject, roles, consumer=consumer)

    @classmethod
    def system(cls, name: str) -> Actor:
        """The process part `name` ("timers", "delivery") acting by itself."""
        return cls(id=f"system:{name}", roles=frozenset({Role.SYSTEM}))

    @classmethod
    def public(cls) -> Actor:
        """Somebody unknown on a route that needs no login."""
        return cls(id="public", roles=frozenset({Role.PUBLIC}))


@dataclass(frozen=True, slots=True)
class RequestKey:
    """One request that may arrive several times.

    `key` names it: caller, method, route and Idempotency-Key together. `fingerprint` is a digest of its body:
    the same key with another fingerprint is a client's mistake, not a repeat.
    """

    key: str
    fingerprint: str
