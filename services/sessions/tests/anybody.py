"""What anybody may do at one patient's bedside, well or badly, through the real use cases on stores in memory."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from services.sessions.tests import builders as a
from services.sessions.tests.asked import as_checks
from services.sessions.tests.at_one_patient import PEOPLE, AtOnePatient
from services.sessions.tests.course_builders import consent, eligibility, plan
from services.sessions.tests.told import Check, Reading
from sessions.application.commands.abort_session import AbortSession, AbortSessionHandler
from sessions.application.commands.change_plan import ChangePlan, ChangePlanHandler, PlanChange
from sessions.application.commands.discharge_from_care import DischargeFromCare, DischargeFromCareHandler
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
from sessions.domain.adverse_events import Observation, ReviewDecision
from sessions.domain.care import DischargeReason
from sessions.domain.checks import Checks
from sessions.domain.doses import StatedDose
from sessions.domain.gate_items import GATE
from sessions.domain.ids import AdverseEventId, AlertId, ClearanceId, PlanId, StaffId
from sessions.domain.plans import PlanChangeReason
from sessions.domain.states import UNDER_WAY
from sessions.domain.stops import StopKind
from sessions.domain.units import milligrams
from sessions.domain.vitals import VitalSigns
from sessions.domain.words import ProviderRole

ROLES = {a.NURSE: "nurse", a.OTHER_NURSE: "nurse", a.THERAPIST: "therapist", a.PRESCRIBER: "prescriber"}
STOPS = {kind.value: kind for kind in StopKind}
ASKED = (
    "identifiers", "suicide_risk", "pregnancy", "allergic", "substances", "drug_screen", "intake", "bladder",
    "equipment", "escort", "weight",
)  # fmt: skip
OBSERVED = ("pressure", "pulse", "saturation", "breathing", "alertness", "symptoms")


class Anybody(AtOnePatient):
    """All of it, well or badly."""

    async def checks(self, *, careful: bool = False, whole: bool = False) -> None:
        """`whole` asks everything, as a careful nurse does; then one thing is not as it should be."""
        session, by = self._session(), self.random.choice((a.NURSE, a.OTHER_NURSE))
        wrong = self.random.choice(ASKED) if whole and not careful else None

        def fine(name: str) -> bool:
            return careful or (name != wrong if whole else self.random.random() < self.care)

        values: dict[str, object] = {
            "identifiers": 2 if fine("identifiers") else 1,
            "suicide_risk": "none" if fine("suicide_risk") else self.random.choice(("high", "moderate")),
            "pregnancy": "negative" if fine("pregnancy") else "positive",
            "allergic": not fine("allergic"),
            "substances": "none" if fine("substances") else self.random.choice(("intoxicated", "recent")),
            "drug_screen": "expected" if fine("drug_screen") else "unexpected",
            "intake": self._intake(fine=fine("intake")),
            "bladder": not fine("bladder"),
            "equipment": fine("equipment"),
            "escort": self.now + (timedelta(hours=4) if fine("escort") else -timedelta(days=1)),
            "weight": Decimal(80) if fine("weight") else Decimal(self.random.choice((70, 84, 90, 110, 176))),
        }
        if self.way.serials:
            values["program"] = careful or self.random.random() < 0.6
        if not (careful or whole):
            asked = self.random.sample(sorted(values), self.random.randint(1, 4))
            values = {name: value for name, value in values.items() if name in asked}

        def recorded(by: StaffId, at: datetime) -> Checks:
            return as_checks(values, by, at, whole=careful or whole)

        await self._handle(RecordChecksHandler, RecordChecks(session.id, recorded), by)
        for name, value in values.items():
            self.told.checks.append(Check(session=session.id, at=self.now, by=by, name=name, value=value))

    def _intake(self, *, fine: bool) -> tuple[datetime, datetime, datetime | None]:
        """When the patient ate, drank and used another spray last."""
        ate, drank, sprayed = (
            (720, 180, None) if fine else self.random.choice(((300, 60, None), (90, 20, None), (720, 180, 30)))
        )
        spray = None if sprayed is None else self.now - a.minutes(sprayed)
        return self.now - a.minutes(ate), self.now - a.minutes(drank), spray

    async def vitals(self, *, careful: bool = False, minutes_ago: int | None = None, wrong: str | None = None) -> None:
        """`wrong` is the one of the signs that is not good."""
        session = self._watched() or self._session()
        ago = minutes_ago if minutes_ago is not None else 0 if careful else self.random.choice((0, 0, 0, 5, 30, 90))
        back = timedelta(minutes=ago)
        signs = self._signs(self.now - back, careful=careful, wrong=wrong)

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
        session, stale = self._form()
        mg, most = self.way.orders[0] if careful else self.random.choice(self.way.orders)
        order = SignOrder(session.id, StatedDose(mass=milligrams(mg)), milligrams(most), session.version)
        await self._handle(SignOrderHandler, order, a.PRESCRIBER)
        self._finds(["an order by a form of before"] if stale else [])
        if any(each.session == session.id and each.for_dose for each in self.stock.drawn.values()):
            self.told.reached["ordered anew with a syringe drawn"] += 1
        self.told.orders[session.id] = (Decimal(mg), Decimal(most))

    async def joins(self, who: StaffId) -> None:
        session, role = self._session(), ROLES[who]
        await self._handle(JoinSessionHandler, JoinSession(session.id, ProviderRole(role)), who)
        self.told.there.setdefault((session.id, role), set()).add(who)
        self.told.comings.append((self.now, session.id, role, who, True))

    async def joins_or_leaves(self) -> None:
        who = self.random.choice(sorted(PEOPLE))
        if self.random.random() < 0.7:
            return await self.joins(who)
        session = self._session()
        await self._handle(LeaveSessionHandler, LeaveSession(session.id), who)
        self.told.there.get((session.id, ROLES[who]), set()).discard(who)
        self.told.comings.append((self.now, session.id, ROLES[who], who, False))
        return None

    async def overrides(self, item: str | None = None) -> None:
        session = self._session()
        item = item or self.random.choice(GATE).code
        signed = SignOverrides(session.id, ((item, "seen and judged"),), session.version)
        await self._handle(SignOverridesHandler, signed, a.PRESCRIBER)
        self.told.signed.append((self.now, session.id, item))

    async def resolves(self, name: str | None = None) -> None:
        session, name = self._session(), name or self.random.choice(sorted(STOPS))
        if not self.memory.shelves["courses"].kept[self.patient].standing(STOPS[name]):
            return
        resolve = ResolveStop(session.id, STOPS[name], "repeated, discussed")
        await self._run(ResolveStopHandler, resolve, a.PRESCRIBER)
        self.told.resolved.append((self.now, name))

    async def alert(self) -> None:
        known = self.memory.shelves["eligibilities"].kept[self.patient]
        if self.told.alerts and self.random.random() < 0.8:
            closed = AlertId(next(iter(self.told.alerts)))
            self.memory.keep("eligibilities", known.alert_closed(closed))
            del self.told.alerts[closed]
        elif self.random.random() < 0.2:
            raised = AlertId(a.new_uuid())
            self.memory.keep("eligibilities", known.alert_raised(raised, self.now))
            self.told.alerts[raised] = self.now

    async def outcome(self) -> None:
        known = self.memory.shelves["eligibilities"].kept[self.patient]
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
            report = ReportAdverseEvent(self.patient, self._session().id, seen)
            event_id = (await self._run(ReportAdverseEventHandler, report, a.NURSE)).value.id
            if grade >= 2:
                self.told.harm.add(event_id)
            if grade >= 3:
                self._runs_no_more(*self.told.running)

    async def time(self) -> None:
        self.memory.now += timedelta(minutes=self.random.choice((1, 2, 5, 6, 6, 10, 30)))

    async def consent_or_clearance(self) -> None:
        if self.random.random() < 0.5:
            self.told.cleared = self.random.random() < 0.8
            known = eligibility() if self.told.cleared else replace(eligibility(), clearance=None)
            now = self.memory.shelves["eligibilities"].kept[self.patient]
            self.memory.keep("eligibilities", replace(now, clearance=known.clearance))
        else:
            self.told.consented = self.random.random() < 0.8
            signed = replace(consent(route=self.way.route), patient_id=self.patient)
            shelf = self.memory.shelves["consents"]
            others = {each.id: each for each in shelf.kept.values() if each.patient_id != self.patient}
            shelf.kept = {**others, signed.id: signed} if self.told.consented else others

    async def end_of_care(self, *, likely: float = 0.2) -> None:
        """The plan is given up, the patient discharged unless something is open; who returns is cleared anew."""
        if not self.told.in_care:
            again, known = PlanId(a.new_uuid()), self.memory.shelves["eligibilities"].kept[self.patient]
            cleared = replace(eligibility().clearance, id=ClearanceId(a.new_uuid()))  # type: ignore[type-var]  # there is one
            self.memory.keep("eligibilities", known.cleared(cleared, decided_at=self.now))
            self._keeps_plan(again, replace(plan().signature, at=self.now))  # type: ignore[type-var]  # a signed plan
            self.told.in_care, self.told.cleared, self.told.planned_since = True, True, self.now
        elif self.random.random() < likely:
            unsent = set(self.told.began) - self.told.forms_sent if self.way.serials else set[str]()
            live = await self.memory.ports.plans.live_of(self.patient)
            assert live is not None
            give_up = ChangePlan(live.id, PlanChange.DISCONTINUE, PlanChangeReason.PATIENT_REQUEST, live.version)
            await self._run(ChangePlanHandler, give_up, a.PRESCRIBER)
            self.told.in_care, self.told.on_hold = False, False
            leave = DischargeFromCare(self.patient, DischargeReason.PATIENT_REQUEST, "whom to call")
            await self._run(DischargeFromCareHandler, leave, a.PRESCRIBER)
            self._finds(["care ended with a form of the program not sent"] if unsent else [])
            self.told.discharged += 1
            self.told.care_ended = self.now

    async def ends(self) -> None:
        session = self._session()
        if session.state in UNDER_WAY and (session.doses or self.random.random() < 0.2):
            abort = AbortSession(session.id, True, "went home", session.version)
            await self._handle(AbortSessionHandler, abort, a.NURSE)
            self.told.left.add(session.id)
            self._runs_no_more(session.id)
