"""Who patients are: details that change, and whose erasure is asked for, answered, or taken back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from booking.application.commands.change_patient_details import ChangePatientDetails
from booking.application.commands.request_erasure import RequestErasure, WithdrawErasure
from booking.domain.erasures import Erasure, Grounds, Party
from booking.domain.ids import PatientId
from booking.domain.patient_details import PatientDetails
from booking.domain.patients import Evidence, Patient
from booking.domain.states import Status
from careflow_events import contracts
from careflow_events.contracts import codes
from services.booking.tests.fakes import COORDINATOR
from services.booking.tests.walks.inquiring import Inquiring
from services.booking.tests.walks.walker import DAYS, nothing_there

ADULT: Final = date(1988, 4, 2)
AGREES: Final[Mapping[Party, Any]] = {
    Party.SCREENING: contracts.ScreeningErasureAgreed,
    Party.SESSIONS: contracts.SessionsErasureAgreed,
    Party.BILLING: contracts.BillingErasureAgreed,
}
REFUSES: Final[Mapping[Party, Any]] = {
    Party.SCREENING: contracts.ScreeningErasureRefused,
    Party.SESSIONS: contracts.SessionsErasureRefused,
    Party.BILLING: contracts.BillingErasureRefused,
}


class Persons(Inquiring):
    """Of whoever is erased the walk goes on without."""

    def some_patient(self) -> Patient:
        """One whose record is in use."""
        found = [each for each in self.clinic.all("Patients") if each.merge is None]
        if not found:
            raise nothing_there()
        chosen: Patient = self.random.choice(found)
        return chosen

    def other_details(self, details: PatientDetails) -> PatientDetails:
        """Mostly one thing, and now and then nothing."""
        number = self.random.randint(0, 99)
        return replace(
            details,
            **self.random.choice(
                (
                    {"family_name": self.random.choice(("Rivera", "Okafor"))},
                    {"birth_date": self.born_on()},
                    {"state": self.random.choice(("CA", "CA", "NV"))},
                    {"email": f"ana{number}@example.org"},
                    {"phone": f"+1415555{number:04}"},
                )
            ),
        )

    def born_on(self) -> date:
        """Long ago; or so that they come of age about the days on which visits are."""
        comes_of_age = self.clinic.today + timedelta(days=self.random.randint(0, DAYS))
        return self.random.choice((ADULT, ADULT, comes_of_age.replace(year=comes_of_age.year - 18)))

    async def step_details_change(self) -> None:
        patient = self.some_patient()
        details, by = self.other_details(patient.details), self.by(patient.id).get("by", COORDINATOR)
        evidence = self.random.choice((Evidence.PHOTO_ID, Evidence.PHOTO_ID, None))
        change = ChangePatientDetails(patient.id, patient.version, details, evidence)
        await self.clinic.app.change_patient_details(change, by)
        stored = self.clinic.kept["Patients"].all[patient.id]
        assert stored.details == details
        assert (stored.version > patient.version) == (details != patient.details)
        if (details.family_name, details.birth_date) != (patient.details.family_name, patient.details.birth_date):
            assert by is COORDINATOR, "patients say themselves who they are"
            assert evidence is not None, "and nobody has seen it"

    async def step_erasure_is_asked_for(self) -> None:
        """Mostly of somebody of whom nothing is open, and rather of whoever has several records."""
        open_ = {each.patient_id for each in self.clinic.all("Appointments") if each.status is Status.BOOKED}
        found = [each for each in self.clinic.all("Patients") if each.id not in open_ or self.random.random() < 0.1]
        if not found:
            raise nothing_there()
        patient = self.random.choice([each for each in found if each.absorbed] or found)
        await self.asks("request_erasure", RequestErasure(patient.id, Grounds.PATIENT_ASKED), **self.by(patient.id))

    async def step_erasure_is_taken_back(self) -> None:
        asked = self.erasure()
        await self.asks("withdraw_erasure", WithdrawErasure(asked.patient_id))

    def erasure(self) -> Erasure:
        found = [each for each in self.clinic.all("Erasures") if each.open]
        if not found:
            raise nothing_there()
        chosen: Erasure = self.random.choice(found)
        return chosen

    async def step_erasure_is_answered(self) -> None:
        """By one of the services that were asked, or by all of them."""
        asked, parties = self.erasure(), self.random.sample(sorted(AGREES), 3)
        for party in parties[: self.random.choice((1, 3, 3))]:
            await self.answers(asked, party)
            self.check()

    async def answers(self, asked: Erasure, party: Party) -> None:
        """Once, or twice."""
        agrees = self.random.random() < 0.9
        about: dict[str, Any] = {"patient_id": asked.patient_id, "erasure_id": asked.id}
        until = self.clinic.now + timedelta(days=2557)
        why = {"reason": codes.RetentionReason.CARE_RECORD, "retain_until": until}
        answer = AGREES[party](**about) if agrees else REFUSES[party](**about, **why)
        self.seen.persons.heard[asked.id].setdefault(party, agrees)
        for _ in range(self.random.choice((1, 1, 2))):
            await self.clinic.hear(answer)
        if asked.patient_id not in self.clinic.kept["Patients"].all:
            self.goes(asked.patient_id)

    def goes(self, patient: PatientId) -> None:
        """Nothing is done with them any more."""
        if patient in self.known:
            self.patients.remove(patient)
            del self.known[patient]
            self.in_the_way.pop(patient, None)
