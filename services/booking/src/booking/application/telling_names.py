"""Pages call practitioners by the name they are entered with, before they ever log in: here and elsewhere."""

from dataclasses import dataclass

from booking.domain.ids import LocationId
from booking.domain.practitioners import Practitioner
from careflow_service.naming import ColleagueNames, call_colleague
from careflow_service.work import Transaction


@dataclass(frozen=True, slots=True)
class TellingNames:
    location_id: LocationId
    names: ColleagueNames

    async def __call__(self, practitioner: Practitioner, tx: Transaction) -> Practitioner:
        """As they are to be kept; nothing is told where it was."""
        told = practitioner.telling(self.location_id, now=tx.now)
        if told is not practitioner:
            await call_colleague(told.id, told.name, tx, self.names)
        return told
