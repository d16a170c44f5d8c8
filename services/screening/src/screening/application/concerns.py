"""A concern about a patient's safety becomes an alert, or joins the open one; then people are asked.

Invariant: one open alert per patient. Whoever raises or joins one also writes the patient's open case, so that no
clearance is granted past an alert that is being raised.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.application.staff_tasks import open_task
from screening.domain.alert_urgency import Positive, Urgency, urgency
from screening.domain.alerts import AlertSource, SafetyAlert
from screening.domain.ids import AlertId, CaseId, PageId, PatientId, StaffId
from screening.domain.paging import Page
from screening.domain.rota import ROTA_ID, Channel
from screening.domain.tasks import TaskKind

NO_TIME = timedelta()


@dataclass(frozen=True, slots=True)
class Concerned:
    """The alert as it is now, and the version the store has of it (None: it is new)."""

    alert: SafetyAlert
    stored: int | None


async def concern(
    positives: Sequence[Positive],
    patient_id: PatientId,
    case_id: CaseId | None,
    *,
    source: AlertSource,
    tx: Transaction,
    ports: Ports,
) -> Concerned:
    """Raise an alert for these positives, or join them to the patient's open one. Not stored yet."""
    alert = await ports.alerts.open_of(patient_id)
    stored = alert.version if alert else None
    for positive in positives:
        asks = _asks(positive, tx, ports)
        if alert is None:
            alert_id = AlertId(tx.new_id())
            alert = SafetyAlert.raised(alert_id, patient_id, case_id, positive, asks, source=source, now=tx.now)
        else:
            alert = alert.joined(positive, asks, ports.policy.alert_persistence, now=tx.now)
    if alert is None:
        raise ValueError("a concern has at least one positive")
    return Concerned(alert, stored)


async def said_anew(sent_again: Sequence[Positive], patient_id: PatientId, ports: Ports) -> list[Positive]:
    """Those of the alarming answers sent once more that count as said anew: all that the patient's newest alert, open
    or closed, does not have from the same sitting. A client that sends along what it sent before pages nobody twice.
    """
    if not sent_again:
        return []
    newest = await ports.alerts.newest_of(patient_id)
    lasting = ports.policy.alert_persistence
    return [each for each in sent_again if newest is None or not newest.has(each, lasting)]


async def settle(concerned: Concerned, tx: Transaction, ports: Ports) -> SafetyAlert:
    """Ask whoever must be asked by now, and store the alert."""
    alert = await ask_on_call(concerned.alert, tx, ports)
    if concerned.stored is None:
        await ports.alerts.add(alert, tx)
    elif alert.version > concerned.stored:
        await ports.alerts.save(alert, expecting=concerned.stored, tx=tx)
    return alert


async def ask_on_call(alert: SafetyAlert, tx: Transaction, ports: Ports) -> SafetyAlert:
    """If somebody is due to be asked, write their pages; with nobody left, page every prescriber and open a task."""
    rota = await ports.rotas.look()
    asked = alert.asked_next(rota.chain_at(tx.now) if rota else (), ports.policy.alert_persistence, now=tx.now)
    if asked is alert:
        return alert
    if asked.all_asked:
        within = ports.policy.staff.welfare_check_within.length
        await open_task(TaskKind.WELFARE_CHECK, alert.id, alert.patient_id, within=within, tx=tx, ports=ports)
    if rota is None:
        await open_task(TaskKind.ROTA_GAP, ROTA_ID, None, within=NO_TIME, tx=tx, ports=ports)
    else:
        for person in rota.prescribers if asked.all_asked else asked.paged[-1:]:
            await _page(person, rota.channels_of(person), alert.id, tx, ports)
    return asked


async def _page(person: StaffId, channels: Sequence[Channel], alert_id: AlertId, tx: Transaction, ports: Ports) -> None:
    for channel in channels:
        page = Page(
            id=PageId(tx.new_id()),
            alert_id=alert_id,
            staff_id=person,
            channel=channel.kind,
            address=channel.address,
            intended_at=tx.now,
            attempt_at=tx.now,
        )
        await ports.pages.add(page, tx)


def _asks(positive: Positive, tx: Transaction, ports: Ports) -> Urgency:
    return urgency(ports.policy.alert_responses[positive.response], ports.policy.clinic_hours, ports.zone, tx.now)
