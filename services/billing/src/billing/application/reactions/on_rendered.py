"""Reactions to what was rendered: make sure its charge is there, at the newest revision, once."""

from dataclasses import replace

from billing.application.account_of import account_of
from billing.application.bookkeeping import keep_books, open_books
from billing.application.clinician_minutes import minutes_of
from billing.application.ports import Ports
from billing.application.rendered_services import billed_by, place_of, services_of, supervised_as_before
from billing.domain.accounts import Account
from billing.domain.charges import Charge
from billing.domain.ids import AppointmentId, EntryId, PatientId, PlanId
from billing.domain.rendered import ChargeCause, Rendered, charge_id_of
from billing.domain.services import OFFICE
from billing.domain.visits import VisitKind
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
            started_at=data.started_at,
            ended_at=data.ended_at,
            services=services_of(data.for_billing.opened().service_lines, provider=data.provider_id, place=place),
            kind=VisitKind.EVALUATION,
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
    day = ports.day_of(data.started_at)
    services = services_of(data.for_billing.opened().service_lines, place=place_of(data.modality))
    await _charge(
        Rendered(
            patient_id=PatientId(data.patient_id),
            cause=ChargeCause.SESSION,
            cause_id=data.session_id,
            revision=1,
            service_date=day,
            started_at=data.started_at,
            ended_at=data.ended_at,
            services=billed_by(services, data.providers, ports.rules.on(day), ports.practice),
            kind=VisitKind(data.kind.value),
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
    patient_id = PatientId(data.patient_id)
    known = await ports.charges.find(charge_id_of(ChargeCause.SESSION, data.session_id), of=patient_id)
    if known is None or data.revision <= known.revision:
        return
    before = known.rendered
    rules = ports.rules.on(before.service_date)
    places = {service.place_of_service for service in before.services}
    services = services_of(lines, place=next(iter(places), None))
    supervisors = {service.provider for service in before.services if service.performed_by}
    rendered = replace(
        before,
        revision=data.revision,
        services=supervised_as_before(services, next(iter(supervisors), None), rules, ports.practice),
    )
    account, opened, minutes = await side_by_side(
        account_of(patient_id, tx, ports),
        open_books(patient_id, ports, about=known),
        minutes_of(ports, rendered, known.rendered),
    )
    terms = ports.terms(rendered, account, opened.packages.values(), minutes.against(rendered))

    def correction(charge: Charge) -> Charge:
        # Named now, behind the reversal: a day's entries are read in the order of their ids.
        return charge.corrected(rendered, terms, EntryId(tx.new_id()), now=tx.now)

    books = await keep_books(opened, lambda books: books.correct(known, correction), tx, ports)
    minutes.keep(books.charge_as_is(known.id))
    await minutes.save(tx)


async def _charge(rendered: Rendered, account: Account, tx: Transaction, ports: Ports) -> None:
    patient_id = rendered.patient_id
    known, opened, minutes = await side_by_side(
        ports.charges.find(rendered.charge_id, of=patient_id),
        open_books(patient_id, ports),
        minutes_of(ports, rendered),
    )
    if known is not None:
        return
    terms = ports.terms(rendered, account, opened.packages.values(), minutes.against(rendered))
    charge = Charge.of(rendered, terms, EntryId(tx.new_id()), now=tx.now)
    await keep_books(opened, lambda books: books.charge(charge), tx, ports)
    minutes.keep(charge)
    await minutes.save(tx)
