"""What anybody may do with the drug: receive, draw up, give, and waste the rest, well or badly."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from careflow_domain.errors import DomainError
from careflow_service.errors import ServiceError
from services.sessions.tests import builders as a
from services.sessions.tests import ways
from services.sessions.tests.anybody import Anybody
from services.sessions.tests.at_one_patient import PEOPLE
from services.sessions.tests.day_law import forbids_dose
from services.sessions.tests.stock_law import Drawn, Wasted
from services.sessions.tests.told import Given
from sessions.application.commands.draw_drug import DrawDrug, DrawDrugHandler
from sessions.application.commands.end_dose import EndDose, EndDoseHandler
from sessions.application.commands.enter_in_drug_log import EnterInDrugLog, EnterInDrugLogHandler
from sessions.application.commands.give_dose import GiveDose, GiveDoseHandler
from sessions.application.commands.receive_container import ReceiveContainer, ReceiveContainerHandler
from sessions.application.commands.witness_entry import WitnessEntry, WitnessEntryHandler
from sessions.domain.drug_entries import EntryKind
from sessions.domain.units import Millilitres


class AtTheShelf(Anybody):
    """Somebody who takes from the shelf of the clinic, where other patients' drug stands as well."""

    def shelf(self) -> list[Any]:
        """What this patient's dose is to come out of."""
        kept = [each for each in self.memory.shelves["drug_log"].kept.values() if each.item.drug == self.way.drug]
        if self.way.dispensed:
            return [each for each in kept if self.stock.owner.get(each.id) == self.patient]
        return [each for each in kept if each.package_id is None]

    def syringes(self, session_id: str) -> list[tuple[Any, Any]]:
        """What is drawn up for a session, of whatever."""
        kept = self.memory.shelves["drug_log"].kept.values()
        return [(each, draw) for each in kept for draw in each.draws if draw.session_id == session_id]

    async def receives(self) -> None:
        item = ways.container(self.way, self.random)
        label = ways.dispensed_for(self.patient) if self.way.dispensed else None
        arrived = await self._run(ReceiveContainerHandler, ReceiveContainer(a.MILL_VALLEY, item, label), a.NURSE)
        self.stock.held[arrived.value.id] = item.labelled.value
        if self.way.dispensed:
            self.stock.owner[arrived.value.id] = self.patient

    async def draws(self) -> None:
        """Mostly from the patient's own shelf; now and then from whatever stands beside it."""
        session = self._session()
        if not self.shelf() or self.random.random() < 0.05:
            await self.receives()
        among = self.shelf() if self.random.random() < 0.85 else list(self.memory.shelves["drug_log"].kept.values())
        container, amount = self.random.choice(among), Decimal(self.random.choice(self.way.amounts))
        by = self.random.choice((a.NURSE, a.NURSE, a.OTHER_NURSE))
        mg = container.item.strength * amount
        told = Drawn(container=container.id, session=session.id, by=by, mg=mg, for_dose=True)
        if self.stock.owner.get(container.id, self.patient) != self.patient:
            self.told.reached["somebody else's package in the hand"] += 1
        reasons = list(self.stock.forbids_draw(self.told, self.patient, told))
        drawn = await self._run(DrawDrugHandler, DrawDrug(container.id, session.id, amount), by)
        self.stock.drawn[drawn.value.added_id] = told
        self._finds(reasons)

    async def doses(self) -> None:
        session, stale = self._form()
        drawn = self.syringes(session.id)
        if self.random.random() < 0.2:
            drawn = [each for day in self.clinic.patients for each in self.syringes(day.visit_id)]
        if not drawn:
            return
        container, draw = self.random.choice(drawn)
        if draw.session_id != session.id:
            self.told.reached["somebody else's syringe in the hand"] += 1
        left = draw.mass.value / container.item.strength
        amount = Decimal(self.random.choice((left, left, *map(Decimal, self.way.amounts[:3]))))
        misread = self.random.random() < 0.1
        stated = ways.stated(container.item, amount, misread=misread)
        by, serial = self.random.choice((a.NURSE, a.PRESCRIBER)), self._serial(session)
        given = Given(
            session=session.id, at=self.now, mg=stated.mass.value, stands=stated.mass.value, draw=draw.id, by=by,
            serial=serial, stale=stale,
        )  # fmt: skip
        reasons = [*forbids_dose(self.told, given), *self.stock.forbids_dose(self.patient, given)]
        reasons += ["by another label than the container's"] if misread else []
        command = GiveDose(session.id, container.id, draw.id, stated, serial, session.version)
        await self._handle(GiveDoseHandler, command, by)
        self._tells_dose(given)
        self._finds(reasons)
        if self.random.random() < 0.3:
            await self._again(command)

    def _serial(self, session: Any) -> str | None:
        if not self.way.serials:
            return None
        used = [each.serial for each in session.doses]
        return self.random.choice((*used[-1:], None)) if self.random.random() < 0.15 else f"SN-{a.new_uuid()}"

    def _tells_dose(self, given: Given) -> None:
        further = any(each.session == given.session for each in self.told.doses)
        self.told.reached[f"{'a further' if further else 'a'} dose, {self.way.route.value}"] += 1
        self.told.doses.append(given)
        self.told.began.setdefault(given.session, given.at)
        if self.way.at_once:
            self.told.dose_ended[given.session] = given.at
        else:
            self.told.running.add(given.session)

    async def _again(self, command: GiveDose) -> None:
        """The same form is sent from a second tab, by another nurse."""
        try:
            await self._handle(GiveDoseHandler, command, a.OTHER_NURSE)
        except (DomainError, ServiceError):
            self.told.reached["a dose sent twice"] += 1
        else:
            self._finds(["the same dose twice"])

    async def dose_ends(self) -> None:
        """It has run in, or was stopped with some of it run in."""
        session = self._session()
        infused = self.random.choice((None, None, "0", "0.1", "0.3", "0.4", "9"))
        ran = None if infused is None else Millilitres(Decimal(infused))
        hung = session.doses[-1].stated if session.doses else None
        then = self._from_paper()
        await self._handle(EndDoseHandler, EndDose(session.id, ran, ended_at=then), a.NURSE)
        self.told.running.discard(session.id)
        self._ended(session.id, then, since=self.told.doses[-1].at)
        if ran is not None and hung is not None and hung.volume is not None:
            self._ran_in(session.id, hung.mass.value * ran.value / hung.volume.value)

    def _ended(self, session_id: str, then: datetime | None, *, since: datetime) -> None:
        """It ended, or so it says on paper: not before `since`, to the minute, and not in the future."""
        at = then or self.now
        self.told.dose_ended[session_id] = max(at, since)
        self.told.reached["an end of a dose from paper"] += then is not None
        self._finds(["an end of a dose that cannot be"] if not since.replace(second=0) <= at <= self.now else [])

    def _ran_in(self, session_id: str, mg: Decimal) -> None:
        place = max(place for place, each in enumerate(self.told.doses) if each.session == session_id)
        self.told.doses[place] = replace(self.told.doses[place], mg=mg, stands=mg)

    async def wastes(self) -> None:
        """The rest of a syringe is wasted, and somebody says that they saw it."""
        mine = {each.id for each in self.memory.shelves["sessions"].kept.values() if each.patient_id == self.patient}
        full = [
            (container, draw)
            for container, draw in (each for session_id in sorted(mine) for each in self.syringes(session_id))
            if draw.id in self.stock.drawn and container.open_of(draw)
        ]
        if not full:
            return
        container, draw = self.random.choice(full)
        rest, by = container.open_of(draw), self.random.choice((a.NURSE, a.OTHER_NURSE))
        line = EnterInDrugLog(container.id, EntryKind.WASTED, rest, draw.id, "rest of the syringe")
        entry = (await self._run(EnterInDrugLogHandler, line, by)).value.added_id
        self.stock.wasted[entry] = Wasted(draw=draw.id, by=by, at=self.now, mg=rest.value)
        self.memory.now += a.minutes(self.random.choice((0, 0, 1, 40)))
        for witness in self.random.sample(sorted(PEOPLE), len(PEOPLE)):
            reasons = list(self.stock.forbids_witness(entry, witness, self.now))
            try:
                await self._run(WitnessEntryHandler, WitnessEntry(container.id, entry), witness)
            except (DomainError, ServiceError):
                self.told.reached["a witness refused"] += 1
                continue
            self.stock.gone[draw.id] = self.stock.gone.get(draw.id, Decimal(0)) + rest.value
            self.told.reached["waste witnessed"] += 1
            self._finds(reasons)
            return
