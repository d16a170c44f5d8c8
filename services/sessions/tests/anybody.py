"""What anybody may do at one patient's bedside, well or badly, through the real use cases on stores in memory."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from careflow_domain.errors import conflict
from careflow_service.identity import Actor, RequestKey, Role
from services.sessions.tests import builders as a
from services.sessions.tests.course_builders import consent, course, eligibility, plan
from services.sessions.tests.day_law import forbids_dose
from services.sessions.tests.dose_law import Check, Given, Reading, Told
from services.sessions.tests.in_memory import InMemory
from sessions.application.commands.abort_session import AbortSession, AbortSessionHandler
from sessions.application.commands.change_plan import ChangePlan, ChangePlanHandler, PlanChange
from sessions.application.commands.discharge_from_care import DischargeFromCare, DischargeFromCareHandler
from sessions.application.commands.draw_drug import DrawDrug, DrawDrugHandler
from sessions.application.commands.end_dose import EndDose, EndDoseHandler
from sessions.application.commands.give_dose import GiveDose, GiveDoseHandler
from sessions.application.commands.join_session import (
    JoinSession,
    JoinSessionHandler,
    LeaveSession,
    LeaveSessionHandler,
)
from sessions.application.commands.record_checks import RecordChecks, RecordChecksHandler
from sessions.application.commands.record_vitals import RecordVitals, RecordVitalsHandler
from sessions.application.commands.report_adverse_event import ReportAdverseEvent, ReportAdverseEventHandler
from sessions.application.commands.resolve_stop import ResolveStop, ResolveStopHandler
from sessions.application.commands.review_adverse_event import ReviewAdverseEvent, ReviewAdverseEventHandler
from sessions.application.commands.sign_order import SignOrder, SignOrderHandler
from sessions.application.commands.sign_overrides import SignOverrides, SignOverridesHandler
from sessions.application.session_changes import SessionChanges
from sessions.domain.adverse_events import Observation, ReviewDecision
from sessions.domain.care import DischargeReason
from sessions.domain.checks import (
    BladderQuestion,
    Checks,
    DrugScreen,
    Identifier,
    LastIntake,
    PregnancyTest,
    Reconciliation,
    Recorded,
    RiskLevel,
    SubstanceUse,
)
from sessions.domain.clinic_day import clinic_day
from sessions.domain.doses import StatedDose
from sessions.domain.gate_items import GATE
from sessions.domain.ids import AdverseEventId, AlertId, ClearanceId, PlanId, StaffId
from sessions.domain.plans import PlanChangeReason
from sessions.domain.states import UNDER_WAY
from sessions.domain.stops import StopKind
from sessions.domain.units import Kilograms, MilligramsPerMillilitre, Millilitres, milligrams
from sessions.domain.vitals import BloodPressure, Symptom, VitalSigns
from sessions.domain.weights import Weight
from sessions.domain.words import ProviderRole

PEOPLE = {
    a.NURSE: Actor(a.NURSE, frozenset({Role.NURSE})),
    a.OTHER_NURSE: Actor(a.OTHER_NURSE, frozenset({Role.NURSE})),
    a.THERAPIST: Actor(a.THERAPIST, frozenset({Role.THERAPIST})),
    a.PRESCRIBER: Actor(a.PRESCRIBER, frozenset({Role.PRESCRIBER})),
}
ROLES = {a.NURSE: "nurse", a.OTHER_NURSE: "nurse", a.THERAPIST: "therapist", a.PRESCRIBER: "prescriber"}
STOPS = {kind.value: kind for kind in StopKind}
REQUEST = RequestKey("any", "any")


class Anybody:
    """One patient of one clinic. `violations` are the doses that were given against the law, and why."""

    def __init__(self, seed: int, *, care: float = 0.93) -> None:
        self.random, self.care = Random(seed), care
        self.memory = InMemory(a.NOW)
        self.told = Told()
        self.violations: list[tuple[datetime, list[str]]] = []
        self.changes = SessionChanges(self.memory.ports, self.memory)  # type: ignore[arg-type]  # a fake runner
        for name, kept in (("plans", plan()), ("consents", consent()), ("courses", replace(course(), version=1))):
            self.memory.keep(name, kept)
        self.memory.keep("eligibilities", eligibility())
        self.told.prepared.append(a.NOW - timedelta(days=200))
        self.told.screen = (a.NOW - timedelta(days=1), "pass")

    @property
    def now(self) -> datetime:
        return self.memory.now

    # -- what people do ----------------------------------------------------------------------------------------------

    async def checks(self, *, careful: bool = False) -> None:
        session, by = self._session(), self.random.choice((a.NURSE, a.OTHER_NURSE))

        def fine() -> bool:
            return careful or self.random.random() < self.care

        values: dict[str, object] = {
            "identifiers": 2 if fine() else 1,
            "suicide_risk": "none" if fine() else self.random.choice(("high", "moderate")),
            "pregnancy": "negative" if fine() else "positive",
            "allergic": not fine(),
            "substances": "none" if fine() else self.random.choice(("intoxicated", "recent")),
            "drug_screen": "expected" if fine() else "unexpected",
            "intake": tuple(self.now - timedelta(hours=h) for h in ((12, 3) if fine() else (5, 1))),
            "bladder": not fine(),
            "equipment": fine(),
            "escort": self.now + (timedelta(hours=4) if fine() else -timedelta(days=1)),
            "weight": Decimal(80) if fine() else Decimal(self.random.choice((70, 84, 90, 110, 176))),
        }
        if not careful:
            asked = self.random.sample(sorted(values), self.random.randint(1, 4))
            values = {name: value for name, value in values.items() if name in asked}

        def recorded(by: StaffId, at: datetime) -> Checks:
            return as_checks(values, by, at, whole=careful)

        await self._handle(RecordChecksHandler, RecordChecks(session.id, recorded), by)
        for name, value in values.items():
            self.told.checks.append(Check(session=session.id, at=self.now, by=by, name=name, value=value))

    async def vitals(self, *, careful: bool = False) -> None:
        session = self._session()
        back = timedelta(0) if careful else timedelta(minutes=self.random.choice((0, 0, 0, 5, 30, 90)))
        signs = self._signs(self.now - back, careful=careful)

        def observed(by: StaffId, at: datetime) -> VitalSigns:
            return signs

        if session.monitoring is None:
            await self._handle(
                RecordChecksHandler, RecordChecks(session.id, lambda by, at: Checks(baseline=(signs,))), a.NURSE
            )
        else:
            await self._handle(RecordVitalsHandler, RecordVitals(session.id, observed), a.NURSE)
        self._tell(session.id, signs, before_dose=session.monitoring is None)

    def _tell(self, session_id: str, signs: VitalSigns, *, before_dose: bool) -> None:
        listed = [r for r in self.told.readings if (r.session, r.before_dose) == (session_id, before_dose)]
        self.told.readings.append(
            Reading(
                session=session_id,
                before_dose=before_dose,
                number=len(listed),
                instead=signs.corrects.number if signs.corrects else None,
                written=self.now,
                at=signs.observed_at,
                systolic=signs.blood_pressure.systolic,
                diastolic=signs.blood_pressure.diastolic,
                heart_rate=signs.heart_rate,
                saturation=signs.oxygen_saturation,
                breaths=signs.respiratory_rate,
                moaas=signs.moaas,
                symptoms=frozenset(each.value for each in signs.symptoms),
            )
        )

    async def order(self, *, careful: bool = False) -> None:
        session = self._session()
        mg, most = (20, 50) if careful else self.random.choice(((20, 50), (40, 60), (30, 88), (40, 64), (88, 88)))
        order = SignOrder(session.id, StatedDose(mass=milligrams(mg)), milligrams(most), session.version)
        await self._handle(SignOrderHandler, order, a.PRESCRIBER)
        self.told.orders[session.id] = (Decimal(mg), Decimal(most))

    async def joins(self, who: StaffId) -> None:
        session, role = self._session(), ROLES[who]
        await self._handle(JoinSessionHandler, JoinSession(session.id, ProviderRole(role)), who)
        self.told.there.setdefault((session.id, role), set()).add(who)

    async def joins_or_leaves(self) -> None:
        who = self.random.choice(sorted(PEOPLE))
        if self.random.random() < 0.7:
            return await self.joins(who)
        session = self._session()
        await self._handle(LeaveSessionHandler, LeaveSession(session.id), who)
        self.told.there.get((session.id, ROLES[who]), set()).discard(who)
        return None

    async def overrides(self) -> None:
        session = self._session()
        item = self.random.choice(GATE).code
        signed = SignOverrides(session.id, ((item, "seen and judged"),), session.version)
        await self._handle(SignOverridesHandler, signed, a.PRESCRIBER)
        self.told.signed.append((self.now, session.id, item))

    async def draws(self) -> None:
        session = self._session()
        if not self.memory.shelves["drug_log"].kept or self.random.random() < 0.05:
            fresh = a.vial(millilitres="100", concentration=self.random.choice(("50", "50", "100")))
            self.memory.keep("drug_log", fresh)
        vial = self.random.choice(list(self.memory.shelves["drug_log"].kept.values()))
        volume = self.random.choice(("0.4", "0.4", "0.6", "0.8", "1.6", "4"))
        await self._run(DrawDrugHandler, DrawDrug(vial.id, session.id, Decimal(volume)), a.NURSE)

    async def doses(self) -> None:
        session = self._session()
        vials = list(self.memory.shelves["drug_log"].kept.values())
        drawn = [(vial, draw) for vial in vials for draw in vial.draws if draw.session_id == session.id]
        if not drawn:
            return
        vial, draw = self.random.choice(drawn)
        volume = Millilitres(Decimal(self.random.choice((str(draw.volume.value), "0.4", "0.4", "0.8"))))
        strength = vial.item.concentration if self.random.random() < 0.9 else MilligramsPerMillilitre(Decimal(10))
        stated = StatedDose(mass=vial.item.concentration.times(volume), volume=volume, concentration=strength)
        given = Given(session=session.id, at=self.now, mg=stated.mass.value)
        reasons = forbids_dose(self.told, given)
        command = GiveDose(session.id, vial.id, draw.id, stated, None, session.version)
        await self._handle(GiveDoseHandler, command, self.random.choice((a.NURSE, a.PRESCRIBER)))
        self.told.doses.append(given)
        self.told.running = True
        if reasons:
            self.violations.append((self.now, reasons))

    async def dose_ends(self) -> None:
        """It has run in, or was stopped with some of it run in."""
        session = self._session()
        infused = self.random.choice((None, None, "0", "0.1", "0.3", "0.4", "9"))
        ran = None if infused is None else Millilitres(Decimal(infused))
        hung = session.doses[-1].stated if session.doses else None
        await self._handle(EndDoseHandler, EndDose(session.id, ran), a.NURSE)
        self.told.running = False
        self.told.dose_ended[session.id] = self.now
        if ran is not None and hung is not None and hung.volume is not None:
            mg = hung.mass.value * ran.value / hung.volume.value
            self.told.doses[-1] = replace(self.told.doses[-1], mg=mg)

    async def resolves(self, name: str | None = None) -> None:
        session, name = self._session(), name or self.random.choice(sorted(STOPS))
        if not self.memory.shelves["courses"].kept[a.ANA].standing(STOPS[name]):
            return
        resolve = ResolveStop(session.id, STOPS[name], "repeated, discussed")
        await self._run(ResolveStopHandler, resolve, a.PRESCRIBER)
        self.told.resolved.append((self.now, name))

    async def alert(self) -> None:
        known = self.memory.shelves["eligibilities"].kept[a.ANA]
        if self.told.alerts and self.random.random() < 0.8:
            closed = AlertId(next(iter(self.told.alerts)))
            self.memory.keep("eligibilities", known.alert_closed(closed))
            del self.told.alerts[closed]
        elif self.random.random() < 0.2:
            raised = AlertId(a.new_uuid())
            self.memory.keep("eligibilities", known.alert_raised(raised, self.now))
            self.told.alerts[raised] = self.now

    async def outcome(self) -> None:
        known = self.memory.shelves["eligibilities"].kept[a.ANA]
        if self.told.no_response and self.random.random() < 0.8:
            self.memory.keep("eligibilities", known.outcome_reviewed())
            self.told.no_response = None
        elif self.random.random() < 0.2:
            self.memory.keep("eligibilities", known.without_response(self.now))
            self.told.no_response = self.now

    async def harm(self) -> None:
        if self.told.harm:
            event_id = AdverseEventId(next(iter(self.told.harm)))
            event = self.memory.shelves["adverse_events"].kept[event_id]
            decision = self.random.choice((ReviewDecision.RESUME, ReviewDecision.RESUME, ReviewDecision.HOLD))
            review = ReviewAdverseEvent(event_id, decision, "seen", event.version)
            await self._run(ReviewAdverseEventHandler, review, a.PRESCRIBER)
            if decision is ReviewDecision.RESUME:
                self.told.harm.discard(event_id)
        elif self.random.random() < 0.2:
            grade = self.random.choice((1, 2, 3))
            seen = Observation(
                description="vomited", grade=grade, serious=False, expected=True, related=True, started_at=self.now
            )
            report = ReportAdverseEvent(a.ANA, self._session().id, seen)
            event_id = (await self._run(ReportAdverseEventHandler, report, a.NURSE)).value.id
            if grade >= 2:
                self.told.harm.add(event_id)
            if grade >= 3:
                if self.told.running:
                    self.told.dose_ended[self.told.doses[-1].session] = self.now
                self.told.running = False

    async def time(self) -> None:
        self.memory.now += timedelta(minutes=self.random.choice((1, 2, 5, 6, 6, 10, 30)))

    async def consent_or_clearance(self) -> None:
        if self.random.random() < 0.5:
            self.told.cleared = self.random.random() < 0.8
            known = eligibility() if self.told.cleared else replace(eligibility(), clearance=None)
            now = self.memory.shelves["eligibilities"].kept[a.ANA]
            self.memory.keep("eligibilities", replace(now, clearance=known.clearance))
        else:
            self.told.consented = self.random.random() < 0.8
            signed = consent()
            self.memory.shelves["consents"].kept = {signed.id: signed} if self.told.consented else {}

    async def end_of_care(self, *, likely: float = 0.2) -> None:
        """The plan is given up, the patient discharged unless something is open; who returns is cleared anew."""
        if not self.told.in_care:
            again, known = PlanId(a.new_uuid()), self.memory.shelves["eligibilities"].kept[a.ANA]
            cleared = replace(eligibility().clearance, id=ClearanceId(a.new_uuid()))  # type: ignore[type-var]  # there is one
            self.memory.keep("eligibilities", known.cleared(cleared, decided_at=self.now))
            signed = replace(plan(), id=again)
            since = replace(signed.signature, at=self.now)  # type: ignore[type-var]  # a signed plan
            self.memory.keep("plans", replace(signed, signature=since))
            self.told.in_care, self.told.cleared, self.told.planned_since = True, True, self.now
        elif self.random.random() < likely:
            live = await self.memory.ports.plans.live_of(a.ANA)
            assert live is not None
            give_up = ChangePlan(live.id, PlanChange.DISCONTINUE, PlanChangeReason.PATIENT_REQUEST, live.version)
            await self._run(ChangePlanHandler, give_up, a.PRESCRIBER)
            self.told.in_care, self.told.on_hold = False, False
            leave = DischargeFromCare(a.ANA, DischargeReason.PATIENT_REQUEST, "whom to call")
            await self._run(DischargeFromCareHandler, leave, a.PRESCRIBER)
            self.told.discharged += 1
            self.told.care_ended = self.now

    async def ends(self) -> None:
        session = self._session()
        if session.state in UNDER_WAY and (session.doses or self.random.random() < 0.2):
            abort = AbortSession(session.id, True, "went home", session.version)
            await self._handle(AbortSessionHandler, abort, a.NURSE)
            if self.told.running:
                self.told.dose_ended[session.id] = self.now
            self.told.running = False

    # -- how ---------------------------------------------------------------------------------------------------------

    def _session(self) -> Any:
        session = self.memory.session_under_way()
        if session is None:
            raise conflict("nobody_there", "No dosing session is under way.")
        return session

    def _seen_lately(self, session: Any) -> bool:
        if not self.told.readings:
            return False
        last = self.told.readings[-1].at
        return self.now - last <= timedelta(minutes=14) and not (session.doses and last <= session.doses[-1].started_at)

    def _signs(self, at: datetime, *, careful: bool) -> VitalSigns:
        def one(good: Any, *bad: Any) -> Any:
            return good if careful or self.random.random() < self.care else self.random.choice(bad)

        return VitalSigns(
            observed_at=at,
            recorded_at=self.now,
            by=a.NURSE,
            blood_pressure=BloodPressure(*one((128, 82), (140, 90), (150, 95), (165, 101), (190, 115), (95, 60))),
            heart_rate=one(72, 121, 125, 135, 45, 38),
            oxygen_saturation=one(98, 94, 93, 91, 84),
            respiratory_rate=one(14, 9, 6, None),
            moaas=one(5, 4, 3, 1, None),
            symptoms=frozenset(one((), (Symptom.CHEST_PAIN,), (Symptom.NEUROLOGICAL,), (Symptom.AGITATION,))),
        )

    async def _handle(self, handler: Any, command: Any, who: StaffId) -> Any:
        return await handler(self.changes)(command, PEOPLE[who], REQUEST)

    async def _run(self, handler: Any, command: Any, who: StaffId) -> Any:
        return await handler(self.memory.ports, self.memory)(command, PEOPLE[who], REQUEST)


def as_checks(values: dict[str, object], by: StaffId, at: datetime, *, whole: bool) -> Checks:
    """What the clinic's own words are in the domain's."""

    def kept(value: Any) -> Recorded[Any]:
        return Recorded(value=value, by=by, at=at)

    pick_up: Any = values.get("escort")
    made: dict[str, Any] = {
        "identifiers": lambda v: frozenset(list(Identifier)[:v]),
        "suicide_risk": RiskLevel,
        "pregnancy": PregnancyTest,
        "allergic": lambda v: Reconciliation(allergic=v),
        "substances": lambda v: SubstanceUse(recent=v == "recent", intoxicated=v == "intoxicated"),
        "drug_screen": DrugScreen,
        "intake": lambda v: LastIntake(solids_at=v[0], liquids_at=v[1]),
        "bladder": lambda v: BladderQuestion(symptoms=v),
        "equipment": lambda v: v,
        "escort": lambda v: replace(a.escort(), pick_up_at=pick_up),
        "weight": lambda v: Weight(kilograms=Kilograms(v), measured_on=clinic_day(at, a.POLICY.timezone)),
    }
    names = {
        "allergic": "reconciliation",
        "equipment": "equipment_ready",
    }
    newer: dict[str, Any] = {names.get(name, name): kept(made[name](value)) for name, value in values.items()}
    if not whole:
        return Checks(**newer)
    asked = a.checks()
    rest: dict[str, Any] = {
        "reported_weight": kept(asked.reported_weight.value if asked.reported_weight else None),
        "emergency_contact": kept(True),
        "cures_reviewed_on": kept(clinic_day(at, a.POLICY.timezone)),
    }
    return Checks(**newer, **rest)
