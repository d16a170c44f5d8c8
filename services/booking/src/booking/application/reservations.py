"""What is reserved for a patient, met where they book that very time: it is what they book, and never in their way."""

from collections.abc import Sequence
from dataclasses import dataclass

from booking.application.offering import Offering
from booking.application.ports import Ports
from booking.application.scheduling import Scheduling, Wish
from booking.application.visit_changes import VisitChanges
from booking.domain.appointments import Appointment
from booking.domain.care_path import CarePath
from booking.domain.ids import PatientId
from booking.domain.states import BookedBy
from booking.domain.unfit import check_fit
from careflow_service.work import Transaction, side_by_side


@dataclass(frozen=True, slots=True)
class Reservations:
    ports: Ports

    async def wished_by(self, patient_id: PatientId, wish: Wish, tx: Transaction) -> Appointment | None:
        """The patient's own reservation of what they wish, if it has not run out."""
        return self.among(await self.ports.appointments.holds_of(patient_id), wish, tx)

    def among(self, held: Sequence[Appointment], wish: Wish, tx: Transaction) -> Appointment | None:
        """The same, of all that is reserved for the patient."""
        return next((each for each in held if _is(each, wish) and each.is_held_at(tx.now)), None)

    async def check_fit(self, hold: Appointment) -> None:
        """Since it was reserved somebody may have become sick, its room been closed, or the patient have moved. Raises
        `outside_hours`.
        """
        clinic, patient = await side_by_side(
            Scheduling(self.ports).everybody(), self.ports.patients.get(hold.patient_id, of=hold.patient_id)
        )
        check_fit(hold, clinic, patient.details.state, self.ports.zone)

    async def book(self, hold: Appointment, path: CarePath, tx: Transaction, *, by: BookedBy) -> Appointment:
        """The reservation becomes the appointment; its gates were asked, and whether it can be given. Raises
        `hold_expired`, and `call_first` where it was offered at short notice.
        """
        booked = hold.book(by=by, now=tx.now)
        await Offering(self.ports).accepted(hold, tx)
        (booked,) = await VisitChanges(self.ports).save(path, tx, (booked, hold.version))
        return booked


def _is(hold: Appointment, wish: Wish) -> bool:
    """The same visit, by somebody they asked for if they did."""
    slot = hold.slot
    same = (hold.kind, hold.starts_at, slot.modality) == (wish.kind, wish.starts_at, wish.modality)
    return same and (wish.provider is None or any(each.id == wish.provider for each in slot.providers))
