"""The frame around every command that changes one session: read it, decide, save it on the version that was read."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.ports import Ports
from sessions.application.rems_reports import keep_rems_form_true
from sessions.domain.ids import SessionId
from sessions.domain.sessions import Session

Decide = Callable[[Session, Transaction], Awaitable[Session]]
Follow = Callable[[Session, Transaction], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class SessionChanges:
    ports: Ports
    work: Work

    async def run(
        self,
        session_id: SessionId,
        decide: Decide,
        *,
        by: Actor,
        action: str,
        request: RequestKey,
        expecting: int | None = None,
        then: Follow | None = None,
    ) -> Committed[Changed]:
        """`expecting` is the version the caller has seen; without it the newest is meant: what is only added to a
        session does not depend on what else was added meanwhile. `then` is done in the same transaction once the
        session is saved, so that its events follow the session's own; what was told of it to the REMS is kept true.
        Refused: `session_not_found`.
        """

        async def change(tx: Transaction) -> Changed:
            before = await self.ports.sessions.get(session_id)
            session = await decide(before, tx)
            await self.ports.sessions.save(session, expecting=before.version if expecting is None else expecting, tx=tx)
            if then is not None:
                await then(session, tx)
            await keep_rems_form_true(session, self.ports, tx)
            return Changed(session.id, session.version)

        return await self.work.run(change, by=by, action=action, returns=Changed, request=request)
