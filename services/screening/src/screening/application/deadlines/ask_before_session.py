"""A dosing visit comes near: the patient is asked the questions before it, once."""

from careflow_service.work import Transaction, side_by_side
from screening.application.ports import Ports
from screening.application.sending_links import known_of, send_link
from screening.domain.ids import AppointmentId, RequestId
from screening.domain.intake import Purpose


async def ask_before_session(visit: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing when the visit moved; a visit whose time is past, or whose case is closed, is not asked about."""
    before = await ports.screens.get(AppointmentId(visit))
    if before.due_at is None or before.due_at > tx.now:
        return
    case, known = await side_by_side(ports.cases.open_of(before.patient_id), known_of(before.patient_id, ports))
    requests: tuple[RequestId, ...] = ()
    if case is not None and before.starts_at > tx.now:
        asking = case
        for code in ports.policy.pre_session.questionnaires:
            request_id = RequestId(tx.new_id())
            asking = asking.requesting(
                request_id,
                ports.shelf.for_case(code, case),
                Purpose.PRE_SESSION,
                due_within=before.starts_at - tx.now,
                now=tx.now,
            )
            requests = (*requests, request_id)
        await ports.cases.save(asking, expecting=case.version, tx=tx)
        await send_link(asking, known, tx, ports)
    await ports.screens.save(before.asked(requests), expecting=before.version, tx=tx)
