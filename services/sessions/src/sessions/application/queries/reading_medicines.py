"""Reading orders and what was given by them, each read audited before it is answered."""

from dataclasses import dataclass

from careflow_service.identity import Actor
from careflow_service.listed import Listed
from sessions.application.medication import Offer, offers, situation
from sessions.application.ports import Ports
from sessions.domain.ids import LocationId, SessionId, StandingOrderId
from sessions.domain.medication import MedicationRecord
from sessions.domain.medicine_giving import Situation
from sessions.domain.standing_orders import StandingOrder


@dataclass(frozen=True, slots=True)
class ReadingMedicines:
    ports: Ports

    async def medicines(self, session_id: SessionId, actor: Actor) -> tuple[Situation, tuple[Offer, ...]]:
        """What a medicine of a session is judged by, its record (an empty one while nothing is in it) and the patient's
        allergies among it, and what may be given now. Refused: `session_not_found`.
        """
        judged, _ = await situation(session_id, self.ports, self.ports.clock())
        offered = await offers(judged, self.ports)
        await self.ports.audit.read(actor, "read_medicines", f"medication_records/{session_id}")
        return judged, offered

    async def waiting(self, actor: Actor, *, limit: int, after: str | None) -> Listed[MedicationRecord]:
        """Every record with an order by word that its prescriber has not answered, the most urgent first."""
        listed = await self.ports.medication.waiting(limit=limit, after=after)
        shown = (f"medication_records/{each.id}" for each in listed.items)
        await self.ports.audit.read(actor, "read_medicines", *shown)
        return listed

    async def to_review(self, actor: Actor, *, limit: int, after: str | None) -> Listed[MedicationRecord]:
        """Every record with something given outside its order that waits for its review, the most urgent first."""
        listed = await self.ports.medication.to_review(limit=limit, after=after)
        shown = (f"medication_records/{each.id}" for each in listed.items)
        await self.ports.audit.read(actor, "read_medicines", *shown)
        return listed

    async def standing_order(self, order_id: StandingOrderId, actor: Actor) -> StandingOrder:
        """Refused: `medicine_order_not_found`."""
        order = await self.ports.standing_orders.get(order_id)
        await self.ports.audit.read(actor, "read_standing_order", f"standing_orders/{order.id}")
        return order

    async def standing_orders_of(
        self, location_id: LocationId, actor: Actor, limit: int, after: str | None
    ) -> Listed[StandingOrder]:
        """All standing orders of a location, the newest first."""
        orders = await self.ports.standing_orders.of_location(location_id, limit=limit, after=after)
        shown = (f"standing_orders/{each.id}" for each in orders.items)
        await self.ports.audit.read(actor, "read_standing_order", f"locations/{location_id}", *shown)
        return orders
