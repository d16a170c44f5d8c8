"""Changes a practitioner: name, licences, telehealth, whether they work here, their hours and the exceptions to
them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from booking.application.dated_hours import DatedHours
from booking.application.fitness import Fitness
from booking.application.ownership import check_version
from booking.application.ports import Practitioners
from booking.application.telling_names import TellingNames
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


class ChangePractitionerHandler:
    """Raises `practitioner_not_found`, `stale_version`, `name_taken`, `day_past`, `day_too_far` and what the change
    raises. Visits already booked stay; those that cannot be given so any more become tasks.
    """

    def __init__(
        self,
        practitioners: Practitioners,
        dated: DatedHours,
        fitness: Fitness,
        tell_name: TellingNames,
        work: Work,
    ) -> None:
        self._practitioners = practitioners
        self._tell_name = tell_name
        self._dated = dated
        self._fitness = fitness
        self._work = work

    async def __call__(
        self, command: ChangePractitioner, actor: Actor, request: RequestKey | None = None
    ) -> Committed[Changed]:
        async def work(tx: Transaction) -> Changed:
            before = await self._practitioners.get(command.practitioner_id)
            check_version(before.version, command.expected_version)
            if command.until is not None:
                self._dated.check(command.until, tx.now)
            after = command.change(before)
            if (after.name, after.active) != (before.name, before.active):
                after = after.apart_from(await self._practitioners.active(), before)
            after = await self._tell_name(after, tx)
            await self._practitioners.save(after, expecting=before.version, tx=tx)
            await self._fitness.asked(Resource(ResourceKind.PRACTITIONER, after.id), tx)
            return Changed(after.id, after.version)

        return await self._work.run(work, by=actor, action="change_practitioner", returns=Changed, request=request)
