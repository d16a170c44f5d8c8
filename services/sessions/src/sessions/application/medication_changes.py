"""The frame around every command that changes the medication record of a session: read what it is judged by, decide,
keep it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Added, Changed
from careflow_service.upsert import upsert
from careflow_service.work import Committed, Transaction, Work
from sessions.application.medication import situation
from sessions.application.ports import Ports
from sessions.domain.ids import SessionId
from sessions.domain.medication import MedicationRecord
from sessions.domain.medicine_giving import Situation

Decide = Callable[[Situation, Transaction], Awaitable[MedicationRecord]]
DecideAndAdd = Callable[[Situation, str, Transaction], Awaitable[MedicationRecord]]


@dataclass(frozen=True, slots=True)
class MedicationChanges:
    ports: Ports
    work: Work

    async def run(
        self, session_id: SessionId, decide: Decide, *, by: Actor, action: str, request: RequestKey
    ) -> Committed[Changed]:
        """What is only added to a record does not depend on what else was added meanwhile: the newest is meant.
        Refused: `session_not_found`.
        """

        async def change(tx: Transaction) -> Changed:
            record = await self._changed(session_id, decide, tx)
            return Changed(record.id, record.version)

        return await self.work.run(change, by=by, action=action, returns=Changed, request=request)

    async def add(
        self, session_id: SessionId, decide: DecideAndAdd, *, by: Actor, action: str, request: RequestKey
    ) -> Committed[Added]:
        """As `run`, for what has an id of its own. Refused: `session_not_found`."""

        async def change(tx: Transaction) -> Added:
            added_id = tx.new_id()

            async def with_id(judged: Situation, tx: Transaction) -> MedicationRecord:
                return await decide(judged, added_id, tx)

            record = await self._changed(session_id, with_id, tx)
            return Added(record.id, record.version, added_id)

        return await self.work.run(change, by=by, action=action, returns=Added, request=request)

    async def _changed(self, session_id: SessionId, decide: Decide, tx: Transaction) -> MedicationRecord:
        judged, known = await situation(session_id, self.ports, tx.now)
        record = await decide(judged, tx)
        await upsert(self.ports.medication, known, record, tx)
        return record
