"""What anybody may do beside the dose: order, draw up, give and put right medicines, and run the pump."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from services.sessions.tests import builders as a
from services.sessions.tests.at_one_patient import PEOPLE, REQUEST
from services.sessions.tests.care_law import Medicine, Ordered, Pump, forbids_medicine, forbids_reading
from services.sessions.tests.medicines import standing_order, terms
from services.sessions.tests.mistaken import Mistaken
from services.sessions.tests.shared_clinic import Clinic
from services.sessions.tests.ways import Way
from sessions.application.commands.draw_drug import DrawDrug, DrawDrugHandler
from sessions.application.commands.end_dose import EndDose, EndDoseHandler
from sessions.application.commands.follow_medicine import CorrectMedicine, CorrectMedicineHandler
from sessions.application.commands.give_medicine import GiveMedicine, GiveMedicineHandler
from sessions.application.commands.order_medicine import (
    OrderMedicine,
    OrderMedicineHandler,
    TakeVerbalOrder,
    TakeVerbalOrderHandler,
)
from sessions.application.commands.record_medicine_outside_order import (
    RecordMedicineOutsideOrder,
    RecordMedicineOutsideOrderHandler,
)
from sessions.application.commands.review_medicine_outside_order import (
    ReviewMedicineOutsideOrder,
    ReviewMedicineOutsideOrderHandler,
)
from sessions.application.commands.set_pump import SetPump, SetPumpHandler
from sessions.application.medication_changes import MedicationChanges
from sessions.domain.administrations import FromDraw, MedicineAmendment
from sessions.domain.adverse_events import ReviewDecision
from sessions.domain.ids import PatientId
from sessions.domain.infusion import StepKind
from sessions.domain.medicines import SignLimit
from sessions.domain.stops import StopKind
from sessions.domain.units import MedicineAmount, MilligramsPerMillilitre, Millilitres, MillilitresPerHour
from sessions.domain.vitals import Signal

LORAZEPAM = "Lorazepam"
LIMIT = SignLimit(signal=Signal.OXYGEN_SATURATION, at_most=93)


class BesideTheDose(Mistaken):
    """`orders_told` are the orders by id, `given_told` what was given of them; `readings_taken` counts the pump's,
    `medicines_outside` what was given outside an order.
    """

    def __init__(self, clinic: Clinic, patient: PatientId, way: Way, *, care: float = 0.93) -> None:
        super().__init__(clinic, patient, way, care=care)
        self.orders_told: dict[str, Ordered] = {}
        self.given_told: dict[str, Medicine] = {}
        self.pump: Pump | None = None
        self.readings_taken = 0
        self.medicines_outside = 0

    async def orders_medicine(self) -> None:
        """In the session by writing or by word, or of the location for ever."""
        session, controlled = self._session(), self.random.random() < 0.3
        least, most = self.random.choice((("1", "2"), ("1", "2"), ("2", "2")))
        told = Ordered(
            session=session.id,
            medicine=LORAZEPAM if controlled else self.random.choice(("Ondansetron", "Clonidine")),
            least=Decimal(least),
            most=Decimal(most),
            in_visit=Decimal(self.random.choice(("2", "4"))),
            apart=timedelta(minutes=self.random.choice((0, 5, 20))),
            too_low=self.random.choice((None, 93)),
            not_with=self.random.choice((None, "intoxicated")),
            from_log=controlled,
        )
        said = terms(
            told.medicine,
            least,
            most,
            in_visit=str(told.in_visit),
            interval=told.apart,
            limits=() if told.too_low is None else (LIMIT,),
            not_with=() if told.not_with is None else (StopKind.INTOXICATION,),
        )
        how = self.random.choice(("standing", "written", "verbal"))
        if how == "standing":
            order = replace(standing_order(said), signed_at=self.now, valid_until=a.TODAY + a.days(300))
            self.memory.keep("standing_orders", order)
            self.orders_told[order.id] = replace(told, session=None)
        elif how == "written":
            done = await self._medicates(OrderMedicineHandler, OrderMedicine(session.id, said), a.PRESCRIBER)
            self.orders_told[done.value.added_id] = told
        else:
            taken = TakeVerbalOrder(session.id, said, a.PRESCRIBER, read_back=True, reason="she is away")
            done = await self._medicates(TakeVerbalOrderHandler, taken, a.NURSE)
            self.orders_told[done.value.added_id] = told

    async def medicine(self) -> None:
        session = self._session()
        if not self.orders_told or self.random.random() < 0.3:
            return await self.orders_medicine()
        order_id = self.random.choice(sorted(self.orders_told))
        order = self.orders_told[order_id]
        drawn, rest = await self._drawn(session, order_id) if order.from_log else (None, None)
        amount = Decimal(self.random.choice(("1", "1", "2", "2", "3")))
        at = self.now - timedelta(minutes=self.random.choice((0, 0, 0, 4, 30)))
        allergic = self.random.random() > self.care
        now = Medicine(session=session.id, medicine=order.medicine, amounts=(amount,), times=(at,), rest=rest)
        reasons = list(forbids_medicine(self.told, (*self.given_told.values(),), order, now, allergic=allergic))
        command = GiveMedicine(session.id, order_id, MedicineAmount(amount), at, allergic, drawn)
        done = await self._medicates(GiveMedicineHandler, command, a.NURSE)
        self.given_told[done.value.added_id] = now
        if reasons:
            self.violations.append((self.now, reasons))
        return None

    async def reviews_late(self) -> None:
        """A dose, and a medicine."""
        await super().reviews_late()
        for record in list(self.memory.shelves["medication"].kept.values()):
            for given in record.given if record.patient_id == self.patient else ():
                if given.outside is None or not given.outside.awaits_review:
                    continue
                decision = self.random.choice((ReviewDecision.RESUME, ReviewDecision.RESUME, ReviewDecision.HOLD))
                review = ReviewMedicineOutsideOrder(record.id, given.id, decision, "seen")
                await self._medicates(ReviewMedicineOutsideOrderHandler, review, a.PRESCRIBER)
                if decision is ReviewDecision.RESUME:
                    self.told.outside.discard(given.id)
                return

    async def medicine_outside_order(self) -> None:
        """Something was given that its order does not allow, or nobody had ordered."""
        session, order_id = self._session(), self.random.choice([None, *sorted(self.orders_told)])
        medicine = "Epinephrine" if order_id is None else self.orders_told[order_id].medicine
        amount, at = Decimal(3), self.now - timedelta(minutes=self.random.choice((0, 4, 30)))
        command = RecordMedicineOutsideOrder(
            session_id=session.id,
            given_as=order_id or terms(medicine, "3", "3", in_visit="3", interval=timedelta(0)),
            amount=MedicineAmount(amount),
            given_at=at,
            allergic=False,
            container_id=None,
            draw_id=None,
            given_by=None,
            ordered_by=None,
            reason="at once",
        )
        done = await self._medicates(RecordMedicineOutsideOrderHandler, command, a.NURSE)
        given_id = done.value.added_id
        self.told.outside.add(given_id)
        self.medicines_outside += 1
        self.given_told[given_id] = Medicine(session=session.id, medicine=medicine, amounts=(amount,), times=(at,))

    async def _drawn(self, session: Any, order_id: str) -> tuple[FromDraw | None, Decimal | None]:
        """Some of it is drawn up; now and then somebody takes the syringe of the dose, or none."""
        vials = self.memory.shelves["drug_log"].kept
        held = [vial for vial in vials.values() if vial.item.drug == "lorazepam"]
        if not held:
            fresh = a.vial(millilitres="50", concentration="2")
            strength = MilligramsPerMillilitre(Decimal(2))
            fresh = replace(fresh, item=replace(fresh.item, drug="lorazepam", concentration=strength))
            self.memory.keep("drug_log", fresh)
            self.stock.held[fresh.id] = fresh.item.labelled.value
            held = [fresh]
        if self.random.random() < 0.6:
            ml = Millilitres(Decimal(self.random.choice(("0.5", "1"))))
            await self._run(DrawDrugHandler, DrawDrug(held[0].id, session.id, ml.value, order_id), a.NURSE)
        among = vials.values() if self.random.random() < 0.2 else [vials[held[0].id]]
        draws = [(vial, draw) for vial in among for draw in vial.draws if draw.session_id == session.id]
        if not draws or self.random.random() < 0.1:
            return None, None
        vial, draw = self.random.choice(draws)
        rest = vial.open_of(draw).value if vial.item.drug == "lorazepam" else None
        return FromDraw(container_id=vial.id, draw_id=draw.id), rest

    async def corrects_medicine(self) -> None:
        session = self._session()
        mine = [id_ for id_, each in self.given_told.items() if each.session == session.id]
        if not mine:
            return
        given_id = self.random.choice(mine)
        amount, at = Decimal(self.random.choice(("0", "1", "2"))), self.now - timedelta(minutes=12)
        both = {"amount": MedicineAmount(amount), "given_at": at}
        chosen: dict[str, Any] = {
            name: both[name] for name in self.random.sample(sorted(both), self.random.randint(1, 2))
        }
        command = CorrectMedicine(session.id, given_id, MedicineAmendment(**chosen), "misread")  # type: ignore[arg-type]
        await self._medicates(CorrectMedicineHandler, command, a.NURSE)
        was = self.given_told[given_id]
        amounts = (*was.amounts, amount) if "amount" in chosen else was.amounts
        times = (*was.times, at) if "given_at" in chosen else was.times
        self.given_told[given_id] = replace(was, amounts=amounts, times=times)

    # -- the pump ----------------------------------------------------------------------------------------------------

    async def doses(self) -> None:
        before = len(self.told.doses)
        await super().doses()
        if len(self.told.doses) > before:
            self.pump = None

    async def sets_pump(self) -> None:
        session = self._session()
        hung = session.doses[-1].stated.volume if session.doses else None
        if hung is None or session.id not in self.told.running:
            return
        first = self.pump is None
        kind = self.random.choice((StepKind.RATE_CHANGED, StepKind.RATE_CHANGED, StepKind.PAUSED, StepKind.RESUMED))
        rate = None if kind is StepKind.PAUSED else Decimal(self.random.choice(("1", "3", "60")))
        made_up = self.random.choice((None, Decimal(50), Decimal("0.1"))) if first else None
        infused, note = self._read_pump(), self.random.choice(("", "", "", "kinked line"))
        reasons = [] if self.pump is None else list(forbids_reading(self.pump, infused, self.now, explained=bool(note)))
        command = SetPump(
            session.id,
            kind,
            Millilitres(infused),
            None if rate is None else MillilitresPerHour(rate),
            None if made_up is None else Millilitres(made_up),
            note,
        )
        await self._handle(SetPumpHandler, command, a.NURSE)
        whole = (made_up or hung.value) if self.pump is None else self.pump.made_up
        if whole < hung.value or infused > whole:
            reasons.append("more than was made up, or made up to less")
        self.pump, self.readings_taken = Pump(whole, self.now, infused, rate), self.readings_taken + 1
        if reasons:
            self.violations.append((self.now, reasons))

    def _read_pump(self) -> Decimal:
        """What it shows: mostly what it should."""
        if self.pump is None or self.random.random() < 0.25:
            return Decimal(self.random.choice(("0", "0", "0.1", "9")))
        hours = Decimal((self.now - self.pump.at).total_seconds()) / 3600
        return min(self.pump.infused + (self.pump.rate or Decimal(0)) * hours, self.pump.made_up)

    async def dose_ends(self) -> None:
        """As without a pump; with one, what it shows, and the share of what was made up is what was given."""
        session = self._session()
        if self.pump is None or not session.doses:
            return await super().dose_ends()
        hung, pump = session.doses[-1].stated, self.pump
        infused = None if self.random.random() < 0.3 else self._read_pump()
        note = self.random.choice(("", "", "stopped early"))
        ran = pump.made_up if infused is None else infused
        then = self._from_paper()
        read_at = max(then or self.now, pump.at)
        reasons = list(forbids_reading(pump, ran, read_at, explained=bool(note)))
        command = EndDose(session.id, None if infused is None else Millilitres(infused), note, then)
        await self._handle(EndDoseHandler, command, a.NURSE)
        self.told.running.discard(session.id)
        self.pump = None
        self._ended(session.id, then, since=pump.at)
        self._ran_in(session.id, hung.mass.value * ran / pump.made_up)
        if reasons:
            self.violations.append((self.now, reasons))
        return None

    async def _medicates(self, handler: Any, command: Any, who: Any) -> Any:
        changes = MedicationChanges(self.memory.ports, self.memory)  # type: ignore[arg-type]  # a fake runner
        return await handler(changes)(command, PEOPLE[who], REQUEST)
