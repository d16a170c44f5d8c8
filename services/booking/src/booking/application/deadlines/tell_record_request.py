"""Tells that a request for a record is due, and that it is late: a deadline, fired by `timers`."""

from datetime import datetime
from zoneinfo import ZoneInfo

from booking.application.alarming import DeskAlarm
from booking.application.ports import Ports
from booking.domain.ids import RecordRequestId
from careflow_service.telemetry.logs import log
from careflow_service.work import Transaction


async def next_told_record_request(ports: Ports) -> tuple[datetime, str] | None:
    """When the next one is due soon, or late."""
    return await ports.record_requests.next_told()


async def tell_record_request(request_id: str, tx: Transaction, ports: Ports) -> None:
    """Each once, to the operators by the log and to the desk by its alarms, by day; it stays on the list of the desk
    until it has ended. Does nothing where it has meanwhile.
    """
    asked = await ports.record_requests.get(RecordRequestId(request_id))
    if asked.tell_at is None or asked.tell_at > tx.now:
        return
    zone: ZoneInfo = ports.zone
    event = "record_request_late" if asked.late(tx.now, zone) else "record_request_due"
    missing = sorted({party.value for _, party in asked.waits_for})
    log.warning(event, document_id=asked.id, reason=", ".join(missing) or None)
    await DeskAlarm(ports).plan_record(asked, ports.policy.asking_from(tx.now, zone), tx)
    await ports.record_requests.save(asked.told(tx.now), expecting=asked.version, tx=tx)
