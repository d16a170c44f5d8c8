"""What anybody may put right at the bedside that was written down wrong, or right."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from services.sessions.tests import builders as a
from services.sessions.tests import ways
from services.sessions.tests.asked import as_checks
from services.sessions.tests.at_the_shelf import AtTheShelf
from services.sessions.tests.stock_law import Drawn
from services.sessions.tests.told import Check, Given
from sessions.application.commands.correct_checks import CorrectChecks, CorrectChecksHandler
from sessions.application.commands.correct_dose import CorrectDose, CorrectDoseHandler
from sessions.application.commands.correct_vitals import CorrectVitals, CorrectVitalsHandler
from sessions.application.commands.record_dose_outside_gate import (
    RecordDoseOutsideGate,
    RecordDoseOutsideGateHandler,
)
from sessions.application.commands.review_dose_outside_gate import (
    ReviewDoseOutsideGate,
    ReviewDoseOutsideGateHandler,
)
from sessions.domain.adverse_events import ReviewDecision
from sessions.domain.checks import Checks
from sessions.domain.corrections import Amendment, ReadingList, WhichReading, written_into
from sessions.domain.dose_corrections import DoseAmendment
from sessions.domain.drug_amounts import DrugQuantity
from sessions.domain.ids import StaffId
from sessions.domain.words import VisitKind


class Mistaken(AtTheShelf):
    """Somebody who goes back to what was written down, or was not."""

    async def writes_down_late(self) -> None:
        """A dose that was given, in this session or one that is over, whatever was in order then."""
        mine = [each for each in self.memory.shelves["sessions"].kept.values() if each.patient_id == self.patient]
        dosing, vials = [each for each in mine if each.kind is VisitKind.DOSING], self.shelf()
        if not dosing or not vials:
            return
        session, vial = self.random.choice(dosing[-2:]), self.random.choice(vials)
        drawn = [each.id for each in vial.draws if each.session_id == session.id]
        draw_id = self.random.choice([*drawn, None])
        stated = ways.stated(vial.item, Decimal(self.random.choice(self.way.amounts)), misread=False)
        given_at = self.now - timedelta(minutes=self.random.choice((-5, 0, 5, 40, 60 * 20)))
        ended_at = given_at + timedelta(minutes=self.random.choice((0, 5)))
        by = self.random.choice((a.NURSE, a.PRESCRIBER))
        command = RecordDoseOutsideGate(
            session_id=session.id, container_id=vial.id, draw_id=draw_id, dose=stated,
            serial=self._serial(session), route=self.way.route, given_at=given_at, ended_at=ended_at, given_by=None,
            ordered_by=None, reason="nobody could write", before_start=self.random.choice((None, "at once")),
            expected_version=session.version,
        )  # fmt: skip
        await self._handle(RecordDoseOutsideGateHandler, command, by)
        written = self.memory.shelves["sessions"].kept[session.id].doses[-1]
        after, mg = written.outside, stated.mass.value
        known = Drawn(container=vial.id, session=session.id, by=by, mg=mg, for_dose=True)
        self.stock.drawn.setdefault(written.draw_id, known)
        self.told.outside.add(after.id)
        self.told.given_outside += 1
        given = Given(session=session.id, at=given_at, mg=mg, stands=mg, draw=written.draw_id, by=by)
        self.told.doses.append(given)
        self.told.began.setdefault(session.id, given_at)
        self.told.dose_ended[session.id] = max(ended_at, self.told.dose_ended.get(session.id, ended_at))

    async def reviews_late(self) -> None:
        """Somebody reviews such a dose, who may have given it."""
        for session in list(self.memory.shelves["sessions"].kept.values()):
            for dose in session.doses if session.patient_id == self.patient else ():
                if dose.outside is None or not dose.outside.awaits_review:
                    continue
                decision = self.random.choice((ReviewDecision.RESUME, ReviewDecision.RESUME, ReviewDecision.HOLD))
                review = ReviewDoseOutsideGate(session.id, dose.outside.id, decision, "seen", session.version)
                await self._handle(ReviewDoseOutsideGateHandler, review, a.PRESCRIBER)
                assert dose.given_by != a.PRESCRIBER
                if decision is ReviewDecision.RESUME:
                    self.told.outside.discard(dose.outside.id)
                return

    async def corrects_vitals(self) -> None:
        session, by = self._session(), self.random.choice((a.NURSE, a.NURSE, a.OTHER_NURSE, a.PRESCRIBER))
        known = [each for each in self.told.readings if each.session == session.id]
        if not known:
            return
        wrong = self.random.choice(known)
        signs = self._signs(self.now, careful=self.random.random() < 0.5)
        amended: dict[str, Any] = {
            "systolic": signs.blood_pressure.systolic,
            "diastolic": signs.blood_pressure.diastolic,
            "heart_rate": signs.heart_rate,
            "oxygen_saturation": signs.oxygen_saturation,
            "respiratory_rate": signs.respiratory_rate,
            "moaas": signs.moaas,
            "symptoms": signs.symptoms,
            "observed_at": wrong.at + timedelta(minutes=self.random.choice((-30, -6, 6, 20))),
        }
        chosen = self.random.sample(sorted(amended), self.random.randint(1, 4))
        among = ReadingList.BASELINE if wrong.before_dose else ReadingList.VITALS
        amendment = Amendment(**{name: amended[name] for name in chosen})
        command = CorrectVitals(session.id, WhichReading(among=among, number=wrong.number), amendment, "misread")
        await self._handle(CorrectVitalsHandler, command, by)
        written = written_into(self.memory.shelves["sessions"].kept[session.id], among)[-1]
        self._tell(session.id, written, before_dose=wrong.before_dose)

    async def corrects_checks(self) -> None:
        session, by = self._session(), self.random.choice((a.NURSE, a.OTHER_NURSE, a.PRESCRIBER))
        name, value = self.random.choice(
            (("weight", Decimal(80)), ("weight", Decimal(110)), ("suicide_risk", "none"), ("suicide_risk", "high"),
             ("equipment", True), ("bladder", False), ("allergic", False))
        )  # fmt: skip

        def recorded(by: StaffId, at: datetime) -> Checks:
            return as_checks({name: value}, by, at, whole=False)

        correct = CorrectChecks(session.id, recorded, "misread", session.version)
        await self._handle(CorrectChecksHandler, correct, by)
        wrong = self.told.last(session.id, name)
        checks = [replace(each, taken_back=True) if each is wrong else each for each in self.told.checks]
        self.told.checks = [*checks, Check(session=session.id, at=self.now, by=by, name=name, value=value)]

    async def corrects_dose(self) -> None:
        session, by = self._session(), self.random.choice((a.NURSE, a.NURSE, a.PRESCRIBER))
        if not session.doses:
            return
        number = self.random.randrange(len(session.doses))
        item = self.memory.shelves["drug_log"].kept[session.doses[number].container_id].item
        value = Decimal(self.random.choice(("0", "0.1", *self.way.amounts[:3])))
        amount = DrugQuantity(value=value, unit=item.unit)
        start = self.now - timedelta(minutes=self.random.choice((1, 30)))
        amended: dict[str, Any] = {"amount": amount, "started_at": start}
        chosen = {name: amended[name] for name in self.random.sample(sorted(amended), self.random.randint(1, 2))}
        command = CorrectDose(session.id, number, DoseAmendment(**chosen), "misread", session.version)
        await self._handle(CorrectDoseHandler, command, by)
        place = [place for place, each in enumerate(self.told.doses) if each.session == session.id][number]
        was = self.told.doses[place]
        mg = item.strength * value if "amount" in chosen else was.stands
        at = max(was.at, chosen.get("started_at", was.at))
        self.told.doses[place] = replace(was, mg=max(was.mg, mg), stands=mg, at=at)
