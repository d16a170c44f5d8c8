"""The monitoring form of a session has not been sent in time: say so, once."""

from careflow_service.upsert import upsert
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.ids import SessionId


async def raise_rems_form_overdue(session_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing when it was sent meanwhile."""
    form = await ports.rems_forms.get(SessionId(session_id))
    await upsert(ports.rems_forms, form, form.overdue(now=tx.now), tx)
