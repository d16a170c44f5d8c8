"""What anybody may put right at the bedside that was written down wrong, or right."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from services.sessions.tests import builders as a
from services.sessions.tests.anybody import Anybody, as_checks
from services.sessions.tests.dose_law import Check
from sessions.application.commands.correct_checks import CorrectChecks, CorrectChecksHandler
from sessions.application.commands.correct_dose import CorrectDose, CorrectDoseHandler
from sessions.application.commands.correct_vitals import CorrectVitals, CorrectVitalsHandler
from sessions.domain.checks import Checks
from sessions.domain.corrections import Amendment, ReadingList, WhichReading, written_into
from sessions.domain.dose_corrections import DoseAmendment
from sessions.domain.drug_amounts import DrugQuantity, DrugUnit
from sessions.domain.ids import StaffId


class Mistaken(Anybody):
    """Somebody who goes back to what was written down."""

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
        value = Decimal(self.random.choice(("0", "0.1", "0.4", "0.8")))
        amount = DrugQuantity(value=value, unit=DrugUnit.MILLILITRE)
        start = self.now - timedelta(minutes=self.random.choice((1, 30)))
        amended: dict[str, Any] = {"amount": amount, "started_at": start}
        chosen = {name: amended[name] for name in self.random.sample(sorted(amended), self.random.randint(1, 2))}
        command = CorrectDose(session.id, number, DoseAmendment(**chosen), "misread", session.version)
        await self._handle(CorrectDoseHandler, command, by)
        place = [place for place, each in enumerate(self.told.doses) if each.session == session.id][number]
        was, strength = self.told.doses[place], session.doses[number].stated.concentration
        mg = strength.value * value if "amount" in chosen and strength is not None else was.mg
        at = max(was.at, chosen.get("started_at", was.at))
        self.told.doses[place] = replace(was, mg=max(was.mg, mg), at=at)
