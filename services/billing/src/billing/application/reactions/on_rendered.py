"""Reactions to what was rendered: make sure its charge is there, at the newest revision, once."""

from billing.application.account_of import account_of
from billing.application.bookkeeping import keep_books, open_books
from billing.application.ports import Ports
from billing.application.rendered_services import place_of, services_of
from billing.domain.accounts import Account
from billing.domain.charges import Charge, ChargeCause, Rendered
from billing.domain.ids import AppointmentId, EntryId, PatientId, PlanId
from billing.domain.services import OFFICE
from careflow_events import contracts
from careflow_events.subscription import Received
from careflow_service.work import Transaction, side_by_side


async def on_evaluation_recorded(event: Received[contracts.EvaluationRecorded], tx: Transaction, ports: Ports) -> None:
    data = event.data
    patient_id = PatientId(data.patient_id)
    account, visit = await side_by_side(
        account_of(patient_id, tx, ports), ports.visits.find(AppointmentId(data.appointment_id), of=patient_id)
    )
    place = visit.place_of_service if visit else OFFICE
    await _charge(
        Rendered(
            patient_id=patient_id,
            cause=ChargeCause.EVALUATION,
            cause_id=data.evaluation_id,
            revision=1,
            service_date=ports.day_of(data.started_at),
            services=services_of(data.for_billing.opened().service_lines, provider=data.provider_id, place=place),
            appointment_id=AppointmentId(data.appointment_id),
        ),
        account,
        tx,
        ports,
    )


async def on_session_ended(
    event: Received[contracts.SessionCompleted] | Received[contracts.SessionAborted], tx: Transaction, ports: Ports
) -> None:
    data = event.data
    account = await account_of(PatientId(data.patient_id), tx, ports)
    await _charge(
        Rendered(
            patient_id=PatientId(data.patient_id),
            cause=ChargeCause.SESSION,
            cause_id=data.session_id,
            revision=1,
            service_date=ports.day_of(data.started_at),
            services=services_of(data.for_billing.opened().service_lines, place=place_of(data.modality)),
            appointment_id=AppointmentId(data.appointment_id),
            plan_id=PlanId(data.plan_id) if data.plan_id else None,
        ),
        account,
        tx,
        ports,
    )


async def on_session_services_corrected(
    event: Received[contracts.SessionServicesCorrected], tx: Transaction, ports: Ports
) -> None:
    """Replaces the lines of the session's charge: same topic, same patient, so the session has been heard of."""
    data, lines = event.data, event.data.for_billing.opened().service_lines
    rendered = Rendered(
        patient_id=PatientId(data.patient_id),
        cause=ChargeCause.SESSION,
        cause_id=data.session_id,
        revision=data.revision,
        service_date=ports.day_of(event.time),
        services=(),
    )
    known = await ports.charges.find(rendered.charge_id, of=rendered.patient_id)
    if known is None or data.revision <= known.revision:
        return
    account, opened = await side_by_side(
        account_of(known.patient_id, tx, ports), open_books(known.patient_id, ports, about=known)
    )
    schedule = ports.schedules.on(known.rendered.service_date)
    places = {line.service.place_of_service for line in known.lines if line.service}
    services = services_of(lines, place=next(iter(places), None))
    entry_id = EntryId(tx.new_id())

    def correction(charge: Charge) -> Charge:
        return charge.corrected(services, data.revision, account, schedule, entry_id, now=tx.now)

    await keep_books(opened, lambda books: books.correct(known, correction), tx, ports)


async def _charge(rendered: Rendered, account: Account, tx: Transaction, ports: Ports) -> None:
    patient_id = rendered.patient_id
    known, opened = await side_by_side(
        ports.charges.find(rendered.charge_id, of=patient_id), open_books(patient_id, ports)
    )
    if known is not None:
        return
    schedule = ports.schedules.on(rendered.service_date)
    charge = Charge.of(rendered, account, schedule, EntryId(tx.new_id()), now=tx.now)
    await keep_books(opened, lambda books: books.charge(charge), tx, ports)
