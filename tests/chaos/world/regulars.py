"""Patients with whom something happens all the time: what the clinic does with them needs no time to pass, so it can go
on whatever has been broken.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, Final

from careflow_clinic.bedside import Bedside
from careflow_clinic.cashier import Cashier
from careflow_clinic.clinic import COORDINATOR, NURSE, SAFE_WITH_PLAN, Patient, Person, instant
from careflow_clinic.http import Answer, Caller
from careflow_clinic.walk import Walk

DRUGS: Final = ("sertraline", "venlafaxine", "lithium", "lamotrigine", "quetiapine", "trazodone")
WEEKS_AHEAD: Final = 3
"""How far ahead visits are booked: far enough that a dozen patients find different times."""


@dataclass(slots=True)
class Regular:
    """`visit` is the evaluation that is booked now, `paid` what was acknowledged as received and not given back, in
    cents, by payment.
    """

    walk: Walk
    patient: Patient
    case_id: str
    chance: Random
    visit: str | None = None
    paid: dict[str, int] = field(default_factory=dict)

    async def does_something(self) -> None:
        """One thing, by chance; what the clinic has to refuse is refused."""
        doings = (
            self._visits,
            self._visits,
            self._pays,
            self._is_paid_back,
            self._is_measured,
            self._medication,
            self._signs,
            self._worries,
        )
        await self.chance.choice(doings)()

    async def _visits(self) -> None:
        """An evaluation is booked, moved or cancelled."""
        clinic = self.walk.clinic
        if self.visit is None:
            starts = await self._a_free_time()
            booked = await self._ask(
                "booking",
                "/v1/appointments",
                {"patient_id": self.patient.id, "kind": "evaluation", "starts_at": starts, "modality": "in_person"},
            )
            if booked.code is None:
                self.visit = str(booked.body["id"])
            return
        current = await clinic.appointment(self.visit)
        if current.body["status"] != "booked":
            self.visit = None
            return
        path = f"/v1/appointments/{self.visit}"
        if self.chance.random() < 0.5:
            moved = {"starts_at": await self._a_free_time(), "modality": "in_person"}
            await self._ask("booking", f"{path}/reschedule", moved, version=current.version)
        else:
            done = await self._ask("booking", f"{path}/cancel", {"reason": "patient_request"}, version=current.version)
            if done.code is None:
                self.visit = None

    async def _a_free_time(self) -> str:
        later = self.walk.clock.now() + timedelta(days=self.chance.randrange(1, 7 * WEEKS_AHEAD))
        starts = await self.walk.clinic.free_times(self.patient, "evaluation", later)
        return self.chance.choice(starts) if starts else instant(later)

    async def _pays(self) -> None:
        amount = self.chance.randrange(1_000, 20_000)
        received = await Cashier(self.walk.clinic.http).receive(self.patient, amount)
        self.paid[str(received.body["payment_id"])] = amount

    async def _is_paid_back(self) -> None:
        left = sorted(payment for payment, amount in self.paid.items() if amount > 1)
        if not left:
            await self._pays()
            return
        payment = self.chance.choice(left)
        back = self.chance.randrange(1, self.paid[payment])
        await Cashier(self.walk.clinic.http).refund(payment, back)
        self.paid[payment] -= back

    async def _is_measured(self) -> None:
        pressure = {"systolic_mmhg": self.chance.randrange(110, 135), "diastolic_mmhg": self.chance.randrange(60, 85)}
        evidence = {
            "kind": "blood_pressure",
            "taken_at": instant(self.walk.clock.now()),
            "result": "in_range",
            "measures": pressure,
        }
        await self._ask("screening", f"/v1/cases/{self.case_id}/evidence", evidence, by=NURSE)

    async def _medication(self) -> None:
        drug = {"name": self.chance.choice(DRUGS)}
        await self._ask("screening", f"/v1/cases/{self.case_id}/medications", drug, by=self.patient.caller)

    async def _signs(self) -> None:
        await Bedside(self.walk.clinic.http).consent(self.patient, "financial")

    async def _worries(self) -> None:
        """Somebody is worried, on-call is paged, and the alert is closed after a call."""
        raised = await self.walk.clinic.raise_alert(self.patient, "moderate", "Said that nothing matters any more.")
        alert = str(raised.body["alert_id"])
        await self.walk.clinic.act_on("alerts", alert, "acknowledge")
        await self.walk.clinic.act_on("alerts", alert, "close", SAFE_WITH_PLAN)

    async def _ask(
        self, service: str, path: str, body: dict[str, Any], *, by: Caller = COORDINATOR, **options: Any
    ) -> Answer:
        return await self.walk.clinic.http.ask(by, "POST", service, path, body, **options)


def somebody(number: int) -> Person:
    """Obviously invented, and like nobody else."""
    return Person(
        given_name="Robin",
        family_name=f"Invented-{number}",
        email=f"robin.{number}@example.org",
        phone=f"+1415555{1000 + number}",
    )


async def registered(walk: Walk, number: int) -> Patient:
    """The coordinator registers somebody."""
    done = await walk.clinic.http.post(COORDINATOR, "booking", "/v1/patients", somebody(number).body())
    patient = Patient(str(done.body["id"]))
    agreed = {"channel": "email", "given": True}
    await walk.clinic.http.post(COORDINATOR, "booking", f"/v1/patients/{patient.id}/contact-consents", agreed)
    return patient


async def regulars(walk: Walk, numbers: Sequence[int], chance: Random) -> list[Regular]:
    """So many patients, each with a case in screening: their free calls are held one after the other."""
    patients = await asyncio.gather(*(registered(walk, number) for number in numbers))
    calls = [await _call_booked(walk, patient) for patient in patients]
    completed = [await walk.held(call) for call in sorted(calls, key=lambda call: call.body["starts_at"])]
    found = []
    for patient in patients:
        event = next(each for each in completed if each.subject == patient.subject)
        await walk.clinic.events.wait_for("ScreeningStarted", subject=patient.subject)
        case_id = (await walk.clinic.case(patient, after=event)).body["id"]
        found.append(Regular(walk, patient, str(case_id), Random(chance.random())))
    return found


async def _call_booked(walk: Walk, patient: Patient) -> Answer:
    window = {"from": instant(walk.clock.now()), "to": instant(walk.clock.now() + timedelta(days=7))}
    params = {**window, "kind": "info_call", "modality": "video", "patient_id": patient.id}
    found = await walk.clinic.http.get(COORDINATOR, "booking", "/v1/availability", params=params)
    starts = [each["starts_at"] for each in found.body["items"]]
    return await walk.clinic.book(patient, "info_call", starts[0], modality="video")
