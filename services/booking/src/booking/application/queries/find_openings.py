"""Finds the times at which a visit fits, for somebody who chooses one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from booking.application.ownership import check_own, is_patient
from booking.application.ports import Ports
from booking.application.scheduling import Scheduling
from booking.domain.availability import Opening
from booking.domain.ids import PatientId, PractitionerId
from booking.domain.intervals import Interval
from booking.domain.visits import Modality, VisitKind
from careflow_domain.errors import invalid
from careflow_service.identity import Actor
from careflow_service.work import side_by_side

LONGEST_SEARCH: Final = timedelta(days=31)
"""What one search may cover; whoever wants more asks again for the time after."""

MOST_OPENINGS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class FindOpenings:
    """`state` is where the patient will be, unless a patient is named; `provider` restricts the search to one
    person.
    """

    kind: VisitKind
    modality: Modality
    starts_from: datetime
    starts_before: datetime
    patient_id: PatientId | None = None
    state: str | None = None
    provider: PractitionerId | None = None


@dataclass(frozen=True, slots=True)
class FindOpeningsHandler:
    """Raises `end_before_start`, `search_too_long`, `modality_not_allowed` and `patient_not_found`."""

    ports: Ports

    async def __call__(self, query: FindOpenings, actor: Actor) -> tuple[Opening, ...]:
        asked = Interval(query.starts_from, query.starts_before)
        if asked.length > LONGEST_SEARCH:
            raise invalid("search_too_long", "One search covers 31 days at most.", most_days=LONGEST_SEARCH.days)
        state, therapist = query.state, None
        if query.patient_id is not None:
            check_own(actor, query.patient_id, "patient")
            patient, path = await side_by_side(
                self.ports.patients.get(query.patient_id), self.ports.care_paths.get(query.patient_id)
            )
            state, therapist = patient.details.state, path.therapist_for(query.kind)
        wanted = Scheduling(self.ports).wanted(
            query.kind,
            query.modality,
            state=state,
            patient_id=query.patient_id,
            provider=query.provider,
            therapist=therapist,
        )
        bookable = self._bookable(by_patient=is_patient(actor)).within(asked)
        return () if bookable is None else await Scheduling(self.ports).free(wanted, bookable, MOST_OPENINGS)

    def over_at(self, kind: VisitKind, modality: Modality, starts_at: datetime) -> datetime:
        """When such a visit is over that starts then, whoever else is there."""
        return Scheduling(self.ports).wanted(kind, modality).template.interval(starts_at).end

    def _bookable(self, *, by_patient: bool) -> Interval:
        now = self.ports.clock()
        lead = self.ports.policy.self_booking_lead if by_patient else timedelta.resolution
        return Interval(now + lead, now + self.ports.policy.horizon)
