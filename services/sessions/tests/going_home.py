"""What else happens in a course and on a day: somebody reviews, answers, attests, holds, and is let go home."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from careflow_domain.errors import DomainError
from careflow_service.errors import ServiceError
from services.sessions.tests import builders as a
from services.sessions.tests.at_one_patient import PEOPLE, REQUEST
from services.sessions.tests.beside_the_dose import BesideTheDose
from services.sessions.tests.course_builders import screen
from services.sessions.tests.day_law import forbids_leaving
from services.sessions.tests.told import Check
from services.sessions.tests.way_law import forbids_form
from sessions.application.commands.abort_session import AbortSession, AbortSessionHandler
from sessions.application.commands.attest_eligibility import AttestEligibility, AttestEligibilityHandler
from sessions.application.commands.change_plan import ChangePlan, ChangePlanHandler, PlanChange
from sessions.application.commands.discharge_patient import DischargePatient, DischargePatientHandler
from sessions.application.commands.record_return import RecordReturn, RecordReturnHandler
from sessions.application.commands.review_doses import ReviewDoses, ReviewDosesHandler
from sessions.application.commands.submit_rems_form import SubmitRemsForm, SubmitRemsFormHandler
from sessions.domain.checks import RiskLevel
from sessions.domain.discharge import CRITERIA, DischargeScore, Exceptions, SignedFor
from sessions.domain.eligibility import ScreenResult
from sessions.domain.plans import PlanChangeReason
from sessions.domain.rems_form import Answers

CARELESS = 0.7
"""How often each sign is a good one where signs are what lapses: seven in eight patients have one that is not."""
SCORED = ("oriented", "walks_unaided", "nausea_controlled", "effects_resolved", "escort_signed", "instructions_given")


class GoingHome(BesideTheDose):
    """Somebody who also looks beyond this dose."""

    async def goes_home(self, *, careful: bool = False) -> None:
        session = self._watched()
        if session is None:
            return
        lapse = self.random.choice((None, "time", "signs", "signs", "score")) if careful else "score"
        if careful:
            await self._watches(lapse)
            session = self._watched()
        unmet = self.random.sample(SCORED, self.random.choice((0, 1, 2))) if lapse == "score" else ()
        score: dict[str, bool | str] = {name: name not in unmet for name in SCORED}
        score["suicide_risk"] = "high" if lapse == "score" and self.random.random() > self.care else "none"
        by = self.random.choice((a.NURSE, a.NURSE, a.PRESCRIBER))
        signed = frozenset(self.random.sample(sorted(CRITERIA), self.random.choice((0, 0, 3, len(CRITERIA)))))
        left = self._left()
        reasons = list(
            forbids_leaving(
                self.told,
                session.id,
                score,
                signed,
                by=by,
                doctor=by == a.PRESCRIBER,
                now=left or self.now,
                written_at=self.now,
            )
        )
        await self._lets_go(session, score, signed, by, left)
        self.told.reached["let go, written down late"] += left is not None
        self.told.gone_home.append(session.id)
        self.told.reached[f"let go, {self.way.route.value}"] += 1
        self._finds(reasons)

    def _left(self) -> datetime | None:
        """When the patient left, where somebody writes it down later; now and then before they were last observed."""
        minutes = self.random.choice((0, 0, 0, 4, 20, 90))
        if not minutes:
            return None
        left = self.now - timedelta(minutes=self.random.choice((0, 0, 0, 20)))
        self.memory.now += timedelta(minutes=minutes)
        return left

    async def lights_out(self) -> None:
        """The power goes while somebody is watched: signs are on paper and entered afterwards in any order; then the
        next dose is given, or the patient goes.
        """
        if self._watched() is None:
            return
        minutes = self.random.choice((20, 45, 90))
        self.memory.now += timedelta(minutes=minutes)
        self.told.reached["the power went"] += 1
        for ago in self.random.sample(range(minutes), 3):
            with suppress(DomainError, ServiceError):
                await self.vitals(minutes_ago=ago)
                self.told.reached["signs from paper"] += 1
        await (self.doses() if self.random.random() < 0.5 else self.goes_home())

    async def sends_form(self) -> None:
        """The monitoring form of a session under the program, some time."""
        forms = [each for each in self.memory.shelves["rems_forms"].kept.values() if each.patient_id == self.patient]
        if not forms:
            return
        form = self.random.choice(forms)
        answers = Answers(
            medicines=frozenset(),
            vitals_acceptable_before=True,
            vitals_acceptable_after=True,
            sedation=self.random.random() < 0.8,
            dissociation=True,
            respiratory_depression=False,
        )
        reasons = list(forbids_form(self.told, form.id))
        await self._run(SubmitRemsFormHandler, SubmitRemsForm(form.id, answers, "REMS-1", form.version), a.NURSE)
        self.told.forms_sent.add(form.id)
        self.told.reached["a form of the program sent"] += 1
        self._finds(reasons)

    async def _watches(self, lapse: str | None) -> None:
        """As long as is asked, or not; the last signs are what they are."""
        care = self.care
        missed = self.way.serials and self.random.random() < 0.3
        if missed:
            self.memory.now += timedelta(minutes=self.random.choice((15, 30, 70)))
        for number, minutes in enumerate(self.way.watch, start=1):
            last = number == len(self.way.watch)
            self.memory.now += timedelta(minutes=20 if lapse == "time" and last else minutes)
            self.care = CARELESS if lapse == "signs" and last else care
            try:
                await self.vitals(careful=lapse != "signs" or not last)
            finally:
                self.care = care

    async def _lets_go(
        self, session: Any, score: Mapping[str, bool | str], signed: frozenset[str], by: Any, left: datetime | None
    ) -> None:
        answered: dict[str, Any] = {**score, "suicide_risk": RiskLevel(str(score["suicide_risk"]))}
        exceptions = Exceptions(
            signed=tuple(SignedFor(criterion=each, reason="seen by me") for each in signed), transport="a taxi"
        )
        leave = DischargePatient(session.id, DischargeScore(**answered), exceptions, session.version, left)
        try:
            await DischargePatientHandler(self.memory.ports, self.memory)(leave, PEOPLE[by], REQUEST)  # type: ignore[arg-type]  # a fake runner
        finally:
            after = self.memory.shelves["sessions"].kept[session.id]
            if after.version > session.version:
                self._risk_found(session.id, score, by)

    async def comes_back(self) -> None:
        """Who left without being discharged is there again, some time later."""
        gone = [
            each
            for each in self.memory.shelves["sessions"].kept.values()
            if each.patient_id == self.patient and each.left_early_at is not None
        ]
        if not gone:
            return
        session = gone[-1]
        self.memory.now += timedelta(minutes=self.random.choice((1, 30, 100, 600)))
        then = self._from_paper()
        await self._handle(RecordReturnHandler, RecordReturn(session.id, session.version, then), a.NURSE)
        back = max(then or self.now, session.left_early_at)
        self.told.away.setdefault(session.id, []).append((session.left_early_at, back))
        self.told.reached["came back, written down late"] += then is not None
        self._finds(["back before they left"] if back > self.now or (then and then < session.left_early_at) else [])
        self.told.left.discard(session.id)
        self.told.reached["came back"] += 1
        if self.random.random() < 0.7:
            await self.goes_home(careful=True)

    async def leaves_again(self) -> None:
        session = self._watched()
        if session is None or not session.away:
            return
        gone = AbortSession(session.id, True, "walked out again", session.version)
        await self._handle(AbortSessionHandler, gone, a.NURSE)
        self.told.left.add(session.id)
        self.told.reached["left again"] += 1

    async def reviews(self) -> None:
        await self._run(ReviewDosesHandler, ReviewDoses(self.patient), a.PRESCRIBER)
        self.told.reviewed.append(self.now)

    async def answers(self) -> None:
        """The questions before the visit, answered a while ago."""
        result = self.random.choice((ScreenResult.PASS, ScreenResult.PASS, ScreenResult.PRESCRIBER_DECIDES))
        completed_at = self.now - timedelta(days=self.random.choice((0, 0, 1, 6, 7, 8)))
        known = self.memory.shelves["eligibilities"].kept[self.patient]
        after = known.screened(screen(result, completed_at=completed_at))
        self.memory.keep("eligibilities", after)
        if after is not known:
            self.told.screen = (completed_at, result.value)

    async def hears_nothing(self) -> None:
        unheard = timedelta(minutes=self.random.choice((0, 0, 9, 11, 60)))
        self.memory.heard.lag = unheard
        for each in self.clinic.patients:
            each.told.unheard = unheard

    async def attests(self) -> None:
        session = self._session()
        await self._handle(AttestEligibilityHandler, AttestEligibility(session.id, "read in the case"), a.PRESCRIBER)
        self.told.attested[session.id] = self.now

    async def holds(self) -> None:
        live = await self.memory.ports.plans.live_of(self.patient)
        if live is None or (not self.told.on_hold and self.random.random() < 0.7):
            return
        change = PlanChange.RESUME if self.told.on_hold else PlanChange.HOLD
        command = ChangePlan(live.id, change, PlanChangeReason.PATIENT_REQUEST, live.version)
        await self._run(ChangePlanHandler, command, a.PRESCRIBER)
        self.told.on_hold = not self.told.on_hold

    def _risk_found(self, session_id: str, score: Mapping[str, bool | str], by: Any) -> None:
        risk = score["suicide_risk"]
        self.told.checks.append(Check(session=session_id, at=self.now, by=by, name="suicide_risk", value=risk))
