"""Finds patients for the clinic's staff: by birth date and contact, or those that look like another. Who was
shown to whom is kept.
"""

from dataclasses import dataclass
from datetime import date

from booking.application.ports import Ports
from booking.domain.patients import Patient
from careflow_domain.errors import invalid
from careflow_service.identity import Actor
from careflow_service.listed import Listed


@dataclass(frozen=True, slots=True)
class FindPatients:
    ports: Ports

    async def by_contact(
        self, actor: Actor, born: date, *, email: str | None, phone: str | None
    ) -> tuple[Patient, ...]:
        """Who was born then and has this address or this number, which is E.164. Raises `email_or_phone`."""
        if email is None and phone is None:
            raise invalid("email_or_phone", "Search by an e-mail address or a phone number.")
        found = await self.ports.patients.with_contact(born, email=email, phone=phone)
        await self._told(found, actor)
        return found

    async def look_alikes(self, actor: Actor, limit: int, after: str | None) -> Listed[Patient]:
        """Those who looked like somebody known when they were registered."""
        found = await self.ports.patients.look_alikes(limit, after)
        await self._told(found.items, actor)
        return found

    async def _told(self, found: tuple[Patient, ...], actor: Actor) -> None:
        await self.ports.audit.read(actor, "find_patients", *(f"patients/{each.id}" for each in found))
