"""Changes a practitioner: name, licences, telehealth, whether they work here, their hours and the exceptions to
them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from booking.application.fitness import Fitness
from booking.application.ownership import check_version
from booking.application.ports import Ports
from booking.application.telling_names import tell_name
from booking.domain.calendar import Resource, ResourceKind
from booking.domain.ids import PractitionerId
from booking.domain.practitioners import Practitioner
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class ChangePractitioner:
    """`change` is one of the practitioner's own methods with its arguments bound; `until` is the last date whose hours
    it sets, where it does.
    """

    practitioner_id: PractitionerId
    expected_version: int
    change: Callable[[Practitioner], Practitioner]
    until: date | None = None


@dataclass(frozen=True, slots=True)
class ChangePractitionerHandler:
    """Raises `practitioner_not_found`, `stale_version`, `name_taken`, `day_past`, `day_too_far` and what the change
    raises. Visits already booked stay; those that cannot be given so any more become tasks.
    """

    ports: Ports
    work: Work

    async def __call__(
        self, command: ChangePractitioner, actor: Actor, request: RequestKey | None = None
    ) -> Committed[Changed]:
        async def work(tx: Transaction) -> Changed:
            before = await self.ports.practitioners.get(command.practitioner_id)
            check_version(before.version, command.expected_version)
            if command.until is not None:
                self.ports.policy.check_dated_hours(command.until, today=tx.now.astimezone(self.ports.zone).date())
            after = command.change(before)
            if (after.name, after.active) != (before.name, before.active):
                after = after.apart_from(await self.ports.practitioners.active(), before)
            after = await tell_name(after, tx, self.ports)
            await self.ports.practitioners.save(after, expecting=before.version, tx=tx)
            await Fitness(self.ports).asked(Resource(ResourceKind.PRACTITIONER, after.id), tx)
            return Changed(after.id, after.version)

        return await self.work.run(work, by=actor, action="change_practitioner", returns=Changed, request=request)
