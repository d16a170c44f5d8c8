"""Booking says what practitioners are called; every service keeps it: pages name them before they ever log in."""

from __future__ import annotations

from typing import Protocol

from careflow_domain.colleague_names import ColleagueName
from careflow_events.contracts import PractitionerNamed
from careflow_events.subscription import Received
from careflow_service.upsert import Keeping, upsert
from careflow_service.work import Transaction


class ColleagueNames(Keeping[ColleagueName], Protocol):
    """Names by id."""

    async def find(self, colleague_id: str, /, *, of: None) -> ColleagueName | None: ...


class NamesColleagues(Protocol):
    """What a service keeps of it."""

    @property
    def colleague_names(self) -> ColleagueNames: ...


async def call_colleague(colleague_id: str, name: str, tx: Transaction, names: ColleagueNames) -> None:
    """They are called so from now on; nothing where they are already."""
    before = await names.find(colleague_id, of=None)
    after = ColleagueName(id=colleague_id, name=name) if before is None else before.renamed(name)
    await upsert(names, before, after, tx)


async def hear_name(event: Received[PractitionerNamed], tx: Transaction, ports: NamesColleagues) -> None:
    """What booking says somebody is called."""
    section = event.data.for_services.value
    if section is not None:
        await call_colleague(event.data.practitioner_id, section.name, tx, ports.colleague_names)
