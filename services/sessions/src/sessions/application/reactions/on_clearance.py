"""Reactions to what screening decides: sessions' copy of the clearance."""

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.subscription import Received
from careflow_service.work import Transaction
from sessions.application.eligibility_reactions import noting
from sessions.application.ports import Ports
from sessions.domain.eligibility import ClearanceCopy, ClearanceStatus, ClearanceTerms
from sessions.domain.ids import ClearanceId
from sessions.domain.words import Route


async def on_clearance_granted(event: Received[contracts.ClearanceGranted], tx: Transaction, ports: Ports) -> None:
    """It takes the place of the one before."""
    data, section = event.data, event.data.for_sessions.opened()
    terms = ClearanceTerms(
        indications=tuple(each.value for each in section.indications),
        conditions=section.conditions,
        excluded_routes=tuple(Route(each.value) for each in section.excluded_routes if each is not codes.Route.UNKNOWN),
        allergies=section.allergies,
        interaction_flags=section.interaction_flags,
    )
    copy = ClearanceCopy(
        id=ClearanceId(data.clearance_id), status=ClearanceStatus.VALID, valid_until=data.valid_until, terms=terms
    )
    await noting(
        data.patient_id,
        tx,
        ports,
        lambda each: each.cleared(copy, decided_at=data.decided_at).allergic_to(section.allergies),
    )


async def on_clearance_extended(event: Received[contracts.ClearanceExtended], tx: Transaction, ports: Ports) -> None:
    data = event.data
    await noting(
        data.patient_id, tx, ports, lambda each: each.extended(ClearanceId(data.clearance_id), data.valid_until)
    )


async def on_clearance_suspended(event: Received[contracts.ClearanceSuspended], tx: Transaction, ports: Ports) -> None:
    data = event.data
    because = data.for_sessions.value.reason if data.for_sessions.value else data.reason.value
    await noting(
        data.patient_id,
        tx,
        ports,
        lambda each: each.suspended(ClearanceId(data.clearance_id), data.valid_until, because),
    )


async def on_clearance_reinstated(
    event: Received[contracts.ClearanceReinstated], tx: Transaction, ports: Ports
) -> None:
    data = event.data
    await noting(
        data.patient_id, tx, ports, lambda each: each.reinstated(ClearanceId(data.clearance_id), data.valid_until)
    )


async def on_clearance_revoked(event: Received[contracts.ClearanceRevoked], tx: Transaction, ports: Ports) -> None:
    await _ended(ClearanceStatus.REVOKED, event.data, tx, ports)


async def on_clearance_expired(event: Received[contracts.ClearanceExpired], tx: Transaction, ports: Ports) -> None:
    await _ended(ClearanceStatus.EXPIRED, event.data, tx, ports)


async def _ended(status: ClearanceStatus, data: contracts.ClearanceEvent, tx: Transaction, ports: Ports) -> None:
    await noting(
        data.patient_id,
        tx,
        ports,
        lambda each: each.ended_as(status, ClearanceId(data.clearance_id), data.valid_until),
    )
