"""Changes a practitioner: name, licences, telehealth, whether they work here, their hours and the exceptions to
them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from booking.application.ownership import check_version
from booking.application.ports import Practitioners
from booking.application.results import Saved
from booking.domain.ids import PractitionerId
from booking.domain.practitioners import Practitioner
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class ChangePractitioner:
    """`change` is one of the practitioner's own methods with its arguments bound."""

    practitioner_id: PractitionerId
    expected_version: int
    change: Callable[[Practitioner], Practitioner]


class ChangePractitionerHandler:
    """Raises `practitioner_not_found`, `stale_version` and what the change raises. Visits already booked stay as they
    are.
    """

    def __init__(self, practitioners: Practitioners, work: Work) -> None:
        self._practitioners = practitioners
        self._work = work

    async def __call__(
        self, command: ChangePractitioner, actor: Actor, request: RequestKey | None = None
    ) -> Committed[Saved]:
        async def work(tx: Transaction) -> Saved:
            before = await self._practitioners.get(command.practitioner_id)
            check_version(before.version, command.expected_version)
            after = command.change(before)
            await self._practitioners.save(after, expecting=before.version, tx=tx)
            return Saved(after.id, after.version)

        return await self._work.run(work, by=actor, action="change_practitioner", returns=Saved, request=request)
