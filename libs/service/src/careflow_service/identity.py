"""Who acts: the actor behind a command or a read, and the identity of a request that may be sent twice.

Invariant: an actor is what a verified token (or the process itself) says, never what a request body says.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
    SYSTEM = "system"
    """A process of CareFlow itself: timers, reactions, jobs. Never granted by a token."""
    PUBLIC = "public"
    """A caller without a token on a public route. Never granted by a token."""


@dataclass(frozen=True, slots=True)
class Actor:
    """One person, machine or process; `patient_id` is set when the actor is a patient."""

    id: str
    roles: frozenset[Role]
    patient_id: str | None = None

    def has(self, *roles: Role) -> bool:
        """True when the actor holds at least one of `roles`."""
        return not self.roles.isdisjoint(roles)

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

    `key` names it: principal, method, route and Idempotency-Key together. `fingerprint` is an HMAC of its body:
    the same key with another fingerprint is a client's mistake, not a repeat.
    """

    key: str
    fingerprint: str
