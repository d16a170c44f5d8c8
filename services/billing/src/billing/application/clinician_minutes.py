"""What charges take of their clinicians' days: looked at before one is decided, taken once it is owed."""

import asyncio
from collections.abc import Mapping

from billing.application.ports import Ports
from billing.domain.charges import Charge, ChargeState
from billing.domain.clinician_days import ClinicianDay
from billing.domain.obstacles import Obstacle
from billing.domain.rendered import Rendered
from careflow_service.upsert import upsert
from careflow_service.work import Transaction


class ClinicianMinutes:
    """The days concerned, as they were read and as they become; None for one of which nothing is charged yet."""

    def __init__(self, days: Mapping[str, ClinicianDay | None], ports: Ports) -> None:
        self._read = days
        self._now = {day_id: known or ClinicianDay(id=day_id) for day_id, known in days.items()}
        self._ports = ports

    def against(self, rendered: Rendered) -> frozenset[Obstacle]:
        """Why it cannot have been worked beside what is charged already."""
        wanted = rendered.stretches(self._ports.rules.on(rendered.service_date))
        return frozenset().union(*(self._now[day_id].obstacles(wanted[day_id]) for day_id in wanted))

    def keep(self, charge: Charge) -> None:
        """The minutes are the charge's when it is owed, and nobody's when it is not."""
        owed = charge.state is ChargeState.POSTED
        taken = charge.rendered.stretches(self._ports.rules.on(charge.rendered.service_date)) if owed else {}
        for day_id, day in self._now.items():
            self._now[day_id] = day.holding(charge.id, taken.get(day_id, ()))

    async def save(self, tx: Transaction) -> None:
        """Writes the days that changed."""
        for day_id, known in self._read.items():
            after = self._now[day_id]
            if known is not None or after.stretches:
                await upsert(self._ports.clinician_days, known, after, tx)


async def minutes_of(ports: Ports, *rendered: Rendered) -> ClinicianMinutes:
    """The days of everybody who worked on any of these."""
    days = (each.stretches(ports.rules.on(each.service_date)) for each in rendered)
    names = list(dict.fromkeys(name for stretches in days for name in stretches))
    found = await asyncio.gather(*(ports.clinician_days.find(each, of=None) for each in names))
    return ClinicianMinutes(dict(zip(names, found, strict=True)), ports)
