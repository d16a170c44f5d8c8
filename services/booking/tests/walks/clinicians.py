"""What screening and sessions say of patients: clearances, alerts, plans and consents that come and go, and what took
place.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from booking.domain.appointments import Appointment
from booking.domain.ids import PatientId
from booking.domain.states import Status
from booking.domain.visits import VisitKind
from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.contracts.sealed import Sealed
from services.booking.tests import news
from services.booking.tests.treatment import CONSENT, of_session, session_completed
from services.booking.tests.walks.walker import PATIENTS, Walker, nothing_there

TREATMENT = frozenset(VisitKind) - {VisitKind.INFO_CALL, VisitKind.EVALUATION}


COMES_AND_GOES: Final[Mapping[str, tuple[news.Turn, news.Turn]]] = {
    "clearance": (news.SUSPENDED, news.clearance(contracts.ClearanceReinstated)),
    "alert": (news.alert, news.alert_closed),
    "plan": (news.plan(contracts.PlanPutOnHold), news.plan(contracts.PlanResumed)),
    "consent": (
        lambda known: news.consent(contracts.ConsentWithdrawn, consent_id=known["consent_id"])(known),
        lambda known: news.consent(contracts.ConsentSigned, consent_id=known["consent_id"], renews=known["consents"])(
            known
        ),
    ),
}
"""What stands between a patient and a dose: what is said when it comes, and when it is so no longer."""


class Clinicians(Walker):
    """`in_the_way` is what stands between a patient and a dose: the names of what was said and not taken back."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.known: dict[PatientId, news.Known] = {}
        self.in_the_way: dict[PatientId, set[str]] = defaultdict(set)

    async def says(self, patient: PatientId, turn: news.Turn, **more: Any) -> None:
        """Once, or twice."""
        event = turn({**self.known[patient], "now": self.clinic.now, **more})
        for _ in range(self.random.choice((1, 1, 2))):
            await self.clinic.hear(event)

    async def comes_into_treatment(self) -> PatientId:
        patient = await self.registers()
        new_id = self.clinic.new_id
        ids = {"plan_id": new_id(), "clearance_id": new_id(), "ref": new_id(), "consent_id": CONSENT}
        self.known[patient] = {"patient_id": patient, **ids}
        granted: news.Turn = lambda known: news.clearance_granted({**known, "ref": known["clearance_id"]})  # noqa: E731
        for turn in self.random.sample((granted, news.signed(contracts.PlanActivated)), 2):
            await self.says(patient, turn)
        return patient

    async def step_somebody_new(self) -> None:
        if len(self.patients) >= PATIENTS:
            raise nothing_there()
        await self.comes_into_treatment()

    async def step_something_comes_in_the_way(self) -> None:
        await self.comes_in_the_way(self.patient())

    async def comes_in_the_way(self, patient: PatientId) -> None:
        free = sorted(COMES_AND_GOES.keys() - self.in_the_way[patient])
        if not free:
            raise nothing_there()
        name, known = self.random.choice(free), self.known[patient]
        if name == "alert":
            known["ref"] = self.clinic.new_id()
        if name == "consent":
            known["consents"] = (*known.get("consents", ()), known["consent_id"])
        await self.says(patient, COMES_AND_GOES[name][0])
        self.in_the_way[patient].add(name)

    async def step_something_is_out_of_the_way(self) -> None:
        patient = self.patient()
        if not self.in_the_way[patient]:
            raise nothing_there()
        name = self.random.choice(sorted(self.in_the_way[patient]))
        if name == "consent":
            self.known[patient]["consent_id"] = self.clinic.new_id()
        await self.says(patient, COMES_AND_GOES[name][1])
        self.in_the_way[patient].remove(name)

    def _told(self, visit: Appointment) -> dict[str, Any]:
        return {"patient_id": visit.patient_id, "id": visit.id, "plan_id": visit.plan_id, "kind": visit.kind.value}

    async def step_visit_takes_place(self) -> None:
        """A dose is given first; an integration is the answer to the dose before."""
        visit = self.visit(Status.ARRIVED, wanted=lambda each: each.kind in TREATMENT and each.plan_id is not None)
        told, now = self._told(visit), self.clinic.now
        given = self.seen.given[visit.patient_id]
        if visit.kind is VisitKind.DOSING:
            await self.clinic.hear(contracts.DoseAdministered(**of_session(told, visit.starts_at)))
            given[visit.id] = visit.starts_at
            due = contracts.IntegrationDue(
                patient_id=visit.patient_id, dosing_session_id=visit.id, due_by=now + timedelta(days=3)
            )
            await self.clinic.hear(due)
        await self.clinic.hear(session_completed(told, now))
        if visit.kind is VisitKind.INTEGRATION and given:
            dose = max(given, key=lambda each: given[each])
            await self._integration(contracts.IntegrationDone, visit.patient_id, dose)

    async def step_integration_is_overdue(self) -> None:
        given = sorted((patient, dose) for patient, doses in self.seen.given.items() for dose in doses)
        if not given:
            raise nothing_there()
        patient, dose = self.random.choice(given)
        await self._integration(contracts.IntegrationOverdue, patient, dose)

    async def _integration(self, name: type[contracts.IntegrationEvent], patient: str, dose: str) -> None:
        await self.clinic.hear(name(patient_id=patient, dosing_session_id=dose, due_by=self.clinic.now))

    async def step_visit_is_refused(self) -> None:
        visit = self.visit(Status.ARRIVED, wanted=lambda each: each.kind is VisitKind.DOSING)
        if visit.id in self.seen.given[visit.patient_id]:
            raise nothing_there()
        refused = contracts.SessionRefused(
            **of_session(self._told(visit), self.clinic.now),
            reason=codes.HoldReason.LOGISTICS,
            patient_controllable=False,
            for_booking_and_billing=Sealed.plain(contracts.RefusalDetails(items=("state_served",))),
        )
        await self.clinic.hear(refused)
